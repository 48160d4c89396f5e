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

/** The record that a lookup leads to, by object and id. */
export type Related = (object: string, id: string) => StoredRecord | undefined;

/** A record whose lookups are followed, as it will be and as it was. */
export type RelatedSource = Pick<Change, 'record'> & Partial<Pick<Change, 'previous'>>;

/** While records are written, `underway` shows what the database does not yet. */
export type RelatedContext = RequestContext & Partial<Pick<MutationContext, 'underway'>>;

/** Loads what expressions read behind the lookups of these records. */
export type LoadRelated = (sources: readonly RelatedSource[], context: RelatedContext) => Promise<Related>;

/** Records that one chain of lookups leads to. */
interface Chain {
  readonly steps: readonly CatalogField[];
  readonly fields: Set<string>;
}

/** What was loaded, by object and id. */
type Loaded = Map<string, StoredRecord>;

/** Undefined when the reads stay on the record itself. One statement reads all chains for all changes of a batch. */
export function relatedLoader(reads: readonly ReadField[], catalog: Catalog): LoadRelated | undefined {
  const collect = collector(reads, catalog);
  if (!collect) return undefined;
  return async (sources, context) => {
    const records: Loaded = new Map();
    await collect(sources, context, records);
    return (object, id) => {
      const stored = records.get(`${object} ${id}`);
      const underway = context.underway?.(object, id);
      return underway ? { ...stored, ...underway } : stored;
    };
  };
}

type Collect = (sources: readonly RelatedSource[], context: RelatedContext, records: Loaded) => Promise<void>;

/** What the same write creates or changes is not in the database yet: the chains go on from there by a statement of their own. */
function collector(reads: readonly ReadField[], catalog: Catalog): Collect | undefined {
  const chains = chainsOf(reads);
  if (chains.length === 0) return undefined;
  const binds = new BindList();
  const text = chains.map((chain) => selectOf(chain, catalog, binds)).join(' UNION ALL ');
  const lookups = [...new Map(chains.flatMap(({ steps: [first] }) => (first ? [[first.name, first]] : []))).values()];
  const further = lookups.map((lookup) => ({ lookup, collect: collector(tailsOf(reads, lookup), catalog) }));
  return async (sources, context, records) => {
    const ids = Object.fromEntries(lookups.map(({ name }) => [name, [...new Set(sources.flatMap(({ record, previous }) => [record[name], previous?.[name]]).filter((id) => typeof id === 'string'))]]));
    if (Object.values(ids).every((list) => list.length === 0)) return;
    const { rows } = await context.database.query<{ object: string; id: string; image: StoredRecord }>({ text, values: binds.values(context, ids) });
    for (const { object, id, image } of rows) records.set(`${object} ${id}`, { ...records.get(`${object} ${id}`), ...image });
    for (const { lookup, collect } of further) {
      if (!collect) continue;
      const made = (ids[lookup.name] ?? []).flatMap((id) => {
        const record = context.underway?.(lookup.reference?.object ?? lookup.object, String(id));
        return record ? [{ record }] : [];
      });
      if (made.length > 0) await collect(made, context, records);
    }
  };
}

/** The rest of the reads that begin with this lookup. */
function tailsOf(reads: readonly ReadField[], { name }: CatalogField): readonly ReadField[] {
  return reads.flatMap((read) => (read.steps[0]?.name === name ? [{ ...read, steps: read.steps.slice(1) }] : []));
}

function chainsOf(reads: readonly ReadField[]): readonly Chain[] {
  const chains = new Map<string, Chain>();
  for (const { steps, field } of reads) {
    for (let length = 1; length <= steps.length; length += 1) {
      const part = steps.slice(0, length);
      const key = part.map(({ name }) => name).join('.');
      const chain = chains.get(key) ?? { steps: part, fields: new Set<string>() };
      chain.fields.add((steps[length] ?? field).name);
      chains.set(key, chain);
    }
  }
  return [...chains.values()];
}

/** A rule may look at records that its caller may not read: it tells nothing of them but that it failed. */
function selectOf({ steps, fields }: Chain, catalog: Catalog, binds: BindList): string {
  const [first, ...rest] = steps;
  if (!first) throw new Error('A chain has at least one lookup.');
  const target = ({ object, reference }: CatalogField) => objectNamed(catalog, reference?.object ?? object);
  let scope: SqlScope = { object: target(first), alias: binds.alias(), catalog, access: systemAccess, binds };
  const conditions = [`${scope.alias}."id" = ANY(${binds.add((_, locals) => locals[first.name], 'uuid[]')})`, ...visibleRows(scope)];
  let from = `${identifier(scope.object.table)} ${scope.alias}`;
  for (const step of rest) {
    const next = { ...scope, object: target(step), alias: binds.alias() };
    from += ` JOIN ${identifier(next.object.table)} ${next.alias} ON ${[`${next.alias}."id" = ${scope.alias}.${identifier(step.column ?? step.name)}`, ...visibleRows(next)].join(' AND ')}`;
    scope = next;
  }
  const columns = columnPlans(scope.object);
  const image = jsonbObject([...fields].flatMap((name) => {
    const column = columns.get(name);
    return column ? [[name, jsonOf(column, scope.alias)] as const] : [];
  }));
  return `SELECT '${scope.object.name}' AS "object", ${scope.alias}."id", ${image} AS "image" FROM ${from}${whereClause(conditions)}`;
}
