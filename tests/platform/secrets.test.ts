import { afterEach, expect, it } from 'vitest';
import { setSealingKey, unseal } from '../../src/metadata/sealing.ts';
import { loadApp } from '../../src/platform/load-app.ts';
import { showSettings } from '../../src/platform/settings/show-settings.ts';
import { startPlatform } from '../support/platform.ts';

const key = Buffer.alloc(32, 7).toString('base64');
const older = Buffer.alloc(32, 8).toString('base64');

afterEach(() => setSealingKey(undefined));

const yaml = `name: connector
fields: { name: text, token: { type: secret } }`;

it('encrypts secrets under the key of the settings, which a newer one may replace', async () => {
  const app = await startPlatform({ yaml, settings: { encryption: { key: older } } });
  try {
    const { data } = await app.query('mutation { createConnector(input: { name: "Bank", token: "s3cret" }) { record { token } } }');
    expect(data).toEqual({ createConnector: { record: { token: '••••••••' } } });
    const { rows } = await app.platform.database.query<{ token: string }>({ text: 'SELECT token FROM connector', values: [] });
    const stored = rows[0]?.token ?? '';
    expect(stored).not.toContain('s3cret');
    await loadApp({ directory: '/nonexistent', env: { OBJECTOS_SECRET_KEY: key, OBJECTOS_OLDER_SECRET_KEYS: older } });
    expect(unseal(stored, 'connector.token')).toBe('s3cret');
  } finally {
    await app.close();
  }
});

it('refuses keys that are none', async () => {
  await expect(loadApp({ directory: '/nonexistent', env: { OBJECTOS_SECRET_KEY: 'short' } })).rejects.toThrow('32 bytes');
});

it('never shows the keys', async () => {
  const shown = showSettings(await loadApp({ directory: '/nonexistent', env: { OBJECTOS_SECRET_KEY: key, OBJECTOS_OLDER_SECRET_KEYS: older } }));
  expect(shown.filter(({ key: name }) => name.startsWith('encryption.')).map(({ value }) => value)).toEqual(['***', '***']);
});
