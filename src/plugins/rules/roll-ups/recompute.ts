import { ObjectosError } from '../../../errors.ts';
import type { Catalog } from '../../../metadata/catalog.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { BindList } from '../../../resolvers/sql/binds.ts';
import { identifier } from '../../../resolvers/sql/identifier.ts';
import { followedSql } from '../../../resolvers/write/follow-ups.ts';
import { groupBy } from '../../../resolvers/write/group-by.ts';
import { logInsert, loggedDifferences, Stamps } from '../../../resolvers/write/sql/parts.ts';
import { StatementCache, type WriteStatement } from '../../../resolvers/write/sql/statement-cache.ts';
import type { FollowedRecord, Heard } from '../../../resolvers/write/statement-part.ts';
import { logTarget } from '../history/log-target.ts';
import { countingSql } from './counting-sql.ts';
import { childScope, countsSql, exact, followedRecords, followRollUps, loggedColumns, quotient, someDiffer, summarisedSql } from './follow-sql.ts';
import { rollUpsOf } from './read-roll-ups.ts';
import type { RollUp, RollUpFunction } from './roll-up.ts';

/** Records by roll-up whose number has to be read anew. */
export type Stale = Readonly<Record<string, readonly string[] | null>>;

/** Records that summarise each other in a circle of data would never come to an end. */
const maxRounds = 100;

const caches = new WeakMap<Catalog, StatementCache>();

/** Reads numbers anew, and those that follow from them, from the lowest objects up. Inside the transaction of the write. */
export async function recomputeStale(stale: Stale, context: RequestContext, heard: Heard): Promise<readonly FollowedRecord[]> {
  const { all, order } = rollUpsOf(context.catalog);
  const open = new Map<RollUp, Set<string>>();
  const followed: FollowedRecord[] = [];
  const add = (more: Stale | null | undefined): void => {
    for (const rollUp of all) {
      const ids = more?.[rollUp.name];
      if (ids) open.set(rollUp, new Set([...(open.get(rollUp) ?? []), ...ids]));
    }
  };
  add(stale);
  for (let round = 1; open.size > 0; round += 1) {
    if (round > maxRounds) throw new ObjectosError('RECURSION_LIMIT', `Roll-ups depend on each other over more than ${maxRounds} levels: ${[...open.keys()].map(({ name }) => name).join(', ')}.`);
    const lowest = Math.min(...[...open.keys()].map(({ parent }) => order.get(parent.name) ?? 0));
    const due = [...open].filter(([{ parent }]) => (order.get(parent.name) ?? 0) === lowest);
    for (const [rollUp] of due) open.delete(rollUp);
    for (const group of groupBy(due, ([{ parent }]) => parent).values()) {
      const ids = [...new Set(group.flatMap(([, set]) => [...set]))];
      const found = await recompute(group.map(([rollUp]) => rollUp), ids, context, heard);
      add(found.stale);
      followed.push(...found.followed);
    }
  }
  return followed;
}

export interface Recomputed {
  /** Records whose numbers were wrong. */
  readonly changed: number;
  readonly stale: Stale | null;
  readonly followed: readonly FollowedRecord[];
}

/** Upkeep: nobody hears of numbers that are mended. */
export const unheard: Heard = () => noFields;
const noFields: ReadonlySet<string> = new Set();

/**
 * Reads roll-ups of one object anew for these records. The locks come first, in a statement of their own: what was committed while
 * they were waited for is then seen, and what is not yet committed waits for them to add itself.
 */
export async function recompute(rollUps: readonly RollUp[], ids: readonly string[], context: RequestContext, heard: Heard): Promise<Recomputed> {
  const { database, catalog } = context;
  const [first] = rollUps;
  if (!first || ids.length === 0) return { changed: 0, stale: null, followed: [] };
  const { parent } = first;
  let cache = caches.get(catalog);
  if (!cache) caches.set(catalog, (cache = new StatementCache()));
  await database.query(cache.run(`lock ${parent.name}`, () => lockStatement(first), context, { ids }));
  const key = `${heard === unheard ? 'mend ' : ''}${rollUps.map(({ name }) => name).join()}`;
  const { rows } = await database.query<Recomputed>(cache.run(key, () => recomputeStatement(rollUps, catalog, heard), context, { ids }));
  return rows[0] ?? { changed: 0, stale: null, followed: [] };
}

