import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { openPglite } from '../../src/database/pglite.ts';
import { createPlatform } from '../../src/platform.ts';
import type { Platform } from '../../src/platform.ts';
import { createLog } from '../../src/server/log.ts';
import { startPglite } from '../support/database.ts';
import { blocksOf, nameOf, pages, root } from './blocks.ts';
import type { Block } from './blocks.ts';

let platform: Platform;
let database: Database;
let url: string;

beforeAll(async () => {
  database = await openPglite({ dataDirectory: 'memory://', engine: await startPglite(), transactionTimeout: 60_000, onError: (error) => console.error(error) });
  platform = await createPlatform({ directory: root, database, migrate: 'sync', env: {}, settings: { server: { port: 0 }, database: { dataDirectory: 'memory://' } }, log: createLog({ level: 'silent' }) });
  ({ url } = await platform.start());
});
afterAll(async () => {
  await platform.stop();
  await database.close();
});

/** A block and the answer that the page shows below it. */
interface Example {
  readonly block: Block;
  readonly answer: object | undefined;
}

function examplesOf(file: string, language: string): readonly Example[] {
  const blocks = blocksOf(file);
  return blocks.flatMap((block, index) => {
    if (block.language !== language || !block.tags.includes('run')) return [];
    const next = blocks[index + 1];
    const shown = next?.language === 'json' && next.tags.includes('answer') ? (JSON.parse(next.text) as object) : undefined;
    return [{ block, answer: shown }];
  });
}

const languages = ['graphql', 'sh'] as const;
const running = pages.filter((file) => languages.some((language) => examplesOf(file, language).length > 0));

describe.each(running)('%s', (file) => {
  it.each(examplesOf(file, 'graphql').map((example) => ({ ...example, name: nameOf(example.block) })))('answers $name', async ({ block, answer }) => {
    const result = await platform.execute({ query: block.text });
    if (answer === undefined) expect(result.errors).toBeUndefined();
    else expect(result).toMatchObject(answer);
  });

  it.each(examplesOf(file, 'sh').map((example) => ({ ...example, name: nameOf(example.block) })))('answers the command of $name', async ({ block, answer }) => {
    const { stdout } = await promisify(execFile)('bash', ['-c', block.text.replaceAll('http://localhost:4000', url)]);
    const result = JSON.parse(stdout) as { readonly errors?: unknown };
    if (answer === undefined) expect(result.errors).toBeUndefined();
    else expect(result).toMatchObject(answer);
  });
});

it('finds examples in README and API', () => {
  expect(running).toEqual(expect.arrayContaining(['README.md', 'docs/api.md', 'docs/writes.md']));
});
