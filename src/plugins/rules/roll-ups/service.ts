import { StartupError } from '../../../errors.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { Runtime } from '../../../resolvers/runtime.ts';
import { BindList } from '../../../resolvers/sql/binds.ts';
import { identifier } from '../../../resolvers/sql/identifier.ts';
import { groupBy } from '../../../resolvers/write/group-by.ts';
import { averageParts } from './average-parts.ts';
import { describeRollUp, rollUpsOf } from './read-roll-ups.ts';
import { recompute, recomputeStale, unheard, valueSql } from './recompute.ts';
import type { RollUp } from './roll-up.ts';
import { rollUpTable } from './tables.ts';

export interface RollUpReport {
  /** `account.contact_count` */
  readonly name: string;
  /** Records of the object. */
  readonly records: number;
  /** Records whose number differs from what their records give. */
  readonly different: number;
  /** Some of them. */
  readonly examples: readonly { readonly id: string; readonly stored: string | null; readonly actual: string | null }[];
}

export interface RollUpService {
  /** Compares stored numbers with what the records give; of one roll-up, or of all. */
  check(name?: string): Promise<readonly RollUpReport[]>;
  /** Reads numbers anew and mends those that differ; `different` counts them. Works beside writers. */
  recompute(name?: string): Promise<readonly RollUpReport[]>;
  /** Makes the numbers of roll-ups that are new, or whose definition changed. Gives their names. */
  backfill(): Promise<readonly string[]>;
}

/** Records per transaction: writers wait for the locks of one batch only. */
const batchSize = 1_000;
const exampleCount = 5;

export function createRollUpService(runtime: Runtime): RollUpService {
  return {
    async check(name) {
      const reports: RollUpReport[] = [];
      for (const rollUp of named(runtime, name)) reports.push(await compare(rollUp, runtime));
      return reports;
    },
    async recompute(name) {
      const reports: RollUpReport[] = [];
      for (const rollUp of named(runtime, name)) reports.push({ name: rollUp.name, ...(await recomputeAll([rollUp], runtime)), examples: [] });
      return reports;
    },
    async backfill() {
      const { rows } = await runtime.database.query<{ name: string; definition: string }>({ text: `SELECT "name", "definition" FROM ${identifier(rollUpTable)}`, values: [] });
      const made = new Map(rows.map(({ name, definition }) => [name, definition]));
      const due = rollUpsOf(runtime.catalog).all.filter((rollUp) => made.get(rollUp.name) !== describeRollUp(rollUp));
      for (const group of groupBy(due, ({ parent }) => parent).values()) {
        await recomputeAll(group, runtime);
        const text = `INSERT INTO ${identifier(rollUpTable)} ("name", "definition") SELECT r.name, r.definition FROM json_to_recordset($1::json) AS r(name text, definition text) ON CONFLICT ("name") DO UPDATE SET "definition" = excluded."definition"`;
        await runtime.database.query({ text, values: [JSON.stringify(group.map((rollUp) => ({ name: rollUp.name, definition: describeRollUp(rollUp) })))] });
      }
      return due.map(({ name }) => name);
    },
  };
}

function named({ catalog }: Runtime, name: string | undefined): readonly RollUp[] {
  const { all } = rollUpsOf(catalog);
  if (name === undefined) return all;
  const found = all.filter((rollUp) => rollUp.name === name || partsOf(name).includes(rollUp.name));
  if (found.length === 0) throw new StartupError(`There is no roll-up "${name}". ${suggest(name, all.map((rollUp) => rollUp.name)) ?? 'The definitions have none.'}`);
  return found;
}

function partsOf(name: string): readonly string[] {
  const { sum, count } = averageParts(name);
  return [sum, count];
}

async function recomputeAll(rollUps: readonly RollUp[], runtime: Runtime): Promise<{ readonly records: number; readonly different: number }> {
  const { database } = runtime;
  const [first] = rollUps;
  let [after, records, different] = ['00000000-0000-0000-0000-000000000000', 0, 0];
  for (;;) {
    const text = `SELECT p."id" FROM ${identifier(first?.parent.table ?? '')} p WHERE p."id" > $1::uuid ORDER BY p."id" LIMIT ${batchSize}`;
    const { rows } = await database.query<{ id: string }>({ text, values: [after] });
    const ids = rows.map(({ id }) => id);
    const last = ids.at(-1);
    if (last === undefined) return { records, different };
    after = last;
    records += ids.length;
    different += await database.transaction(async () => {
      const context = runtime.systemContext();
      const { changed, stale } = await recompute(rollUps, ids, context, unheard);
      if (stale) await recomputeStale(stale, context, unheard);
      return changed;
    });
  }
}

async function compare(rollUp: RollUp, { catalog, database, systemContext }: Runtime): Promise<RollUpReport> {
  const binds = new BindList();
  const compared = `SELECT p."id", p.${identifier(rollUp.field.column ?? '')} AS "stored", ${valueSql(rollUp, 'p."id"', catalog, binds)} AS "actual" FROM ${identifier(rollUp.parent.table)} p`;
  const text =
    `WITH compared AS MATERIALIZED (${compared}), wrong AS (SELECT * FROM compared WHERE "stored" IS DISTINCT FROM "actual") ` +
    `SELECT (SELECT count(*) FROM compared)::int4 AS "records", (SELECT count(*) FROM wrong)::int4 AS "different", ` +
    `(SELECT coalesce(json_agg(e), '[]'::json) FROM (SELECT "id", "stored"::text, "actual"::text FROM wrong ORDER BY "id" LIMIT ${exampleCount}) e) AS "examples"`;
  const { rows } = await database.query<Omit<RollUpReport, 'name'>>({ text, values: binds.values(systemContext()) });
  return { name: rollUp.name, records: rows[0]?.records ?? 0, different: rows[0]?.different ?? 0, examples: rows[0]?.examples ?? [] };
}
