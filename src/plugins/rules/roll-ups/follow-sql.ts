import type { Catalog, CatalogObject } from '../../../metadata/catalog.ts';
import { systemAccess } from '../../../resolvers/access.ts';
import type { SqlScope } from '../../../resolvers/filter/scope.ts';
import { fieldSql } from '../../../resolvers/filter/to-sql.ts';
import type { BindList } from '../../../resolvers/sql/binds.ts';
import { identifier, literal } from '../../../resolvers/sql/identifier.ts';
import type { ColumnPlan } from '../../../resolvers/write/object-plan.ts';
import { imageOf, jsonbObject, jsonOf, logInsert, loggedDifferences, type LogTarget, type Stamps } from '../../../resolvers/write/sql/parts.ts';
import type { FollowSql, Heard, RowWrite, WrittenRows } from '../../../resolvers/write/statement-part.ts';
import { logTarget } from '../history/log-target.ts';
import { averageParts } from './average-parts.ts';
import { rollUpsOf } from './read-roll-ups.ts';
import type { RollUp } from './roll-up.ts';

/** Records of one object that a statement changes, and the roll-ups that hear of it. */
interface Source {
  readonly rows: WrittenRows;
  readonly rollUps: readonly RollUp[];
  /** The old images carry the mark of the trash although they counted. */
  readonly soft: boolean;
}

/** One object whose roll-ups change. A statement updates a table once, whatever it hears from how many sides. */
interface Step {
  readonly parent: CatalogObject;
  readonly rollUps: readonly RollUp[];
  readonly sources: readonly Source[];
}

/** Roll-ups of the first object that a write may change. */
export function heardBy(catalog: Catalog, object: string, { kind, fields }: Pick<RowWrite, 'kind' | 'fields'>): readonly RollUp[] {
  const rollUps = rollUpsOf(catalog).ofChild.get(object) ?? [];
  return kind === 'update' ? rollUps.filter(({ depends }) => fields.some((field) => depends.has(field))) : rollUps;
}

/** All roll-ups, at any height, that a write may change in the statement itself, in the order of their objects. */
export function reached(catalog: Catalog, object: string, write: Pick<RowWrite, 'kind' | 'fields'>): readonly (readonly [RollUp, RowWrite['kind']])[] {
  const found = new Map<RollUp, RowWrite['kind']>();
  const visit = (rollUps: readonly RollUp[], kind: RowWrite['kind']): void => {
    for (const rollUp of rollUps) {
      if (found.has(rollUp)) continue;
      found.set(rollUp, kind);
      if (rollUp.way !== 'recompute') visit(heardBy(catalog, rollUp.parent.name, { kind: 'update', fields: [rollUp.field.name] }), 'update');
    }
  };
  visit(heardBy(catalog, object, write), write.kind);
  return [...found];
}

/** The statement alone cannot tell the new number. */
export function isPending([{ way }, kind]: readonly [RollUp, RowWrite['kind']]): boolean {
  return way === 'recompute' || (way === 'extremum' && kind !== 'create' && kind !== 'restore');
}

/**
 * What a statement that writes records of `object` does to roll-ups: one UPDATE for each object above, under the row lock, with its
 * change log. The answer names, by roll-up, the records whose number has to be read anew.
 */
