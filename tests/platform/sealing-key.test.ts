import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import type { DefinitionInput } from '../../src/metadata/phase.ts';
import { setSealingKey } from '../../src/metadata/sealing.ts';
import { createPlatform } from '../../src/platform.ts';
import type { Platform } from '../../src/platform.ts';
import { permissions } from '../../src/plugins/permissions/index.ts';
import { systemCaller } from '../../src/resolvers/caller.ts';
import { openAccess } from '../../src/plugins/open-access/index.ts';
import { createLog } from '../../src/server/log.ts';
import { cli, envWithData, makeFolder } from '../support/cli.ts';
import { openEmpty } from '../support/database.ts';

afterEach(() => setSealingKey(undefined));

const definitions: readonly DefinitionInput[] = [{ name: 'connector', fields: { name: { type: 'text' }, token: { type: 'secret' } } }];
const plain: readonly DefinitionInput[] = [{ name: 'city', fields: { name: { type: 'text' } } }];
const write = { query: 'mutation { createConnector(input: { token: "s3cret" }) { record { token } } }' };
const written = { data: { createConnector: { record: { token: '••••••••' } } } };

function open(directory: string, env: Readonly<Record<string, string>>, objects = definitions, database?: Database): Promise<Platform> {
  return createPlatform({ directory, definitions: objects, plugins: [openAccess()], migrate: 'sync', env, log: createLog({ level: 'silent' }), database });
}

async function openDatabase(): Promise<Database> {
  const database = await openEmpty();
  onTestFinished(() => database.close());
  return database;
}

it('keeps a key for secrets beside the embedded data in development, for its owner only', async () => {
  const folder = await makeFolder();
  const env = await envWithData();
  const file = join(env.OBJECTOS_DATA_DIR, 'secret.key');
  const first = await open(folder, env);
  expect(await first.execute(write)).toEqual(written);
  await first.stop();
  const key = await readFile(file, 'utf8');
  expect(Buffer.from(key, 'base64')).toHaveLength(32);
  expect((await stat(file)).mode & 0o777).toBe(0o600);

  setSealingKey(undefined);
  const second = await open(folder, env);
  expect(await second.execute(write)).toEqual(written);
  await second.stop();
  expect(await readFile(file, 'utf8')).toBe(key);
});

it('writes no key where none is needed', async () => {
  const folder = await makeFolder();
  const env = await envWithData();
  await (await open(folder, env, plain)).stop();
  await expect(stat(join(env.OBJECTOS_DATA_DIR, 'secret.key'))).rejects.toThrow('ENOENT');
  const platform = await open(folder, { OBJECTOS_DATA_DIR: 'memory://' }, definitions, await openDatabase());
  expect(await platform.execute(write)).toEqual(written);
  await platform.stop();
  await expect(stat(join(folder, '.objectos'))).rejects.toThrow('ENOENT');
});

it('does not start in production with secret fields and without a key', async () => {
  const folder = await makeFolder();
  const env = { NODE_ENV: 'production', OBJECTOS_DATA_DIR: 'memory://' };
  await expect(open(folder, env)).rejects.toThrow(/connector\.token needs a key.*OBJECTOS_SECRET_KEY/);
  await (await open(folder, env, plain, await openDatabase())).stop();
  const platform = await open(folder, { ...env, OBJECTOS_SECRET_KEY: Buffer.alloc(32, 7).toString('base64') }, definitions, await openDatabase());
  expect(await platform.execute(write)).toEqual(written);
  await platform.stop();
});

it('is checked by doctor', async () => {
  const folder = await makeFolder({ 'schema/objects/connector.object.yml': 'name: connector\nfields: { token: secret }\n' });
  const { out } = await cli(['doctor', '-C', folder], { ...(await envWithData()), NODE_ENV: 'production' });
  expect(out).toMatch(/problem definitions: connector\.token needs a key/);
});

it('has a key for masks that hash: equal values of a field look alike, and no hash is one that can be guessed', async () => {
  const hashed = { type: 'text', maskingRule: { strategy: 'hash', exemptRoles: ['administrator'] } };
  const objects: readonly DefinitionInput[] = [{ name: 'account', fields: { iban: hashed, bic: hashed } }];
  const folder = await makeFolder();
  const start = async (env: Readonly<Record<string, string>>) =>
    createPlatform({ database: await openDatabase(), directory: folder, definitions: objects, plugins: [permissions({ definitions: [{ kind: 'profile', value: { name: 'guest', objects: { account: { allowRead: true, viewAllRecords: true } } } }, { kind: 'profile', value: { name: 'administrator' } }] })], migrate: 'sync', env, log: createLog({ level: 'silent' }) });
  await expect(start({ NODE_ENV: 'production', OBJECTOS_DATA_DIR: 'memory://' })).rejects.toThrow(/account\.iban, account\.bic need a key/);
  const shown = async (key: string) => {
    const platform = await start({ OBJECTOS_DATA_DIR: 'memory://', OBJECTOS_SECRET_KEY: Buffer.alloc(32, key).toString('base64') });
    await platform.execute({ query: 'mutation { createAccounts(input: [{ iban: "DE1", bic: "DE1" }, { iban: "DE1", bic: "FR2" }]) { count } }', caller: systemCaller });
    const { data } = await platform.execute({ query: '{ accounts(orderBy: [{ createdAt: ASC }]) { nodes { iban bic } } }' });
    await platform.stop();
    return (data as { accounts: { nodes: { iban: string; bic: string }[] } }).accounts.nodes;
  };
  const [[first, second], [other]] = [await shown('a'), await shown('b')];
  expect(first?.iban).toMatch(/^[0-9a-f]{64}$/);
  expect(second?.iban).toBe(first?.iban);
  expect(new Set([first?.iban, first?.bic, second?.bic, other?.iban, createHash('sha256').update('account.iban:DE1').digest('hex')]).size).toBe(5);
});
