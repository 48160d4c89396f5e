import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { catalogSchema, catalogSdl, startService, type RemoteService } from '../plugins/stitching/remote-service.ts';
import { cli, makeFolder, writeFiles } from '../support/cli.ts';

vi.setConfig({ testTimeout: 90_000 });

let service: RemoteService;
beforeAll(async () => {
  service = await startService(catalogSchema([]));
});
afterAll(() => service.close());

const down = 'name: other\nurl: http://127.0.0.1:9/graphql\nretryPolicy: { maxRetries: 0 }\nnamespace: other\n';
const makeApp = (more: Readonly<Record<string, string>> = {}): Promise<string> =>
  makeFolder({
    'objectos.config.yml': 'plugins: [open-access, stitching]\n',
    'schema/objects/city.object.yml': 'name: city\nfields:\n  name: { type: text }\n',
    'schema/remotes/catalog.remote.yml': `name: catalog\nurl: ${service.url}\nretryPolicy: { maxRetries: 0 }\n`,
    ...more,
  });
const nobody = (): void => {
  service.answer = (response) => void response.writeHead(503).end();
};

it('stores schemas of remotes, so that codegen needs no network', async () => {
  const folder = await makeApp();
  nobody();
  const early = await cli(['codegen', '-C', folder]);
  expect([early.code, early.error]).toEqual([1, expect.stringMatching(/remote catalog cannot be had.*503.*"objectos remotes fetch" stores its schema in remotes\/catalog\.remote\.graphql/)]);
  service.answer = undefined;
  expect(await cli(['remotes', 'fetch', '-C', folder])).toMatchObject({ code: 0, out: expect.stringContaining('wrote schema/remotes/catalog.remote.graphql') as string });
  nobody();
  expect((await cli(['codegen', '-C', folder])).code).toBe(0);
  expect(await readFile(join(folder, 'schema/schema.graphql'), 'utf8')).toContain('type Product implements Item');
  expect((await cli(['codegen', '--check', '-C', folder])).code).toBe(0);
  expect((await cli(['schema', 'print', '-C', folder])).out).toContain('type Product implements Item');
  service.answer = undefined;
});

it('tells what changed since, without writing where it only checks', async () => {
  const folder = await makeApp();
  await cli(['remotes', 'fetch', '-C', folder]);
  expect(await cli(['remotes', 'fetch', '--check', '-C', folder])).toMatchObject({ code: 0, out: expect.stringContaining('is current') as string });
  service.serve(catalogSchema([], catalogSdl.replace('colour: Colour weight', 'weight')));
  for (const time of ['once', 'again']) {
    const { code, out, error } = await cli(['remotes', 'fetch', '--check', '-C', folder]);
    expect([time, code, out, error]).toEqual([time, 1, expect.stringContaining('breaking Product.colour was removed.'), expect.stringContaining('stale schema/remotes/catalog.remote.graphql')]);
  }
  expect(await cli(['remotes', 'fetch', 'catalog', '-C', folder])).toMatchObject({ code: 0, out: expect.stringMatching(/wrote.*\n.*breaking/) as string });
  service.serve(catalogSchema([]));
});

it('asks those that answer, and says which do not', async () => {
  const folder = await makeApp({ 'schema/remotes/other.remote.yml': down });
  const { code, out, error } = await cli(['remotes', 'fetch', '-C', folder]);
  expect([code, out, error]).toEqual([1, expect.stringContaining('wrote schema/remotes/catalog.remote.graphql'), expect.stringMatching(/The remote other does not tell its schema: the service cannot be reached \(.*ECONNREFUSED.*\)/)]);
});

it.each([
  ['a name that there is not', ['catalogue'], {}, 'There is no remote "catalogue". Did you mean "catalog"?'],
  ['one with its schema in the definition', ['other'], { 'schema/remotes/other.remote.yml': `${down}pollSeconds: 0\nsdl: 'type Query { a: Int }'\n` }, 'as "sdl": it is not asked for another'],
  ['an app without remotes', [], { 'objectos.config.yml': 'plugins: [open-access]\n', 'schema/remotes/catalog.remote.yml': 'name: x\n' }, 'Add "stitching"'],
])('refuses %s', async (_what, names, files, message) => {
  const folder = await makeApp();
  await writeFiles(folder, files as Readonly<Record<string, string>>);
  const { code, error } = await cli(['remotes', 'fetch', ...names, '-C', folder]);
  expect([code, error]).toEqual([1, expect.stringContaining(message)]);
});

it('says which stored file is no schema', async () => {
  const folder = await makeApp({ 'schema/remotes/catalog.remote.graphql': 'type Query {' });
  const { code, error } = await cli(['schema', 'print', '-C', folder]);
  expect([code, error]).toEqual([1, expect.stringMatching(/catalog\.remote\.graphql is no schema: Syntax Error.*remotes fetch/)]);
});