export function followRollUps(catalog: Catalog, object: string, write: RowWrite, rows: WrittenRows, binds: BindList, stamps: Stamps, heard: Heard): FollowSql {
  const { order } = rollUpsOf(catalog);
  const sources: Source[] = [{ rows, rollUps: heardBy(catalog, object, write), soft: write.soft }];
  const all = reached(catalog, object, write);
  const parents = [...new Set(all.map(([{ parent }]) => parent))].sort((left, right) => (order.get(left.name) ?? 0) - (order.get(right.name) ?? 0));
  const ctes: string[] = [];
  const answers: (readonly [name: string, sql: string])[] = [];
  const followed: string[] = [];
  const step = (parent: CatalogObject, key: string, concerns: (rollUp: RollUp) => boolean): void => {
    const concerned = sources.map((source) => ({ ...source, rollUps: source.rollUps.filter((rollUp) => rollUp.parent === parent && concerns(rollUp)) })).filter((source) => source.rollUps.length > 0);
    if (concerned.length === 0) return;
    const rollUps = [...new Set(concerned.flatMap((source) => source.rollUps))];
    const made = stepSql({ parent, rollUps, sources: concerned }, key, catalog, binds, stamps);
    ctes.push(...made.ctes);
    answers.push(...made.answers);
    if (!made.rows) return;
    const changed = rollUps.filter(({ way }) => way !== 'recompute');
    followed.push(...followedRecords(parent, changed, made.rows.before, heard));
    sources.push({ rows: made.rows, rollUps: heardBy(catalog, parent.name, { kind: 'update', fields: changed.map(({ field }) => field.name) }), soft: false });
  };
  for (const [index, parent] of parents.entries()) step(parent, `${index}`, (rollUp) => !isCircular(rollUp, order));
  // Those only name records, of tables that the statement may be changing: they come when all sources are known.
  for (const [index, parent] of parents.entries()) step(parent, `c${index}`, (rollUp) => isCircular(rollUp, order));
  return { ctes, answer: all.some(isPending) && answers.length > 0 ? jsonbObject(answers) : undefined, followed };
}

/** SQL of those of the rows `b`, now `w`, whose changes are heard of. */
export function followedRecords(parent: CatalogObject, rollUps: readonly RollUp[], rows: string, heard: Heard): readonly string[] {
  const { name, columns } = logTarget(parent);
  const wanted = heard(name);
  const known = (names: readonly string[]): readonly ColumnPlan[] => names.flatMap((field) => columns.get(field) ?? []);
  const changed = known(rollUps.map(({ field }) => field.name));
  const asked = changed.filter(({ field }) => wanted.has(field.name));
  if (asked.length === 0) return [];
  const before = jsonbObject(changed.map((column) => [column.field.name, jsonOf(column, 'b')]));
  return [`(SELECT jsonb_agg(jsonb_build_object('object', ${literal(name)}, 'id', w."id", 'before', ${before}, 'record', ${imageOf({ columns }, 'w')})) FROM ${rows} WHERE ${someDiffer(asked, 'b', 'w')})`];
}

function isCircular({ parent, child }: RollUp, order: ReadonlyMap<string, number>): boolean {
  return order.get(parent.name) === order.get(child.name);
}

function stepSql({ parent, rollUps, sources }: Step, key: string, catalog: Catalog, binds: BindList, stamps: Stamps) {
  const [deltas, locked, updated] = [`rd${key}`, `rl${key}`, `ru${key}`];
  const columns = rollUps.flatMap((rollUp, index) => measures(rollUp, index));
  const ctes = [`${deltas} AS (${deltaRows(columns, sources, catalog, binds)})`];
  const changed = rollUps.filter(({ way }) => way !== 'recompute');
  const answers = rollUps.flatMap((rollUp, index) => {
    const stale = staleCondition(rollUp, index, sources);
    if (stale === undefined) return [];
    const from = rollUp.way === 'recompute' ? `${deltas} d` : `${deltas} d JOIN ${locked} l ON l."id" = d."id"`;
    return [[rollUp.name, `(SELECT jsonb_agg(d."id") FROM ${from} WHERE ${stale})`] as const];
  });
  if (changed.length === 0) return { ctes, answers, rows: undefined };

  const table = identifier(parent.table);
  const values = changed.map((rollUp) => [columnOf(rollUp), newValue(rollUp, rollUps)] as const);
  const target = logTarget(parent);
  const logged = loggedColumns(changed, target);
  ctes.push(
    `${locked} AS (SELECT p.*, ${columns.map(({ name }) => `d.${name}`).join(', ')} FROM ${table} p JOIN ${deltas} d ON d."id" = p."id" ORDER BY p."id" FOR NO KEY UPDATE OF p)`,
    `${updated} AS (UPDATE ${table} t SET ${values.map(([column, value]) => `${column} = ${value}`).join(', ')} FROM ${locked} l ` +
      `WHERE t."id" = l."id" AND (${values.map(([column, value]) => `l.${column} IS DISTINCT FROM ${value}`).join(' OR ')}) RETURNING t.*)`,
    logInsert(target, 'update', 'o."id"', loggedDifferences(logged, 'o', 'n'), `${locked} o JOIN ${updated} n ON n."id" = o."id" AND ${someDiffer(logged, 'o', 'n')}`, stamps, { cte: `rg${key}` }),
  );
  return { ctes, answers, rows: { before: `${locked} b JOIN ${updated} w ON w."id" = b."id"`, after: `${updated} a` } };
}

