import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { createPlatform, type Platform } from '../../../src/platform.ts';
import { openAccess } from '../../../src/plugins/open-access/index.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { stitching } from '../../../src/plugins/stitching/index.ts';
import { users } from '../../../src/plugins/users/index.ts';
import { openObject } from '../../../src/resolvers/access.ts';
import { createLog } from '../../../src/server/log.ts';
import { problems } from '../../metadata/support/compile.ts';
import { writeFiles } from '../../support/cli.ts';
import { openEmpty } from '../../support/database.ts';
import { catalogSchema, catalogSdl, startService, type RemoteService } from './remote-service.ts';

let directory: string;
let database: Database;
let service: RemoteService;
const lines: string[] = [];

const definition = () => `name: catalog\nurl: ${service.url}\npollSeconds: 1\nnamespace: catalog\nprefix: Shop\ntimeoutMs: 2000\nretryPolicy: { maxRetries: 0 }\ncircuitBreaker: { failures: 2, openMs: 600000 }\nexcept: [ShopProduct.weight]\n`;
const start = (): Promise<Platform> =>
  createPlatform({ directory, database, migrate: 'sync', env: {}, log: createLog({ destination: { write: (line: string) => void lines.push(line) } }), plugins: [openAccess(), stitching()], settings: { mode: 'test', server: { port: 0 } } });
const ask = (platform: Platform, query: string) => platform.execute({ query });
const logged = (text: string): boolean => lines.some((line) => line.includes(text));

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'objectos-stitching-'));
  database = await openEmpty();
  service = await startService(catalogSchema([]));
  await writeFiles(join(directory, 'schema'), { 'objects/account.object.yml': 'name: account\nfields:\n  title: { type: text }\n', 'remotes/catalog.remote.yml': definition() });
});
afterAll(async () => {
  await service.close();
  await database.close();
  await rm(directory, { recursive: true, force: true });
});

describe('a remote service', () => {
  let platform: Platform;

  it('that is down at the first start is missing, and there once it is up', async () => {
    service.answer = (response) => void response.writeHead(503).end();
    platform = await start();
    await platform.start();
    expect(logged('its fields are missing')).toBe(true);
    expect(await ask(platform, '{ accounts { totalCount } }')).toEqual({ data: { accounts: { totalCount: 0 } } });
    expect((await ask(platform, '{ catalog { products { sku } } }')).errors?.[0]?.message).toContain('Cannot query field "catalog"');
    service.answer = undefined;
    await vi.waitFor(async () => expect(await ask(platform, '{ catalog { products { __typename sku } } }')).toMatchObject({ data: { catalog: { products: [{ __typename: 'ShopProduct', sku: 'A1' }, {}, {}] } } }), 10_000);
  });

  it('stands below its namespace, where mutations run one after the other', async () => {
    const answer = await ask(platform, 'mutation { catalog { a: addProduct(sku: "D4", title: "Drill") { sku } b: addProduct(sku: "D4", title: "Drum") { title } } }');
    expect(answer).toEqual({ data: { catalog: { a: { sku: 'D4' }, b: { title: 'Drum' } } } });
    expect(await ask(platform, 'query ($filter: ShopProductFilter) { catalog { products(filter: $filter) { sku } } }')).toMatchObject({ data: { catalog: { products: [{}, {}, {}, {}] } } });
  });

  it('changes while the process runs, and what does not fit is kept out', async () => {
    service.serve(catalogSchema([], catalogSdl.replace('cost: Int', 'cost: Int height: Int')));
    await vi.waitFor(async () => expect(await ask(platform, '{ catalog { product(sku: "A1") { height } } }')).toEqual({ data: { catalog: { product: { height: null } } } }), 10_000);
    service.serve(catalogSchema([], catalogSdl.replace('weight: Weight', 'height: Int')));
    await vi.waitFor(() => expect(logged('does not fit: the last one stays in place')).toBe(true), 10_000);
    expect(await ask(platform, '{ catalog { product(sku: "A1") { height } } }')).toEqual({ data: { catalog: { product: { height: null } } } });
    service.serve(catalogSchema([]));
    await vi.waitFor(async () => expect((await ask(platform, '{ catalog { product(sku: "A1") { height } } }')).errors?.[0]?.message).toContain('Cannot query field'), 10_000);
  });

  it('that is down takes nothing with it, and is left alone after some failures', async () => {
    service.received.length = 0;
    service.answer = (response) => void response.writeHead(500).end('<html>secret stack</html>');
    for (let time = 1; time <= 4; time += 1) {
      expect(await ask(platform, '{ accounts { totalCount } catalog { products { sku } } }')).toEqual({
        data: { accounts: { totalCount: 0 }, catalog: { products: null } },
        errors: [{ message: 'The remote service catalog does not answer.', path: ['catalog', 'products'], extensions: { code: 'REMOTE_UNAVAILABLE', remote: 'catalog' } }],
      });
    }
    expect(service.received).toHaveLength(2);
  });

  it('that is down at a later start has the schema that it had last', async () => {
    await platform.stop();
    lines.length = 0;
    platform = await start();
    expect(logged('the last known one is used')).toBe(true);
    expect(await ask(platform, '{ catalog { products { sku } } }')).toMatchObject({ data: { catalog: { products: null } }, errors: [{ extensions: { code: 'REMOTE_UNAVAILABLE' } }] });
    await platform.stop();
    service.answer = undefined;
  });

  it('is closed where nothing gives rights on it', async () => {
    const others: Plugin = { name: 'others' as Plugin['name'], version: '1.0.0', description: 'Everybody may do everything with records.', lifecycle: { init: ({ services }) => services.register('access', { name: 'others', accessOf: () => ({ fingerprint: 'all', object: () => openObject }) }) } };
    const other = await createPlatform({ directory, database, migrate: 'sync', env: {}, log: createLog({ level: 'silent' }), plugins: [others, stitching()], settings: { mode: 'test', server: { port: 0 } } });
    for (const [query, field] of [['{ catalog { products { sku } } }', 'Query.products'], ['mutation { catalog { addProduct(sku: "D4", title: "Drill") { sku } } }', 'Mutation.addProduct']] as const) {
      expect(await ask(other, query)).toMatchObject({ errors: [{ message: `You may not use Catalog${field}: nothing here gives rights on remote services.`, extensions: { code: 'FORBIDDEN' } }] });
    }
    await other.stop();
  });

  it('that was never there has the schema that is stored beside its definition', async () => {
    service.answer = (response) => void response.writeHead(503).end();
    await writeFiles(join(directory, 'schema'), { 'remotes/catalog.remote.graphql': printSchema(catalogSchema([])) });
    await database.query({ text: 'DELETE FROM "objectos_remote_schema"', values: [] });
    const other = await start();
    expect(await ask(other, '{ catalog { products { sku } } }')).toMatchObject({ data: { catalog: { products: null } }, errors: [{ extensions: { code: 'REMOTE_UNAVAILABLE' } }] });
    await other.stop();
    service.answer = undefined;
  });

  it.each([
    ['a type of an object', '', 'The GraphQL type Account is declared twice, by object account and by plugin stitching (remote catalog).', 'type Account { id: ID } extend type Query { other: Account }'],
    ['a field of the API', '', 'The field Query.accounts is declared twice, by the platform and by plugin stitching (remote catalog).', 'extend type Query { accounts: Int }'],
    ['a lookup', 'lookups: { Product: { sku: { field: productBySku, argument: sku } } }', 'The remote catalog is to find a Product by sku with Query.productBySku, which its schema does not have.', ''],
    ['a field to leave out', 'except: [Product.wait]', 'The remote catalog names Product.wait, which its schema does not have. Accepted: accountId, broken, colour, cost, price, sku, title, weight.', ''],
    ['a name', 'rename: { Prodct: Thing }', 'The remote catalog is to rename Prodct, which its schema does not have.', ''],
    ['two types of one name', 'rename: { Bundle: Product }', 'would both be called Product. Rename one of them.', ''],
  ])('that does not fit stops the start: %s', async (_what, more, message, sdl) => {
    service.serve(catalogSchema([], `${catalogSdl} ${sdl}`));
    await writeFiles(join(directory, 'schema'), { 'remotes/catalog.remote.yml': `name: catalog\nurl: ${service.url}\npollSeconds: 0\n${more}\n` });
    await expect(start()).rejects.toThrow(message);
  });
});

