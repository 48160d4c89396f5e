import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { ask, cli, envWithData, makeFolder, spawnCli, startCli, testEnv, writeFiles } from '../support/cli.ts';
import { onServer, serverUrl } from '../support/database.ts';

vi.setConfig({ testTimeout: 90_000 });

const city = 'name: city\nfields:\n  name: { type: text, required: true, unique: true }\n';
const endpoint = /GraphQL +(http:\/\/\S+)/;

describe('serving an app', () => {
  it('starts what init made, with its data, in a process of its own, and ends on a signal', async () => {
    const folder = join(await makeFolder(), 'my-app');
    expect((await cli(['init', folder])).code).toBe(0);
    expect((await cli(['init', folder])).error).toContain('is not empty');
    const { child, exit, output, waitFor } = spawnCli(['start', '-C', folder], await envWithData());
    const [, url = ''] = await waitFor(endpoint);
    await waitFor(/Ctrl\+C/);
    expect(output()).toMatch(/GraphiQL +http/);
    expect(await ask(url, '{ projects { totalCount } }')).toEqual({ data: { projects: { totalCount: 0 } } });
    const [, secret = ''] = /Password +(\S+), which/.exec(output()) ?? [];
    const askAs = async (email: string, query: string) => {
      const { data } = await ask(url, `mutation { signIn(email: "${email}", password: "${secret}") { token } }`);
      return ask(url, query, { authorization: `Bearer ${(data?.['signIn'] as { readonly token: string }).token}` });
    };
    expect(await askAs('admin@example.com', '{ projects(orderBy: [{ name: ASC }]) { nodes { name status budget tasks { totalCount } } } }')).toEqual({
      data: {
        projects: { nodes: [{ name: 'Office move', status: 'PLANNED', budget: '48000.00', tasks: { totalCount: 2 } }, { name: 'Website', status: 'ACTIVE', budget: '12000.00', tasks: { totalCount: 1 } }] },
      },
    });
    expect(await askAs('sam@example.com', '{ projects(first: 1) { totalCount nodes { budget } } }')).toMatchObject({ data: { projects: { totalCount: 2, nodes: [{ budget: null }] } }, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  });

  it('keeps the last good schema through an invalid edit, and takes the next valid one', async () => {
    const folder = await makeFolder({ 'objectos.config.yml': 'plugins: [open-access]\n', 'schema/objects/city.object.yml': city });
    const dev = startCli(['dev', '-C', folder], await envWithData());
    const [, url = ''] = await dev.waitFor(endpoint);
    await ask(url, 'mutation { createCity(input: { name: "Graz" }) { record { id } } }');

    await writeFiles(folder, { 'schema/objects/city.object.yml': `${city}  size: { type: nubmer }\n` });
    await dev.waitFor(/city\.object\.yml:4:\d+ error city\.size[\s\S]*The last good schema keeps serving/);
    expect(await ask(url, '{ cities { nodes { name } } }')).toEqual({ data: { cities: { nodes: [{ name: 'Graz' }] } } });

    await writeFiles(folder, { 'schema/objects/city.object.yml': `${city}  size: { type: number }\n` });
    await dev.waitFor(/reloaded in \d+ ms/);
    expect(await ask(url, 'mutation { updateCities(where: {}, input: { size: 3 }) { records { name size } } }')).toEqual({ data: { updateCities: { records: [{ name: 'Graz', size: 3 }] } } });
    expect(await dev.stop()).toBe(0);
  });

  it('seeds at the first start only; objectos seed brings records up to date', async () => {
    const data = (name: string) => `object: city\nexternalId: code\nrecords:\n  - { code: G, name: ${name} }\n`;
    const folder = await makeFolder({
      'objectos.config.yml': 'plugins: [open-access]\n',
      'schema/objects/city.object.yml': `${city}  code: { type: text, externalId: true, unique: true }\n`,
      'schema/data/city.data.yml': data('Graz'),
    });
    const env = { ...testEnv, OBJECTOS_DATA_DIR: 'data' };
    const namesAtStart = async (): Promise<unknown> => {
      const run = startCli(['start', '-C', folder], env);
      const [, url = ''] = await run.waitFor(endpoint);
      const { data: answer } = await ask(url, '{ cities { nodes { name } } }');
      expect(await run.stop()).toBe(0);
      return answer;
    };
    expect(await namesAtStart()).toEqual({ cities: { nodes: [{ name: 'Graz' }] } });
    await writeFiles(folder, { 'schema/data/city.data.yml': data('Linz') });
    expect(await namesAtStart()).toEqual({ cities: { nodes: [{ name: 'Graz' }] } });
    expect((await cli(['seed', '-C', folder], env)).out).toMatch(/^city +0 +1 +0$/m);
    expect(await namesAtStart()).toEqual({ cities: { nodes: [{ name: 'Linz' }] } });
  });

  it('says who can sign in, with commands that do, and the password only at the start that made it', async () => {
    const folder = await makeFolder({ 'objectos.config.yml': 'plugins: [identity, open-access]\n', 'schema/objects/city.object.yml': city });
    const env = await envWithData();
    const first = startCli(['start', '-C', folder], env);
    await first.waitFor(/Ctrl\+C/);
    expect(first.output()).toMatch(/Sign in +admin@example\.com\n +Password +\S{20,}, which is shown only now/);
    const [, commands = ''] = /Try\n\n([^]*?)\n\n/.exec(first.output()) ?? [];
    const tried = await promisify(execFile)('bash', ['-c', `${commands}; curl -s $URL -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '{"query":"{ me { email } }"}'`], { env: { ...process.env, URL: endpoint.exec(first.output())?.[1] } });
    expect(tried.stdout).toBe('{"data":{"cities":{"totalCount":0,"nodes":[]}}}{"data":{"me":{"email":"admin@example.com"}}}');
    expect(await first.stop()).toBe(0);

    const second = startCli(['start', '-C', folder], env);
    await second.waitFor(/Ctrl\+C/);
    expect(second.output()).toMatch(/Sign in +admin@example\.com\n +Password +that of the first start/);
    await second.stop();
  });

  it('shows a password that is made although the start fails afterwards', async () => {
    const folder = await makeFolder({ 'objectos.config.yml': 'plugins: [identity, open-access]\n', 'schema/objects/city.object.yml': city });
    const blocker = startCli(['start', '-C', folder], await envWithData());
    const [, url = ''] = await blocker.waitFor(endpoint);
    const { code, out } = await cli(['start', '-C', folder, '--port', new URL(url).port], await envWithData());
    expect([code, out]).toEqual([1, expect.stringMatching(/The password of admin@example\.com is \S{20,}, which is shown only now\./)]);
    await blocker.stop();
  });

  it('loads a plugin of the app from a file', async () => {
    const plugin = `export const plugin = { name: 'greeter', version: '1.0.0', description: 'Greets.', schema: { extend: (schema) => schema.addRecordField({ object: 'city', name: 'greeting', type: 'String', needs: ['name'], resolve: (city) => 'Servus ' + city.name }) } };\n`;
    const folder = await makeFolder({ 'objectos.config.yml': 'plugins: [open-access, ./greeter.js]\n', 'schema/objects/city.object.yml': city, 'greeter.js': plugin, 'package.json': '{"type":"module"}' });
    expect((await cli(['plugins', '-C', folder])).out).toMatch(/greeter +1\.0\.0 +Greets\./);
    await writeFiles(folder, { 'greeter.js': 'export const nothing = 1;\n', 'other.js': 'export const nothing = 1;\n', 'objectos.config.yml': 'plugins: [open-access, ./other.js]\n' });
    expect((await cli(['plugins', '-C', folder])).error).toContain('./other.js exports no plugin');
  });

  it('lets several processes start at once on one PostgreSQL: one migrates and seeds, all serve', async ({ skip }) => {
    if (!(await onServer(() => Promise.resolve(true)).catch(() => false))) skip('There is no PostgreSQL server.');
    const folder = await makeFolder({
      'objectos.config.yml': 'plugins: [open-access]\n',
      'schema/objects/city.object.yml': city,
      'schema/data/city.data.yml': 'object: city\nrecords:\n  - { name: Graz }\n  - { name: Linz }\n',
    });
    const schema = `t_start_${process.pid}_${Date.now()}`;
    const env = { ...testEnv, DATABASE_URL: serverUrl, OBJECTOS_DATABASE_SCHEMA: schema };
    try {
      const processes = [1, 2, 3].map(() => spawnCli(['start', '-C', folder], env));
      const urls = await Promise.all(processes.map(async ({ waitFor }) => (await waitFor(endpoint))[1] ?? ''));
      expect(new Set(urls).size).toBe(3);
      for (const url of urls) expect(await ask(url, '{ cities { totalCount } }')).toEqual({ data: { cities: { totalCount: 2 } } });
      for (const { child } of processes) child.kill('SIGTERM');
      expect(await Promise.all(processes.map(({ exit }) => exit))).toEqual([0, 0, 0]);
    } finally {
      await onServer((client) => client.query(`drop schema if exists "${schema}" cascade`));
    }
  });

  it('drops a column at a start only when it is named', async () => {
    const folder = await makeFolder({ 'objectos.config.yml': 'plugins: [open-access]\n', 'schema/objects/city.object.yml': `${city}  country: { type: text }\n` });
    const env = await envWithData();
    const first = startCli(['start', '-C', folder], env);
    await first.waitFor(endpoint);
    await first.stop();
    await writeFiles(folder, { 'schema/objects/city.object.yml': city });
    expect((await cli(['start', '-C', folder], env)).error).toContain('repeat it with --accept-data-loss city.country.');
    const second = startCli(['start', '-C', folder, '--accept-data-loss', 'city.country'], env);
    await second.waitFor(endpoint);
    expect(await second.stop()).toBe(0);
  });

  it('says which port is in use', async () => {
    const folder = await makeFolder({ 'objectos.config.yml': 'plugins: [open-access]\n', 'schema/objects/city.object.yml': city });
    const first = startCli(['start', '-C', folder], await envWithData());
    const [, url = ''] = await first.waitFor(endpoint);
    const second = await cli(['start', '-C', folder, '--port', new URL(url).port], await envWithData());
    expect([second.code, second.error]).toEqual([1, expect.stringMatching(/Port \d+ .*in use/)]);
    await first.stop();
  });
});
