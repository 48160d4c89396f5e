import type { Database } from '../../../database/database.ts';

/** Carries short texts between the processes of one app. */
export interface Carrier {
  /** Calls `hear` with every text of a channel; with an empty one once texts may be missing. The answer stops it. */
  listen(channel: string, hear: (text: string) => void): Promise<() => Promise<void>>;
  /** Tells all processes, this one too. */
  tell(channel: string, texts: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** By PostgreSQL's LISTEN and NOTIFY. */
export const databaseCarrier = (database: () => Database): Carrier => ({
  listen: (channel, hear) => database().listen(channel, hear),
  async tell(channel, texts) {
    if (texts.length > 0) await database().query({ name: 'objectos_tell', text: 'SELECT pg_notify($1, t) FROM unnest($2::text[]) t', values: [channel, texts] });
  },
  close: () => Promise.resolve(),
});