describe('definitions of remote services', () => {
  const remote = 'name: catalog\nurl: https://catalog.example/graphql\n';
  const account = 'name: account\nfields:\n  title: { type: text }\n';
  it.each([
    ['an unknown key', `${remote}urls: x\n`, 'urls'],
    ['a bad name', 'name: My Catalog\nurl: x\n', 'must be small letters'],
    ['a variable that may not be named', `${remote}headers: { a: '{{env.SECRET}}' }\n`, 'Add SECRET to the setting stitching.env'],
    ['an address that is none', 'name: catalog\nurl: catalog.example/graphql\n', '"catalog.example/graphql" is no address of a service'],
    ['an address of another protocol', `${remote}subscriptions: { url: ftp://catalog.example }\n`, 'It begins with ws:// or wss:// or http:// or https://.'],
    ['an unknown object', `${remote}fields: { Product: { a: { object: acount, field: title, key: sku } } }\n`, 'Did you mean "account"?'],
    ['an unknown field', `${remote}fields: { Product: { a: { object: account, field: titel, key: sku } } }\n`, 'account has no field "titel"'],
    ['a field that is not unique', `${remote}fields: { Product: { a: { object: account, field: title, key: sku } } }\n`, 'account.title is not unique'],
  ])('are refused: %s', (_what, text, message) => {
    const found = problems({ 'a.object.yml': account, 'catalog.remote.yml': text }, [stitching()]);
    expect(found.join('\n')).toContain(message);
    expect(found.join('\n')).toContain('catalog.remote.yml');
  });

  it.each([
    ['an unknown service', 'reference: { remote: catlog, type: Product, key: sku }', 'Did you mean "catalog"?'],
    ['no way to find it', 'reference: { remote: catalog, type: Product, key: sku }', 'does not say how a Product is found by sku'],
  ])('and references to them: %s', (_what, reference, message) => {
    const found = problems({ 'a.object.yml': `${account}  product_sku: { type: lookup, ${reference} }\n`, 'catalog.remote.yml': remote }, [stitching()]);
    expect(found.join('\n')).toContain(message);
  });

  it.each([
    ['an unknown service', '{ catlog: { read: [Query.products] } }', [stitching()], 'Did you mean "catalog"?'],
    ['no field', '{ catalog: { read: [products] } }', [stitching()], '"products" is not accepted'],
    ['a mutation to read', '{ catalog: { read: [Mutation.addProduct] } }', [stitching()], '"Mutation.addProduct" is not accepted'],
    ['without the plugin', '{ catalog: { read: [Query.products] } }', [], 'plugins: [stitching]'],
  ])('and rights on them: %s', (_what, remotes, plugins, message) => {
    const found = problems({ 'a.object.yml': account, ...(plugins.length > 0 && { 'catalog.remote.yml': remote }), 'a.permission.yml': `name: sales\nremotes: ${remotes}\n` }, [users(), permissions(), ...plugins]);
    expect(found.join('\n')).toContain(message);
  });
});
