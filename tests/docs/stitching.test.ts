import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { expect, it } from 'vitest';
import { printSchema } from '../../src/builder/print-schema.ts';
import { createPlatform } from '../../src/platform.ts';
import { permissions } from '../../src/plugins/permissions/index.ts';
import { stitching } from '../../src/plugins/stitching/index.ts';
import { anonymous } from '../../src/resolvers/caller.ts';
import { createLog } from '../../src/server/log.ts';
import { startService } from '../plugins/stitching/remote-service.ts';
import { writeFiles } from '../support/cli.ts';
import { openEmpty } from '../support/database.ts';
import { blocksOf } from './blocks.ts';

const blocks = blocksOf('docs/stitching.md');
const textOf = (tag: string): string => blocks.find(({ tags }) => tags[0] === tag)?.text ?? '';

it('docs/stitching.md shows what a remote service and its files answer', async () => {
  const anvil = { sku: 'A1', title: 'Anvil', cost: 7 };
  const resolvers = { Query: { products: () => [anvil], productsBySku: (_: unknown, { skus }: { readonly skus: readonly string[] }) => skus.map((sku) => (sku === anvil.sku ? anvil : null)) } };
  const service = await startService(makeExecutableSchema({ typeDefs: textOf('remote'), resolvers }));
  Object.assign(process.env, { CATALOG_URL: service.url, CATALOG_TOKEN: 'token' });
  const directory = await mkdtemp(join(tmpdir(), 'objectos-docs-'));
  const files = blocks.filter(({ tags }) => tags[0] === 'stitched').map(({ tags, text }) => [`schema/${String(tags[1])}`, text] as const);
  expect(files).toHaveLength(3);
  await writeFiles(directory, { ...Object.fromEntries(files), 'schema/data/offer.data.yml': 'object: offer\nexternalId: title\nrecords:\n  - { title: Ten anvils, product_sku: A1 }\n' });
  const database = await openEmpty();
  const platform = await createPlatform({
    directory, database, migrate: 'sync', env: {}, log: createLog({ level: 'silent' }),
    plugins: [permissions(), stitching({ env: ['CATALOG_URL', 'CATALOG_TOKEN'], lookups: true })],
    settings: { mode: 'test', server: { port: 0 } },
  });
  await platform.kernel.start();
  const caller = { ...anonymous, kind: 'user', userId: '018f0000-0000-7000-8000-000000000001', profile: 'sales' } as const;
  expect(await platform.execute({ query: textOf('ask'), caller })).toEqual(JSON.parse(textOf('told')));
  expect(await platform.execute({ query: textOf('ask') })).toMatchObject({ data: { products: null } });
  const shown = /^ {2}offersById.*$/m.exec(textOf('out'))?.[0];
  expect(printSchema(platform.schema)).toContain(shown ?? 'a field');
  await platform.stop();
  await database.close();
  await service.close();
  await rm(directory, { recursive: true, force: true });
});