const columnOf = ({ field }: RollUp): string => identifier(field.column ?? field.name);
const isLess = ({ function: fn }: RollUp): boolean => fn === 'min';

/** Numbers that the log tells of: not those that are kept for others. */
export function loggedColumns(rollUps: readonly RollUp[], { columns }: LogTarget): readonly ColumnPlan[] {
  return rollUps.flatMap(({ field }) => (field.internal ? [] : (columns.get(field.name) ?? [])));
}

export function someDiffer(columns: readonly ColumnPlan[], before: string, after: string): string {
  return columns.length === 0 ? 'false' : `(${columns.map(({ column }) => `${before}.${column} IS DISTINCT FROM ${after}.${column}`).join(' OR ')})`;
}

/** A column of the deltas, which the locked records carry along: what a record adds when it enters, and when it leaves. */
interface Measure {
  readonly rollUp: RollUp;
  readonly name: string;
  readonly type: string;
  readonly aggregate: 'sum' | 'min' | 'max' | 'bool_or';
  /** SQL for a record that counts; undefined when that side tells nothing. */
  entering(at: SqlScope): string | undefined;
  leaving(at: SqlScope): string | undefined;
}

type MeasureKind = 'delta' | 'enters' | 'leaves' | 'stale';

/** Quoted, and no name that a field may have. */
const measureName = (kind: MeasureKind, index: number): string => identifier(`#${kind}${index}`);

function measures(rollUp: RollUp, index: number): readonly Measure[] {
  const { way, function: fn } = rollUp;
  const name = (kind: MeasureKind): string => measureName(kind, index);
  const value = (at: SqlScope): string => `(${summarisedSql(rollUp, at) ?? 'NULL'})::numeric`;
  const nothing = (): undefined => undefined;
  if (way === 'recompute') return [{ rollUp, name: name('stale'), type: 'boolean', aggregate: 'bool_or', entering: () => 'true', leaving: () => 'true' }];
  if (way === 'quotient') return [];
  if (fn === 'count') {
    const one = (at: SqlScope): string => (rollUp.of ? `((${summarisedSql(rollUp, at) ?? ''}) IS NOT NULL)::int` : '1');
    return [{ rollUp, name: name('delta'), type: 'int8', aggregate: 'sum', entering: one, leaving: (at) => `-${one(at)}` }];
  }
  if (fn === 'sum') return [{ rollUp, name: name('delta'), type: 'numeric', aggregate: 'sum', entering: (at) => `coalesce(${value(at)}, 0)`, leaving: (at) => `-coalesce(${value(at)}, 0)` }];
  const aggregate = isLess(rollUp) ? 'min' : 'max';
  return [
    { rollUp, name: name('enters'), type: 'numeric', aggregate, entering: value, leaving: nothing },
    { rollUp, name: name('leaves'), type: 'numeric', aggregate, entering: nothing, leaving: value },
  ];
}

/** What the written records add to each parent. */
function deltaRows(columns: readonly Measure[], sources: readonly Source[], catalog: Catalog, binds: BindList): string {
  const selects = sources.flatMap(({ rows, rollUps, soft }) =>
    [...new Set(rollUps.map(({ relation }) => relation))].flatMap((relation) => {
      const heard = new Set(rollUps.filter((rollUp) => rollUp.relation === relation));
      const side = (alias: 'a' | 'b', from: string | undefined): string[] => {
        if (from === undefined) return [];
        const parts = columns.map((measure) => {
          const at = childScope(measure.rollUp, alias, catalog, binds);
          const sql = heard.has(measure.rollUp) ? (alias === 'a' ? measure.entering(at) : measure.leaving(at)) : undefined;
          if (sql === undefined) return `NULL::${measure.type} AS ${measure.name}`;
          const counts = countsSql(measure.rollUp, at, { trash: alias === 'b' && soft });
          return `${counts.length === 0 ? `(${sql})` : `CASE WHEN ${counts.join(' AND ')} THEN ${sql} END`}::${measure.type} AS ${measure.name}`;
        });
        const key = `${alias}.${identifier(relation.column ?? '')}`;
        return [`SELECT ${key} AS "id", ${parts.join(', ')} FROM ${from} WHERE ${key} IS NOT NULL`];
      };
      return [...side('a', rows.after), ...side('b', rows.before)];
    }),
  );
  const sums = columns.map(({ aggregate, name }) => `${aggregate}(s.${name}) AS ${name}`);
  const tells = columns.map(({ aggregate, name }) => (aggregate === 'sum' ? `sum(s.${name}) <> 0` : aggregate === 'bool_or' ? `bool_or(s.${name})` : `${aggregate}(s.${name}) IS NOT NULL`));
  return `SELECT s."id", ${sums.join(', ')} FROM (${selects.join(' UNION ALL ')}) s GROUP BY s."id" HAVING ${tells.join(' OR ')}`;
}

