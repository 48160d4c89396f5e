import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../src/database/open-database.ts';
import { cli, envWithData, makeFolder, repository, testEnv, writeFiles } from '../support/cli.ts';

vi.setConfig({ testTimeout: 90_000 });

const city = 'name: city\nfields:\n  name: { type: text, required: true, unique: true }\n';
const config = 'plugins: [open-access]\n';

describe('the command line', () => {
  it('answers wrong use with exit code 2', async () => {
    expect((await cli(['nonsense'])).code).toBe(2);
    expect((await cli([])).code).toBe(2);
    expect((await cli(['start', '--port', 'high'])).code).toBe(2);
    const { code, error } = await cli(['validate', '--jsn']);
    expect([code, error]).toEqual([2, expect.stringContaining('Did you mean --json?')]);
  });

  it('shows help and version with exit code 0', async () => {
    const help = await cli(['--help']);
    expect(help.code).toBe(0);
    for (const command of ['init', 'dev', 'start', 'validate', 'migrate', 'seed', 'rollups', 'users', 'codegen', 'doctor', 'plugins']) expect(help.out).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    expect((await cli(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('validates definitions: 0 when they hold, 1 with file, line and advice when not', async () => {
    const folder = await makeFolder({ 'objectos.config.yml': config, 'schema/objects/city.object.yml': city });
    expect(await cli(['validate', '-C', folder])).toMatchObject({ code: 0, out: expect.stringContaining('1 object') as string });
    await writeFiles(folder, { 'schema/objects/city.object.yml': city.replace('type: text', 'type: txet') });
    const { code, error } = await cli(['validate', '-C', folder]);
    expect(code).toBe(1);
    expect(error).toMatch(/city\.object\.yml:3:\d+ error city\.name/);
    expect(error).not.toMatch(/\n\s+at /);
    const json = JSON.parse((await cli(['validate', '-C', folder, '--json'])).out) as { valid: boolean; diagnostics: readonly { severity: string; line: number }[] };
    expect(json.valid).toBe(false);
    expect(json.diagnostics[0]).toMatchObject({ severity: 'error', line: 3 });
  });

  it('prints problems at start without a stack trace and ends with 1', async () => {
    const folder = await makeFolder({ 'objectos.config.yml': 'server: { port: many }\n', 'schema/objects/city.object.yml': city });
    const { code, error } = await cli(['start', '-C', folder], { OBJECTOS_DATA_DIR: 'memory://' });
    expect([code, error]).toEqual([1, expect.stringContaining('objectos.config.yml:1  server.port')]);
    expect(error).not.toMatch(/\n\s+at /);
  });

  it('does not start without an access provider, and says how to get one', async () => {
    const folder = await makeFolder({ 'schema/objects/city.object.yml': city });
    const { code, error } = await cli(['start', '-C', folder]);
    expect([code, error]).toEqual([1, expect.stringMatching(/service "access".*open-access/)]);
  });

  it('names a plugin that does not exist', async () => {
    const folder = await makeFolder({ 'objectos.config.yml': 'plugins: [open-acces]\n', 'schema/objects/city.object.yml': city });
    expect(await cli(['plugins', '-C', folder])).toMatchObject({ code: 1, error: expect.stringContaining('Did you mean "open-access"?') as string });
  });

  it('lists plugins in order, for scripts too', async () => {
    const list = JSON.parse((await cli(['plugins', '-C', repository, '--json'])).out) as readonly { name: string; description: string }[];
    const names = list.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['users', 'seed', 'permissions', 'identity']));
    expect(names.indexOf('users')).toBeLessThan(names.indexOf('seed'));
    for (const { description } of list) expect(description).toMatch(/\.$/);
  });

  it('examines the app with doctor: settings with origin, secrets masked, checks', async () => {
    const folder = await makeFolder({ 'objectos.config.yml': config, 'schema/objects/city.object.yml': city });
    const env = { ...testEnv, DATABASE_URL: 'postgres://me:hidden@127.0.0.1:1/none' };
    const { code, out } = await cli(['doctor', '-C', folder], env);
    expect(code).toBe(1);
    expect(out).toMatch(/database\.url +postgres:\/\/\*\*\*@127\.0\.0\.1:1\/none +DATABASE_URL/);
    expect(out).not.toContain('hidden');
    expect(out).toMatch(/ok +definitions: 2 objects/);
    expect(out).toMatch(/problem database: /);
  });

  it('writes generated files, and tells which are stale', async () => {
    const folder = await makeFolder({ 'objectos.config.yml': config, 'schema/objects/city.object.yml': city });
    expect((await cli(['codegen', '-C', folder, '--check'])).error).toContain('stale schema/schema.graphql');
    expect((await cli(['codegen', '-C', folder])).code).toBe(0);
    expect((await cli(['codegen', '-C', folder, '--check'])).code).toBe(0);
    expect(await readFile(join(folder, 'schema/schema.graphql'), 'utf8')).toContain('createCity(');
    expect(await readFile(join(folder, 'prisma/schema.prisma'), 'utf8')).toContain('model City ');
    await writeFiles(folder, { 'schema/objects/city.object.yml': `${city}  country: { type: text }\n` });
    const { code, error } = await cli(['codegen', '-C', folder, '--check']);
    expect(code).toBe(1);
    expect(error).toContain('stale schema/schema.graphql');
    expect(error).toContain('stale prisma/schema.prisma');
    expect(error).not.toContain('object.schema.json');
  });

  it('makes, applies and compares migrations, and loses nothing that is not named', async () => {
    const folder = await makeFolder({ 'objectos.config.yml': config, 'schema/objects/city.object.yml': `${city}  country: { type: text }\n` });
    const env = await envWithData();
    expect(await cli(['migrate', 'dev', '-C', folder, '--name', 'Begin here'], env)).toMatchObject({ code: 0, out: expect.stringMatching(/wrote and applied \d{14}_begin_here/) as string });
    expect(await cli(['migrate', 'status', '-C', folder], env)).toMatchObject({ code: 0 });
    await writeFiles(folder, { 'schema/objects/city.object.yml': city });
    expect(await cli(['migrate', 'status', '-C', folder], env)).toMatchObject({ code: 1, out: expect.stringContaining('in no migration') as string });
    expect((await cli(['migrate', 'diff', '-C', folder], env)).out).toMatch(/DROP COLUMN "country"/);
    expect(await cli(['migrate', 'dev', '-C', folder], env)).toMatchObject({ code: 1, error: expect.stringMatching(/city\.country[\s\S]*--accept-data-loss/) as string });
    expect((await cli(['migrate', 'dev', '-C', folder, '--accept-data-loss', 'city.country'], env)).code).toBe(0);
    expect((await cli(['migrate', 'deploy', '-C', folder], env)).out).toContain('Nothing to do');
  });

  it('starts in production only with migrations that cover the definitions', async () => {
    const folder = await makeFolder({ 'objectos.config.yml': config, 'schema/objects/city.object.yml': city });
    const development = await envWithData();
    const env = { ...development, NODE_ENV: 'production' };
    expect(await cli(['start', '-C', folder], env)).toMatchObject({ code: 1, error: expect.stringContaining('objectos migrate dev') as string });
    await cli(['migrate', 'dev', '-C', folder], development);
    await writeFiles(folder, { 'schema/objects/city.object.yml': `${city}  country: { type: text }\n` });
    expect(await cli(['start', '-C', folder], env)).toMatchObject({ code: 1, error: expect.stringContaining('no migration makes') as string });
  });

  it('gives people a new password', async () => {
    const folder = await makeFolder({ 'objectos.config.yml': 'plugins: [open-access, identity]\n', 'schema/objects/city.object.yml': city, 'schema/data/people.data.yml': 'object: sys_user\nexternalId: email\nrecords: [{ email: ada@example.com, name: Ada }]\n' });
    const env = await envWithData();
    expect((await cli(['seed', '-C', folder], env)).code).toBe(0);
    expect(await cli(['users', 'reset-password', 'ada@example.com', '-C', folder], env)).toMatchObject({ code: 0, out: expect.stringMatching(/^ada@example\.com signs in with the password \S{20,} from now on; it is shown only now\. 0 sessions have ended\.$/m) as string });
    expect(await cli(['users', 'reset-password', 'eve@example.com', '-C', folder], env)).toMatchObject({ code: 1, error: expect.stringContaining('no user with the address eve@example.com') as string });
  });

  it('compares and mends roll-ups', async () => {
    const folder = await makeFolder({
      'objectos.config.yml': 'plugins: [open-access, rules]\n',
      'schema/objects/city.object.yml': `${city}  parks: { type: summary, summaryOperations: { object: park, function: count } }\n`,
      'schema/objects/park.object.yml': 'name: park\nfields:\n  name: text\n  city: { type: lookup, reference: city, relatedName: green }\n',
      'schema/data/1-city.data.yml': 'object: city\nexternalId: name\nrecords: [{ name: Ulm }, { name: Bonn }]\n',
      'schema/data/2-park.data.yml': 'object: park\nexternalId: id\nrecords:\n  - { id: 018f0000-0000-7000-8000-000000000001, name: Aue, city: Ulm }\n  - { id: 018f0000-0000-7000-8000-000000000002, name: Glacis, city: Ulm }\n',
    });
    const env = await envWithData();
    expect((await cli(['seed', '-C', folder], env)).code).toBe(0);
    expect(await cli(['rollups', 'check', '-C', folder], env)).toMatchObject({ code: 0, out: expect.stringMatching(/city\.parks +2 +0/) as string });
    const database = await openDatabase({ dataDirectory: env.OBJECTOS_DATA_DIR });
    await database.query({ text: 'UPDATE city SET parks = 7', values: [] });
    await database.close();
    expect(await cli(['rollups', 'check', '-C', folder], env)).toMatchObject({ code: 1, out: expect.stringMatching(/is 7, and should be 2/) as string });
    expect(JSON.parse((await cli(['rollups', 'recompute', 'city.parks', '-C', folder, '--json'], env)).out)).toEqual([{ name: 'city.parks', records: 2, different: 2, examples: [] }]);
    expect((await cli(['rollups', 'check', '-C', folder], env)).code).toBe(0);
    expect(await cli(['rollups', 'check', 'city.park', '-C', folder], env)).toMatchObject({ code: 1, error: expect.stringContaining('Did you mean "city.parks"?') as string });
  });
});