function lockStatement({ parent }: RollUp): WriteStatement {
  const binds = new BindList();
  const ids = binds.add((_, locals) => locals['ids'], 'uuid[]');
  return { text: `SELECT p."id" FROM ${identifier(parent.table)} p WHERE p."id" = ANY(${ids}) ORDER BY p."id" FOR NO KEY UPDATE`, binds };
}

function recomputeStatement(rollUps: readonly RollUp[], catalog: Catalog, heard: Heard): WriteStatement {
  const binds = new BindList();
  const stamps = new Stamps(binds);
  const { parent } = rollUps[0] as RollUp;
  const table = identifier(parent.table);
  const ids = binds.add((_, locals) => locals['ids'], 'uuid[]');
  const columns = rollUps.map(({ field }) => identifier(field.column ?? field.name));
  const target = logTarget(parent);
  const logged = loggedColumns(rollUps, target);
  const rows = 'old b JOIN new w ON w."id" = b."id"';
  const follow = followRollUps(
    catalog,
    parent.name,
    { kind: 'update', fields: rollUps.map(({ field }) => field.name), soft: false },
    { before: rows, after: 'new a' },
    binds,
    stamps,
    heard,
  );
  const followed = [...followedRecords(parent, rollUps, rows, heard), ...(follow.followed ?? [])];
  const ctes = [
    `old AS (SELECT o.* FROM ${table} o WHERE o."id" = ANY(${ids}))`,
    `calc AS (SELECT o."id", ${rollUps.map((rollUp, index) => `${valueSql(rollUp, 'o."id"', catalog, binds)} AS ${columns[index] ?? ''}`).join(', ')} FROM old o)`,
    `new AS (UPDATE ${table} t SET ${columns.map((column) => `${column} = c.${column}`).join(', ')} FROM calc c WHERE t."id" = c."id" AND (${columns.map((column) => `t.${column} IS DISTINCT FROM c.${column}`).join(' OR ')}) RETURNING t.*)`,
    logInsert(target, 'update', 'o."id"', loggedDifferences(logged, 'o', 'n'), `old o JOIN new n ON n."id" = o."id" AND ${someDiffer(logged, 'o', 'n')}`, stamps),
    ...follow.ctes,
  ];
  return { text: `WITH ${ctes.join(', ')} SELECT (SELECT count(*) FROM new)::int4 AS "changed", ${follow.answer ?? 'NULL::jsonb'} AS "stale", ${followedSql(followed)} AS "followed"`, binds };
}

function measureSql(fn: RollUpFunction, value: string): string {
  switch (fn) {
    case 'count': return `count(${value})`;
    case 'sum': return `coalesce(sum((${value})::numeric), 0)`;
    case 'avg': return quotient(`sum((${value})::numeric)`, `count(${value})`);
    // Of the values as they are stored, so that an index finds it.
    case 'min': case 'max': return `${fn}(${value})::numeric`;
  }
}

/** The number over the records that refer to the record `id`. */
export function valueSql(rollUp: RollUp, id: string, catalog: Catalog, binds: BindList): string {
  const { child, relation, function: fn } = rollUp;
  const at = childScope(rollUp, 'c', catalog, binds);
  const value = summarisedSql(rollUp, at) ?? '*';
  const measure = measureSql(fn, value);
  const counting = countingSql(rollUp, 'c', catalog) ?? countsSql(rollUp, at).join(' AND ');
  return `(SELECT ${exact(rollUp, measure)} FROM ${identifier(child.table)} c WHERE c.${identifier(relation.column ?? '')} = ${id}${counting === '' ? '' : ` AND ${counting}`})`;
}
