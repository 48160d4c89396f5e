import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { samplePassword, startCrm } from '../support/crm.ts';
import type { Crm } from '../support/crm.ts';
import { openEmpty } from '../support/database.ts';
import { blocksOf, nameOf, pages } from './blocks.ts';
import type { Block } from './blocks.ts';

const administrator = 'admin@example.com';
let crm: Crm;
let database: Database;

beforeAll(async () => {
  database = await openEmpty();
  crm = await startCrm(database);
});
afterAll(async () => {
  await crm.stop();
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
    const result = await crm.ask(block.text, administrator);
    if (answer === undefined) expect(result.errors).toBeUndefined();
    else expect(result).toMatchObject(answer);
  });

  it.each(examplesOf(file, 'sh').map((example) => ({ ...example, name: nameOf(example.block) })))('answers the command of $name', async ({ block, answer }) => {
    const token = (await crm.signIn(administrator))['authorization']?.replace('Bearer ', '');
    const { stdout } = await promisify(execFile)('bash', ['-c', block.text.replaceAll('http://localhost:4000', crm.url)], { env: { ...process.env, TOKEN: token, OBJECTOS_SAMPLE_PASSWORD: samplePassword } });
    const result = JSON.parse(stdout) as { readonly errors?: unknown };
    if (answer === undefined) expect(result.errors).toBeUndefined();
    else expect(result).toMatchObject(answer);
  });
});

it('finds examples in README and API', () => {
  expect(running).toEqual(expect.arrayContaining(['README.md', 'docs/api.md', 'docs/writes.md']));
});
