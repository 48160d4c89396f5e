import { createClient, type Client } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Database } from '../../../src/database/database.ts';
import { ObjectosError } from '../../../src/errors.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import type { RuleDefinition } from '../../../src/plugins/permissions/definitions/read-rules.ts';
import { realtime } from '../../../src/plugins/realtime/index.ts';
import type { RealtimeSettingsInput } from '../../../src/plugins/realtime/settings.ts';
import { anonymous, systemCaller, type Caller } from '../../../src/resolvers/caller.ts';
import type { DefinitionInput } from '../../../src/metadata/phase.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

/** One that is cut before it is open complains to nobody. */
class Socket extends WebSocket {
  constructor(...args: ConstructorParameters<typeof WebSocket>) {
    super(...args);
    this.on('error', () => undefined);
  }
}

/** Takes the caller from a header: `authorization: <JSON of the caller>`. */
export const trusting: Plugin = {
  name: 'test', version: '1.0.0', description: 'Believes who callers say they are.',
  server: {
    authenticate(request) {
      const text = request.header('authorization');
      if (text === undefined) return undefined;
      if (text === 'bad') throw new ObjectosError('UNAUTHENTICATED', 'No.');
      return { ...anonymous, kind: 'user', ...(JSON.parse(text) as Partial<Caller>) };
    },
  },
};

export interface Message {
  readonly cursor: string;
  readonly kind: string;
  readonly recordId: string | null;
  readonly record?: Readonly<Record<string, unknown>> | null;
  readonly changedFields: readonly string[];
  readonly at: string | null;
}

/** One subscription and everything that it was told. */
export interface Stream {
  readonly messages: Message[];
  readonly errors: unknown[];
  readonly kinds: string[];
  ended: boolean;
  close(): void;
}

export interface LiveApp extends TestPlatform {
  readonly url: string;
  system(mutation: string, variables?: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
  client(caller?: Partial<Caller>): Client;
  /** Subscribes; the one root field of the operation is the stream. */
  follow(query: string, caller?: Partial<Caller>, variables?: Record<string, unknown>, client?: Client): Stream;
}

export interface LiveOptions {
  readonly objects: readonly DefinitionInput[];
  readonly rules?: readonly RuleDefinition[];
  readonly database?: Database;
  readonly settings?: RealtimeSettingsInput;
  readonly plugins?: readonly Plugin[];
}

export async function startLive({ objects, rules, database, settings = {}, plugins = [] }: LiveOptions): Promise<LiveApp> {
  const app = await startPlatform({ objects, ...(database && { database }), plugins: [realtime(settings), trusting, ...plugins, ...(rules ? [permissions({ definitions: rules })] : [])], open: !rules });
  const { url } = await app.platform.start();
  onTestFinished(() => app.close());
  const client = (caller?: Partial<Caller>): Client => {
    const made = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: Socket, retryAttempts: 0, ...(caller && { connectionParams: { authorization: JSON.stringify(caller) } }) });
    onTestFinished(() => void made.dispose());
    return made;
  };
  return {
    ...app,
    url,
    client,
    async system(mutation, variables) {
      const { data, errors } = await app.as(systemCaller).query(mutation, variables);
      if (errors) throw new Error(JSON.stringify(errors));
      return data as Record<string, unknown>;
    },
    follow(query, caller, variables, own = client(caller)) {
      const stream: Stream & { ended: boolean } = { messages: [], errors: [], kinds: [], ended: false, close: () => undefined };
      stream.close = own.subscribe<Record<string, Message>>({ query, ...(variables && { variables }) }, {
        next({ data, errors }) {
          if (errors) stream.errors.push(...errors);
          const [message] = Object.values(data ?? {});
          if (!message) return;
          stream.messages.push(message);
          stream.kinds.push(message.kind);
        },
        error(error) {
          stream.errors.push(...(Array.isArray(error) ? (error as unknown[]) : [error]));
          stream.ended = true;
        },
        complete: () => (stream.ended = true),
      });
      return stream;
    },
  };
}

/** What a client has that works through all messages: rows by id. */
export function fold(messages: readonly Message[]): Map<string, Readonly<Record<string, unknown>> | null> {
  const rows = new Map<string, Readonly<Record<string, unknown>> | null>();
  for (const { kind, recordId, record } of messages) {
    if (kind === 'RESYNC') rows.clear();
    else if (recordId === null) continue;
    else if (kind === 'DELETED' || kind === 'LEFT') rows.delete(recordId);
    else rows.set(recordId, record ?? null);
  }
  return rows;
}

/** Messages that tell again what was told: what is entered or created is not there yet, what changes is. What comes and goes at once may only go. */
export function repeats(messages: readonly Message[]): readonly string[] {
  const held = new Set<string>();
  return messages.flatMap(({ kind, recordId }, index) => {
    if (kind === 'RESYNC') held.clear();
    if (recordId === null) return [];
    if (kind === 'DELETED' || kind === 'LEFT') {
      held.delete(recordId);
      return [];
    }
    const wrong = held.has(recordId) !== (kind === 'UPDATED');
    held.add(recordId);
    return wrong ? [`${index} ${kind} ${recordId}`] : [];
  });
}

export const soon = { timeout: 15_000, interval: 10 };
