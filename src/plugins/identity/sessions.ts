import { LRUCache } from 'lru-cache';
import type { Database } from '../../database/database.ts';
import type { Logger } from '../../kernel/log.ts';
import type { Caller } from '../../resolvers/caller.ts';
import { hashToken } from './hash-token.ts';
import { membershipOf, type Membership, type MembershipRow } from './membership.ts';
import type { Records } from './records.ts';

export interface KnownSession extends Membership {
  readonly id: string;
  readonly twoFactorEnabled: boolean;
  readonly hasPassword: boolean;
  readonly passwordChangedAt: number | undefined;
  readonly expiresAt: number;
  lastSeenAt: number;
}

export interface Sessions {
  /** The session of a token, while it is valid and its person active. */
  find(token: string): Promise<KnownSession | undefined>;
  /** Those of the sessions that are still valid. Asks the database. */
  validOf(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Ends sessions of a person: one, all, or all but one. Gives how many there were. */
  end(userId: string, which: { readonly only?: string; readonly except?: string }): Promise<number>;
  /** Tells all processes of sessions and API keys that are gone, of sessions that changed, and of people whose rights or state changed. */
  ended(ids: readonly string[]): Promise<void>;
  sessionsChanged(ids: readonly string[]): Promise<void>;
  usersChanged(ids: readonly string[]): Promise<void>;
  /** Hears of changes by other processes. */
  listen(): Promise<void>;
  stop(): Promise<void>;
}

export interface SessionOptions {
  readonly database: Database;
  readonly records: Records;
  /** Milliseconds after which a session of the person ends without use. */
  readonly idleTimeout: (session: Pick<KnownSession, 'userId' | 'organizationId'>) => number | Promise<number>;
  readonly log: Logger;
  /** Called in every process once sessions or API keys ended, or rights of people changed. */
  readonly onEnded: (ids: ReadonlySet<string>) => void;
  readonly onChanged: (changed: { readonly sessions: ReadonlySet<string>; readonly users: ReadonlySet<string> }) => void;
}

/** Whether somebody is signed in, rather than a key or a token of another issuer that acts for them. */
export const hasSession = ({ attributes }: Caller): boolean => typeof attributes['sessionId'] === 'string';

interface News {
  readonly ended?: readonly string[];
  readonly sessions?: readonly string[];
  readonly users?: readonly string[];
}

const channel = 'objectos_identity';
/** A notification holds 8,000 bytes. */
const idsPerNotice = 150;

/** Sessions by token: looked up once, remembered for a while, forgotten at once when they change anywhere. */
export function createSessions({ database, records, idleTimeout, log, onEnded, onChanged }: SessionOptions): Sessions {
  const cache = new LRUCache<string, KnownSession>({ max: 10_000, ttl: 30_000 });
  /** Counts news, so that an answer that was on its way meanwhile is not remembered. */
  let epoch = 0;
  let stopListening: (() => Promise<void>) | undefined;

  const hear = ({ ended = [], sessions = [], users = [] }: News): void => {
    epoch += 1;
    const gone = new Set([...ended, ...sessions]);
    const people = new Set(users);
    for (const [key, session] of cache.entries()) if (gone.has(session.id) || people.has(session.userId)) cache.delete(key);
    if (ended.length > 0) onEnded(new Set(ended));
    if (sessions.length + users.length > 0) onChanged({ sessions: new Set(sessions), users: people });
  };

  const tell = async (kind: keyof News, ids: readonly string[]): Promise<void> => {
    for (let start = 0; start < ids.length; start += idsPerNotice) {
      const news: News = { [kind]: ids.slice(start, start + idsPerNotice) };
      await database.query({ text: 'SELECT pg_notify($1, $2)', values: [channel, JSON.stringify(news)] });
      database.afterCommit(() => hear(news));
    }
  };

  return {
    async find(token) {
      const key = hashToken(token);
      const now = Date.now();
      let session = cache.get(key);
      let idle = session ? await idleTimeout(session) : 0;
      // Another process may have seen the session since.
      if (!session || session.lastSeenAt + idle <= now) {
        const asked = epoch;
        [session] = await load(database, 'token', [key]);
        if (!session) return undefined;
        if (asked === epoch) cache.set(key, session);
        idle = await idleTimeout(session);
      }
      if (session.expiresAt <= now || session.lastSeenAt + idle <= now) {
        await this.end(session.userId, { only: session.id });
        return undefined;
      }
      if (session.lastSeenAt + Math.min(60_000, idle / 10) < now) {
        session.lastSeenAt = now;
        await database.query({ text: 'UPDATE sys_session SET last_seen_at = $2 WHERE id = $1', values: [session.id, new Date(now)] });
      }
      return session;
    },
    async validOf(ids) {
      const valid = new Set<string>();
      const now = Date.now();
      for (const session of ids.length === 0 ? [] : await load(database, 'id', ids)) {
        if (session.expiresAt > now && session.lastSeenAt + (await idleTimeout(session)) > now) valid.add(session.id);
      }
      return valid;
    },
    async end(userId, { only, except }) {
      return database.transaction(async () => {
        const { rows } = await database.query<{ id: string }>({
          text: 'SELECT id FROM sys_session WHERE user_id = $1 AND ($2::uuid IS NULL OR id = $2) AND ($3::uuid IS NULL OR id <> $3) FOR UPDATE',
          values: [userId, only ?? null, except ?? null],
        });
        await records.delete('sys_session', rows.map(({ id }) => id));
        return rows.length;
      });
    },
    ended: (ids) => tell('ended', ids),
    sessionsChanged: (ids) => tell('sessions', ids),
    usersChanged: (ids) => tell('users', ids),
    async listen() {
      stopListening = await database.listen(channel, (payload) => {
        // Empty: notifications may be missing.
        if (payload === '') {
          epoch += 1;
          cache.clear();
          return;
        }
        try {
          hear(JSON.parse(payload) as News);
        } catch (error) {
          log.warn({ err: error }, `A notification on ${channel} could not be read.`);
        }
      });
    },
    async stop() {
      cache.clear();
      await stopListening?.();
    },
  };
}

interface SessionRow extends MembershipRow {
  readonly id: string;
  readonly two_factor_enabled: boolean | null;
  readonly has_password: boolean;
  readonly password_changed_at: string | null;
  readonly expires_at: string;
  readonly seen_at: string;
}

async function load(database: Database, by: 'token' | 'id', values: readonly string[]): Promise<readonly KnownSession[]> {
  const { rows } = await database.query<SessionRow>({
    text: `SELECT s.id, s.user_id, s.expires_at, coalesce(s.last_seen_at, s.created_at) AS seen_at, m.organization_id,
        u.email, u.administrator, u.two_factor_enabled, u.password_changed_at, m.role,
        EXISTS (SELECT 1 FROM sys_credential a WHERE a.user_id = u.id AND a.provider_id = 'credential') AS has_password
      FROM sys_session s JOIN sys_user u ON u.id = s.user_id
      LEFT JOIN sys_member m ON m.user_id = s.user_id AND m.organization_id = s.active_organization_id
      WHERE s.${by} = ANY($1) AND u.active IS NOT FALSE`,
    values: [values],
    name: `identity_session_by_${by}`,
  });
  return rows.map((row) => ({
    ...membershipOf(row),
    id: row.id,
    twoFactorEnabled: row.two_factor_enabled === true,
    hasPassword: row.has_password,
    passwordChangedAt: row.password_changed_at === null ? undefined : Date.parse(row.password_changed_at),
    expiresAt: Date.parse(row.expires_at),
    lastSeenAt: Date.parse(row.seen_at),
  }));
}
