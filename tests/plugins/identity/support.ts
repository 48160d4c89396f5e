import { createHmac } from 'node:crypto';
import { createClient, type Client } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Database } from '../../../src/database/database.ts';
import type { Logger } from 'pino';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import type { Platform } from '../../../src/platform.ts';
import type { OperationResult } from '../../../src/platform/execute.ts';
import { identity } from '../../../src/plugins/identity/index.ts';
import type { MailMessage } from '../../../src/kernel/mail.ts';
import type { IdentitySettingsInput } from '../../../src/plugins/identity/settings.ts';
import type { SettingsInput } from '../../../src/platform/settings/schema.ts';
import type { Caller } from '../../../src/resolvers/caller.ts';
import { startPlatform } from '../../support/platform.ts';

export const password = 'Correct-horse-9';
export const administrator = 'admin@example.com';

type Headers = Readonly<Record<string, string>>;

export interface IdentityApp {
  readonly platform: Platform;
  readonly url: string;
  readonly mails: readonly MailMessage[];
  /** The whole answer of a request over HTTP. */
  ask(query: string, headers?: Headers, variables?: object): Promise<OperationResult & { readonly status: number }>;
  /** The data of a request that must succeed. */
  data(query: string, headers?: Headers): Promise<Readonly<Record<string, never>>>;
  signIn(email?: string, secret?: string): Promise<Headers>;
  signUp(name: string): Promise<{ readonly email: string; readonly headers: Headers; readonly id: string }>;
  socket(params: Record<string, unknown>, onClosed?: (event: { readonly code: number; readonly reason: string }) => void): Client;
}

export interface StartOptions {
  readonly database: Database;
  readonly settings?: IdentitySettingsInput;
  readonly server?: NonNullable<SettingsInput['server']>;
  readonly plugins?: readonly Plugin[];
  readonly mode?: 'test' | 'production';
  readonly cleanUpInterval?: number;
  readonly log?: Logger;
  /** False: another plugin provides access. */
  readonly open?: boolean;
}

/** The plugin on a real platform with a server, beside open access, with an administrator and one object. */
export async function startIdentity({ database, settings = {}, server = {}, plugins = [], mode = 'test', cleanUpInterval, log, open = true }: StartOptions): Promise<IdentityApp> {
  const mails: MailMessage[] = [];
  const mail: Plugin = {
    name: 'test-mail',
    version: '1.0.0',
    description: 'Keeps mails.',
    lifecycle: { init: ({ services }) => services.register('mail', { send: (message) => Promise.resolve(void mails.push(message)) }) },
  };
  const test = await startPlatform({
    objects: [{ name: 'note', fields: { title: 'text', owner: { type: 'user' } } }],
    data: [{ object: 'sys_user', externalId: 'email', records: [{ email: 'rep@example.com', name: 'Rep' }] }],
    plugins: [mail, identity({ mode, identity: { samplePassword: password, samplePeople: ['rep@example.com'], ...settings }, cleanUpInterval }), ...plugins],
    database,
    log,
    open,
    settings: { server },
  });
  onTestFinished(() => test.close());
  const { url } = await test.platform.start();

  const ask: IdentityApp['ask'] = async (query, headers = {}, variables) => {
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query, variables }) });
    return { status: response.status, ...((await response.json()) as OperationResult) };
  };
  const data: IdentityApp['data'] = async (query, headers) => {
    const { data: found, errors } = await ask(query, headers);
    if (errors) throw new Error(`${query}: ${JSON.stringify(errors)}`);
    return found as Readonly<Record<string, never>>;
  };
  return {
    platform: test.platform,
    url,
    mails,
    ask,
    data,
    async signIn(email = administrator, secret = password) {
      const { signIn } = (await data(`mutation { signIn(email: "${email}", password: "${secret}") { token } }`)) as unknown as { signIn: { token: string } };
      return { authorization: `Bearer ${signIn.token}` };
    },
    async signUp(name) {
      const email = `${name}@example.com`;
      const { signUp } = (await data(`mutation { signUp(name: "${name}", email: "${email}", password: "${password}") { token user { id } } }`)) as unknown as { signUp: { token: string; user: { id: string } } };
      return { email, id: signUp.user.id, headers: { authorization: `Bearer ${signUp.token}` } };
    },
    socket(params, onClosed = () => undefined) {
      const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0, lazy: false, connectionParams: params, onNonLazyError: () => undefined, on: { closed: (event) => onClosed(event as { code: number; reason: string }) } });
      onTestFinished(() => void client.dispose());
      return client;
    },
  };
}

/** A field that shows the caller, for tests of authentication. */
export const showCaller: Plugin = {
  name: 'show-caller',
  version: '1.0.0',
  description: 'Shows who asks.',
  schema: {
    extend: (schema) => schema.addFields('Query', { caller: { type: 'JSON', resolve: (_, __, { caller }: { caller: Caller }) => caller } }),
  },
};

export function overSocket(client: Client, query: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let result: unknown;
    client.subscribe({ query }, { next: (value) => (result = value), error: reject, complete: () => resolve(result) });
  });
}

/** What an authenticator app shows. */
export function codeAt(secret: string, step = Math.floor(Date.now() / 30_000)): string {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac('sha1', key).update(counter).digest();
  const offset = (hash.at(-1) ?? 0) & 15;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
