import { parse as parseYaml } from 'yaml';
import type { Database } from '../../src/database/database.ts';
import type { Logger } from 'pino';
import type { Plugin } from '../../src/kernel/plugin.ts';
import type { DefinitionInput } from '../../src/metadata/phase.ts';
import { createPlatform } from '../../src/platform.ts';
import type { Platform } from '../../src/platform.ts';
import type { OperationResult } from '../../src/platform/execute.ts';
import type { SettingsInput } from '../../src/platform/settings/schema.ts';
import { openAccess } from '../../src/plugins/open-access/index.ts';
import { anonymous } from '../../src/resolvers/caller.ts';
import type { Caller } from '../../src/resolvers/caller.ts';
import { createLog } from '../../src/server/log.ts';
import { startOn } from './embedded.ts';

export interface StartPlatformOptions {
  /** Objects as values. */
  readonly objects?: readonly DefinitionInput[];
  /** Objects as YAML, several documents in one text. */
  readonly yaml?: string;
  /** Beside the platform's own; without an access provider among them, access is open. */
  readonly plugins?: readonly Plugin[];
  /** Records to begin with, written through the seed plugin. */
  readonly data?: readonly DefinitionInput[];
  /** From `describeEachDatabase`; an embedded one in memory by default. */
  readonly database?: Database;
  readonly settings?: SettingsInput;
  /** Silent by default. */
  readonly log?: Logger | undefined;
  /** False: no access provider is added. */
  readonly open?: boolean;
}

export interface TestPlatform {
  readonly platform: Platform;
  /** In process, as the caller given with `as`; anonymous by default. */
  query(document: string, variables?: Readonly<Record<string, unknown>>): Promise<OperationResult>;
  /** Over real HTTP; the server is started by the first use. */
  fetch(document: string, variables?: Readonly<Record<string, unknown>>): Promise<{ readonly status: number; readonly body: OperationResult }>;
  as(caller: Partial<Caller>): TestPlatform;
  close(): Promise<void>;
}

/** The real platform on a real database, without files: definitions and records as values. */
export async function startPlatform({ objects = [], yaml, plugins = [], data = [], database, settings = {}, log = createLog({ level: 'silent' }), open = true }: StartPlatformOptions): Promise<TestPlatform> {
  const definitions = [...objects, ...(yaml === undefined ? [] : yaml.split(/^---$/m).map((text) => parseYaml(text) as DefinitionInput))];
  const { started: platform, close } = await startOn(database, settings.database === undefined, (on) => createPlatform({
    directory: '/nonexistent',
    definitions,
    seeds: data,
    plugins: open ? [...plugins, openAccess()] : plugins,
    database: on,
    settings: { mode: 'test', log: { level: 'silent' }, ...settings, server: { port: 0, ...settings.server }, database: { dataDirectory: 'memory://', ...settings.database } },
    log,
    env: {},
  }));
  if (data.length > 0) await platform.kernel.start();
  let server: Promise<{ readonly url: string }> | undefined;
  const of = (caller: Caller): TestPlatform => ({
    platform,
    query: (query, variables) => platform.execute({ query, variables, caller }),
    async fetch(query, variables) {
      server ??= platform.start();
      const { url } = await server;
      const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) });
      return { status: response.status, body: (await response.json()) as OperationResult };
    },
    as: (other) => of({ ...anonymous, kind: 'user', ...other }),
    async close() {
      await platform.stop();
      await close();
    },
  });
  return of(anonymous);
}
