import type { Catalog, CatalogField } from '../../metadata/catalog.ts';
import type { ReadField } from '../../metadata/expressions/checked.ts';
import { systemAccess } from '../access.ts';
import { objectNamed, type SqlScope } from '../filter/scope.ts';
import type { StoredRecord } from '../filter/to-predicate.ts';
import { visibleRows, whereClause } from '../filter/visible-rows.ts';
import { BindList } from '../sql/binds.ts';
import { identifier } from '../sql/identifier.ts';
import { columnPlans } from '../write/object-plan.ts';
import type { RequestContext } from '../request.ts';
import type { Change, MutationContext } from '../write/phase.ts';
import { jsonbObject, jsonOf } from '../write/sql/parts.ts';

/** A record whose lookups are followed, as it will be and as it was. */
export type RelatedSource = Pick<Change, 'record'> & Partial<Pick<Change, 'previous'>>;

/** While records are written, `underway` and `changing` show what the database does not yet. */
export type RelatedContext = RequestContext & Partial<Pick<MutationContext, 'underway' | 'changing'>>;

/** Fields that are read of other records, by object. */
export type FieldsBehind = ReadonlyMap<string, ReadonlySet<string>>;

/** What was read, by object and id; null where there is nothing. */
export type Loaded = Map<string, StoredRecord | null>;

export const recordKey = (object: string, id: string): string => `${object} ${id}`;

/** One statement reads what all chains of lookups lead to, for all records. */
export type FollowLookups = (sources: readonly RelatedSource[], context: RelatedContext, records: Loaded) => Promise<void>;

/** Undefined when the reads stay on the record itself. What the same write creates or changes is not in the database yet: the chains go on from there by a statement of their own. */
export function lookupFollower(reads: readonly ReadField[], fields: FieldsBehind, catalog: Catalog): FollowLookups | undefined {
  const chains = chainsOf(reads);
  if (chains.length === 0) return undefined;
  const binds = new BindList();
  const text = chains.map((chain) => selectOf(chain, fields, catalog, binds)).join(' UNION ALL ');
  const lookups = [...new Map(chains.flatMap(([first]) => (first ? [[first.name, first]] : []))).values()];
  const further = lookups.map((lookup) => ({ lookup, follow: lookupFollower(tailsOf(reads, lookup), fields, catalog) }));
  return async (sources, context, records) => {
    const ids = Object.fromEntries(lookups.map(({ name }) => [name, [...new Set(sources.flatMap(({ record, previous }) => [record[name], previous?.[name]]).filter((id) => typeof id === 'string'))]]));
    if (Object.values(ids).every((list) => list.length === 0)) return;
    const { rows } = await context.database.query<{ object: string; id: string; image: StoredRecord }>({ text, values: binds.values(context, ids) });
    for (const { object, id, image } of rows) records.set(recordKey(object, id), image);
    for (const [first, ...rest] of chains) if (first) for (const id of ids[first.name] ?? []) noteEnd([first, ...rest], id, records);
    for (const { lookup, follow } of further) {
      if (!follow) continue;
      const made = (ids[lookup.name] ?? []).flatMap((id) => {
        const record = context.underway?.(targetOf(lookup), id);
        return record ? [{ record }] : [];
      });
      if (made.length > 0) await follow(made, context, records);
    }
  };
}

/** Where a chain leads to no record that is there, nothing has to be looked for again. */
function noteEnd([step, ...rest]: readonly CatalogField[], id: unknown, records: Loaded): void {
  if (!step || typeof id !== 'string') return;
  const key = recordKey(targetOf(step), id);
  const record = records.get(key);
  if (record) noteEnd(rest, rest[0] && record[rest[0].name], records);
  else records.set(key, null);
}

/** The rest of the reads that begin with this lookup. */
function tailsOf(reads: readonly ReadField[], { name }: CatalogField): readonly ReadField[] {
  return reads.flatMap((read) => (read.steps[0]?.name === name ? [{ ...read, steps: read.steps.slice(1) }] : []));
}

/** Each way along lookups, and each part of it. */
function chainsOf(reads: readonly ReadField[]): readonly (readonly CatalogField[])[] {
  const chains = new Map<string, readonly CatalogField[]>();
  for (const { steps } of reads) {
    for (let length = 1; length <= steps.length; length += 1) {
      const part = steps.slice(0, length);
      chains.set(part.map(({ name }) => name).join('.'), part);
    }
  }
  return [...chains.values()];
}

const targetOf = ({ object, reference }: CatalogField): string => reference?.object ?? object;

/** A rule may look at records that its caller may not read: it tells nothing of them but that it failed. */
function selectOf(steps: readonly CatalogField[], fields: FieldsBehind, catalog: Catalog, binds: BindList): string {
  const [first, ...rest] = steps;
  if (!first) throw new Error('A chain has at least one lookup.');
  const target = (lookup: CatalogField) => objectNamed(catalog, targetOf(lookup));
  let scope: SqlScope = { object: target(first), alias: binds.alias(), catalog, access: systemAccess, binds };
  const conditions = [`${scope.alias}."id" = ANY(${binds.add((_, locals) => locals[first.name], 'uuid[]')})`, ...visibleRows(scope)];
  let from = `${identifier(scope.object.table)} ${scope.alias}`;
  for (const step of rest) {
    const next = { ...scope, object: target(step), alias: binds.alias() };
    from += ` JOIN ${identifier(next.object.table)} ${next.alias} ON ${[`${next.alias}."id" = ${scope.alias}.${identifier(step.column ?? step.name)}`, ...visibleRows(next)].join(' AND ')}`;
    scope = next;
  }
  return `SELECT '${scope.object.name}' AS "object", ${scope.alias}."id", ${imageSql(scope, fields)} AS "image" FROM ${from}${whereClause(conditions)}`;
}

/** What expressions read of a record. */
export function imageSql({ object, alias }: SqlScope, fields: FieldsBehind): string {
  const columns = columnPlans(object);
  return jsonbObject([...(fields.get(object.name) ?? [])].flatMap((name) => {
    const column = columns.get(name);
    return column ? [[name, jsonOf(column, alias)] as const] : [];
  }));
}
