import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { DefinitionInput } from '../../src/metadata/phase.ts';
import { setSealingKey } from '../../src/metadata/sealing.ts';
import { createPlatform } from '../../src/platform.ts';
import type { Platform } from '../../src/platform.ts';
import { openAccess } from '../../src/plugins/open-access/index.ts';
import { createLog } from '../../src/server/log.ts';
import { makeFolder, cli } from '../support/cli.ts';

afterEach(() => setSealingKey(undefined));

const definitions: readonly DefinitionInput[] = [{ name: 'connector', fields: { name: { type: 'text' }, token: { type: 'secret' } } }];
const plain: readonly DefinitionInput[] = [{ name: 'city', fields: { name: { type: 'text' } } }];
const write = { query: 'mutation { createConnector(input: { token: "s3cret" }) { record { token } } }' };
const written = { data: { createConnector: { record: { token: '••••••••' } } } };

function open(directory: string, env: Readonly<Record<string, string>>, objects = definitions): Promise<Platform> {
  return createPlatform({ directory, definitions: objects, plugins: [openAccess()], migrate: 'sync', env, log: createLog({ level: 'silent' }) });
}

it('keeps a key for secrets beside the embedded data in development, for its owner only', async () => {
  const folder = await makeFolder();
  const env = { OBJECTOS_DATA_DIR: join(folder, 'data') };
  const file = join(folder, 'data', 'secret.key');
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
  await (await open(folder, { OBJECTOS_DATA_DIR: join(folder, 'data') }, plain)).stop();
  await expect(stat(join(folder, 'data', 'secret.key'))).rejects.toThrow('ENOENT');
  const platform = await open(folder, { OBJECTOS_DATA_DIR: 'memory://' });
  expect(await platform.execute(write)).toEqual(written);
  await platform.stop();
  await rm(join(folder, 'data'), { recursive: true });
  await expect(stat(join(folder, '.objectos'))).rejects.toThrow('ENOENT');
});

it('does not start in production with secret fields and without a key', async () => {
  const folder = await makeFolder();
  const env = { NODE_ENV: 'production', OBJECTOS_DATA_DIR: 'memory://' };
  await expect(open(folder, env)).rejects.toThrow(/connector\.token is a secret field.*OBJECTOS_SECRET_KEY/);
  await (await open(folder, env, plain)).stop();
  const platform = await open(folder, { ...env, OBJECTOS_SECRET_KEY: Buffer.alloc(32, 7).toString('base64') });
  expect(await platform.execute(write)).toEqual(written);
  await platform.stop();
});

it('is checked by doctor', async () => {
  const folder = await makeFolder({ 'schema/objects/connector.object.yml': 'name: connector\nfields: { token: secret }\n' });
  const { out } = await cli(['doctor', '-C', folder], { NODE_ENV: 'production', OBJECTOS_DATA_DIR: 'memory://' });
  expect(out).toMatch(/problem definitions: connector\.token is a secret field/);
});
