import type { Database, Statement } from '../../../database/database.ts';
import type { Carrier } from '../carrier/carrier.ts';
import type { Member, PresenceState } from './member.ts';
import { presenceTable, processTable } from './tables.ts';

/** The payload is the key of the topic that changed. */
export const presenceChannel = 'objectos_presence';

/** Milliseconds after which a process that was not heard of is taken for dead, and after which its rows are removed. */
const deadAfter = 3_500;
const removedAfter = 60_000;

interface MemberRow {
  readonly topic: string;
  readonly id: string;
  readonly userId: string;
  readonly state: PresenceState;
  readonly joinedAt: string;
  readonly updatedAt: string;
}

const iso = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const columns = `m.topic, m.id::text AS "id", m.user_id::text AS "userId", m.state, ${iso('m.joined_at')} AS "joinedAt", ${iso('m.updated_at')} AS "updatedAt"`;

/** The rosters of all processes, in the database. Every change is told on the channel. */
export class RosterStore {
  readonly #database: () => Database;
  readonly #process: string;
  readonly #carrier: Carrier;

  constructor(database: () => Database, process: string, carrier: Carrier) {
    this.#database = database;
    this.#process = process;
    this.#carrier = carrier;
  }

  /** Says that this process is alive. True when it was not known, so that its members are not either. */
  async beat(): Promise<boolean> {
    const { rows } = await this.#database().query<{ fresh: boolean }>({
      name: 'objectos_presence_beat',
      text: `INSERT INTO ${processTable} AS p (id, seen_at) VALUES ($1::uuid, clock_timestamp()) ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp() RETURNING xmax = 0 AS "fresh"`,
      values: [this.#process],
    });
    return rows[0]?.fresh === true;
  }

  /** Adds members of this process, or those of them that were removed by mistake. */
  async add(members: readonly { readonly topic: string; readonly id: string; readonly userId: string; readonly state: PresenceState }[]): Promise<void> {
    if (members.length === 0) return;
    await this.#change({
      text:
        `WITH given AS (SELECT * FROM jsonb_to_recordset($2::jsonb) AS g(topic text, id uuid, "userId" uuid, state jsonb)), ` +
        `added AS (INSERT INTO ${presenceTable} (id, topic, process, user_id, state, joined_at, updated_at) SELECT id, topic, $1::uuid, "userId", state, clock_timestamp(), clock_timestamp() FROM given ON CONFLICT (id) DO NOTHING RETURNING topic) ` +
        'SELECT DISTINCT topic FROM added',
      values: [this.#process, JSON.stringify(members)],
    });
  }

  /** False when the person has no such member in the topic. */
  async update(id: string, userId: string, state: PresenceState, topic: string): Promise<boolean> {
    return this.#change({
      name: 'objectos_presence_update',
      text: `UPDATE ${presenceTable} SET state = $3::jsonb, updated_at = clock_timestamp() WHERE id = $1::uuid AND user_id = $2::uuid AND topic = $4 RETURNING topic`,
      values: [id, userId, JSON.stringify(state), topic],
    });
  }

  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#change({
      name: 'objectos_presence_remove',
      text: `WITH m AS (DELETE FROM ${presenceTable} WHERE id = ANY($1::uuid[]) RETURNING topic) SELECT DISTINCT topic FROM m`,
      values: [ids],
    });
  }

  /** Members of living processes by topic, the first to come first. */
  async rosters(topics: readonly string[]): Promise<ReadonlyMap<string, readonly Member[]>> {
    const { rows } = await this.#database().query<MemberRow>({
      name: 'objectos_presence_rosters',
      text:
        `SELECT ${columns} FROM ${presenceTable} m JOIN ${processTable} p ON p.id = m.process ` +
        `WHERE m.topic = ANY($1::text[]) AND p.seen_at > clock_timestamp() - interval '${String(deadAfter)} milliseconds' ORDER BY m.joined_at, m.id`,
      values: [topics],
    });
    const rosters = new Map<string, Member[]>(topics.map((topic) => [topic, []]));
    for (const { topic, ...member } of rows) rosters.get(topic)?.push(member);
    return rosters;
  }

  /** Takes away what processes left that have been dead for long. */
  async cleanUp(): Promise<void> {
    await this.#database().query({
      text: `WITH p AS (DELETE FROM ${processTable} WHERE seen_at < clock_timestamp() - interval '${String(removedAfter)} milliseconds' RETURNING id) DELETE FROM ${presenceTable} m USING p WHERE m.process = p.id`,
      values: [],
    });
  }

  /** At the end of the process. */
  async close(): Promise<void> {
    await this.#change({
      text: `WITH p AS (DELETE FROM ${processTable} WHERE id = $1::uuid), m AS (DELETE FROM ${presenceTable} WHERE process = $1::uuid RETURNING topic) SELECT DISTINCT topic FROM m`,
      values: [this.#process],
    });
  }

  /** Runs a statement that gives the topics that it changed, and tells of them. Whether there were any. */
  async #change(statement: Statement): Promise<boolean> {
    const { rows } = await this.#database().query<{ topic: string }>(statement);
    // All processes look at all rosters every second: news that is not carried is late, not lost.
    await this.#carrier.tell(presenceChannel, rows.map(({ topic }) => topic)).catch(() => undefined);
    return rows.length > 0;
  }
}