/** The row `alias` of the summarised records. */
export function childScope({ child }: RollUp, alias: string, catalog: Catalog, binds: BindList): SqlScope {
  return { object: child, alias, catalog, access: systemAccess, binds };
}

/** The value that a record gives; undefined for a count of records. */
export function summarisedSql({ of }: RollUp, at: SqlScope): string | undefined {
  return of && fieldSql(of, at);
}

/** Conditions under which a record counts. */
export function countsSql({ child, filter }: RollUp, at: SqlScope, { trash = false }: { readonly trash?: boolean } = {}): string[] {
  const mark = child.softDelete === undefined ? undefined : child.fields.get(child.softDelete)?.column;
  return [
    ...(mark === undefined || trash ? [] : [`${at.alias}.${identifier(mark)} IS NULL`]),
    ...(filter ? [`(${filter.sql(at)})`] : []),
  ];
}

/** The number of the locked record `l` after its deltas. */
function newValue(rollUp: RollUp, rollUps: readonly RollUp[]): string {
  const { field, way } = rollUp;
  const index = rollUps.indexOf(rollUp);
  if (way === 'extremum') return exact(rollUp, `${isLess(rollUp) ? 'least' : 'greatest'}(l.${columnOf(rollUp)}, l.${measureName('enters', index)})`);
  if (way === 'delta') return exact(rollUp, afterDelta(rollUp, index));
  const parts = averageParts(field.name);
  const [sum, count] = [parts.sum, parts.count].map((name) => {
    const at = rollUps.findIndex((part) => part.field.name === name);
    const part = rollUps[at];
    if (!part) throw new Error(`${rollUp.name} is heard of without ${name}.`);
    return afterDelta(part, at);
  });
  return exact(rollUp, quotient(sum ?? '', count ?? ''));
}

const afterDelta = (rollUp: RollUp, index: number): string => `coalesce(l.${columnOf(rollUp)}, 0) + coalesce(l.${measureName('delta', index)}, 0)`;

/** Equal sums give equal digits, whatever zeros they came with. */
export const quotient = (sum: string, count: string): string => `trim_scale(${sum}) / nullif(${count}, 0)`;

/** As the column holds it. One that keeps any number of decimals shows those of the values, or none that are zero. */
export function exact({ field, decimals }: RollUp, sql: string): string {
  const type = field.type.column(field)?.pgType ?? 'numeric';
  if (type !== 'numeric') return `(${sql})::${type}`;
  return decimals === undefined ? `trim_scale(${sql})` : `round(${sql}, ${decimals})`;
}

function staleCondition(rollUp: RollUp, index: number, sources: readonly Source[]): string | undefined {
  const name = (kind: MeasureKind): string => `d.${measureName(kind, index)}`;
  if (rollUp.way === 'recompute') return name('stale');
  if (rollUp.way !== 'extremum' || sources.every(({ rows, rollUps }) => rows.before === undefined || !rollUps.includes(rollUp))) return undefined;
  const [enters, leaves, column] = [name('enters'), name('leaves'), `l.${columnOf(rollUp)}`];
  const [beyond, within] = isLess(rollUp) ? ['<=', '>'] : ['>=', '<'];
  return `(${leaves} ${beyond} ${column} OR (${leaves} IS NOT NULL AND ${column} IS NULL)) AND (${enters} IS NULL OR ${enters} ${within} ${leaves})`;
}
