import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSettings } from '../../src/platform/settings/load-settings.ts';
import { settingInfos } from '../../src/platform/settings/list-settings.ts';
import { showSettings } from '../../src/platform/settings/show-settings.ts';

describe('settings', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'objectos-settings-'));
  });
  afterEach(() => rm(directory, { recursive: true }));
  const config = (text: string): Promise<void> => writeFile(join(directory, 'objectos.config.yml'), text);

  it('have defaults where nothing is said', async () => {
    const { settings, origins } = await loadSettings({ directory, env: {} });
    expect(settings).toMatchObject({ mode: 'development', server: { port: 4000 }, database: { dataDirectory: '.objectos/data' }, log: { level: 'info' }, plugins: [] });
    expect(new Set(origins.values())).toEqual(new Set(['default']));
  });

  it('come from options, then the environment, then the file', async () => {
    await config('server:\n  port: 5000\n  host: 0.0.0.0\n  requestTimeout: 1000\n');
    const { settings, origins } = await loadSettings({ directory, env: { PORT: '5001', HOST: '10.0.0.1' }, overrides: { server: { port: 5002 } } });
    expect(settings.server).toMatchObject({ port: 5002, host: '10.0.0.1', requestTimeout: 1000 });
    expect([origins.get('server.port'), origins.get('server.host'), origins.get('server.requestTimeout')]).toEqual(['option', 'HOST', 'objectos.config.yml:4']);
  });

  it('take an empty variable for none', async () => {
    const { settings, origins } = await loadSettings({ directory, env: { PORT: '', DATABASE_URL: '' } });
    expect([settings.server.port, settings.database.url, origins.get('server.port')]).toEqual([4000, undefined, 'default']);
  });

  it('report all problems at once, each with its place, what is accepted and a suggestion', async () => {
    await config('server:\n  ports: 1\nlog: { level: loud }\ncolour: red\n');
    const failure = loadSettings({ directory, env: { OBJECTOS_DATABASE_POOL_SIZE: 'many', DATABASE_URL: 'mysql://x' } });
    await expect(failure).rejects.toThrow(/objectos\.config\.yml:2 {2}server\.ports is no setting\. Did you mean "port"\?/);
    await expect(failure).rejects.toThrow(/objectos\.config\.yml:3 {2}log\.level: .*"info"/);
    await expect(failure).rejects.toThrow(/objectos\.config\.yml:4 {2}colour is no setting\. Accepted: .*plugins/);
    await expect(failure).rejects.toThrow(/OBJECTOS_DATABASE_POOL_SIZE {2}database\.poolSize: .*number/);
    await expect(failure).rejects.toThrow(/DATABASE_URL {2}database\.url: must start with postgres:\/\//);
  });

  it('say where a file is no YAML', async () => {
    await config('server: { port: 1\n');
    await expect(loadSettings({ directory, env: {} })).rejects.toThrow(/^objectos\.config\.yml:\d+:\d+ .*not valid YAML/);
  });

  it('refuse two config files', async () => {
    await config('{}');
    await writeFile(join(directory, 'objectos.config.json'), '{}');
    await expect(loadSettings({ directory, env: {} })).rejects.toThrow(/2 config files/);
  });

  it('read lists and structures from the environment', async () => {
    const { settings } = await loadSettings({ directory, env: { OBJECTOS_PLUGINS: 'open-access, ./mine.ts', OBJECTOS_SERVER_CORS: '{"origins":["https://a.example"]}', OBJECTOS_SERVER_REQUEST_LOG: 'off' } });
    expect(settings.plugins).toEqual(['open-access', './mine.ts']);
    expect(settings.server).toMatchObject({ requestLog: false, cors: { origins: ['https://a.example'] } });
  });

  it('are shown with their origin and without secrets', async () => {
    const shown = showSettings(await loadSettings({ directory, env: { DATABASE_URL: 'postgres://me:hidden@db.example:5432/crm' } }));
    const url = shown.find(({ key }) => key === 'database.url');
    expect(url).toMatchObject({ value: 'postgres://***@db.example:5432/crm', origin: 'DATABASE_URL' });
    expect(JSON.stringify(shown)).not.toContain('hidden');
  });

  it('each have a variable of their own and a description', () => {
    expect(new Set(settingInfos.map(({ env }) => env)).size).toBe(settingInfos.length);
    expect(settingInfos.filter(({ description }) => description === '').map(({ key }) => key)).toEqual([]);
  });
});
