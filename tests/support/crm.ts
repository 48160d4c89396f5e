import type { Database } from '../../src/database/database.ts';
import type { Plugin } from '../../src/kernel/plugin.ts';
import { createPlatform } from '../../src/platform.ts';
import type { Platform } from '../../src/platform.ts';
import type { SettingsInput } from '../../src/platform/settings/schema.ts';
import type { OperationResult } from '../../src/platform/execute.ts';
import { createLog } from '../../src/server/log.ts';
import { repository } from './cli.ts';
import { startOn } from './embedded.ts';

export interface Crm {
  readonly platform: Platform;
  readonly url: string;
  /** Over HTTP, as the person with this address; as nobody without. */
  ask(query: string, email?: string): Promise<OperationResult>;
  /** Headers of somebody who has signed in. */
  signIn(email: string): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

export const samplePassword = 'Correct-horse-9';

/** All of schema/data/01-users.data.yml sign in here, also those whom the app itself gives no password. */
const people = ['admin', 'ines.duarte', 'manager', 'daniel.reyes', 'rep', 'lena.fischer', 'marcus.cole', 'tom.becker', 'support', 'yuki.tanaka', 'marketing', 'auditor'];

/** The sample app with its own settings, plugins, definitions and people, on a port of its own. */
export async function startCrm(database?: Database, settings: SettingsInput = {}, plugins: readonly Plugin[] = []): Promise<Crm> {
  const { started: platform, close } = await startOn(database, true, (on) => createPlatform({
    directory: repository,
    migrate: 'sync',
    database: on,
    plugins,
    settings: { ...settings, mode: 'development', server: { port: 0 }, database: { dataDirectory: 'memory://' }, identity: { samplePassword, samplePeople: people.map((name) => `${name}@example.com`) } },
    log: createLog({ level: 'silent' }),
    env: {},
  }));
  const { url } = await platform.start();
  const signedIn = new Map<string, Readonly<Record<string, string>>>();
  const post = async (query: string, headers: Readonly<Record<string, string>>): Promise<OperationResult> => {
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query }) });
    return (await response.json()) as OperationResult;
  };
  const signIn: Crm['signIn'] = async (email) => {
    let headers = signedIn.get(email);
    if (!headers) {
      const { data, errors } = await post(`mutation { signIn(email: "${email}", password: "${samplePassword}") { token } }`, {});
      if (errors) throw new Error(JSON.stringify(errors));
      headers = { authorization: `Bearer ${(data as { readonly signIn: { readonly token: string } }).signIn.token}` };
      signedIn.set(email, headers);
    }
    return headers;
  };
  return { platform, url, signIn, ask: async (query, email) => post(query, email === undefined ? {} : await signIn(email)), stop: async () => { await platform.stop(); await close(); } };
}
