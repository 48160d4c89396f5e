import type { GraphQLField } from 'graphql';
import { planContext, planRecords, type OperationSource, type RecordPlan } from '../read/plan.ts';
import type { DeniedField, PlanContext } from '../read/plan-context.ts';
import { recordEntries } from '../read/record.ts';
import { objectTypeOf, selectedFields, type SelectedField } from '../read/selection.ts';
import { objectNamed } from '../filter/scope.ts';
import { visibleRows } from '../filter/visible-rows.ts';
import type { RequestContext } from '../request.ts';
import { BindList } from '../sql/binds.ts';
import { identifier } from '../sql/identifier.ts';
import { jsonObject } from '../sql/json.ts';
import { changeLogTable } from '../write/change-log/table.ts';
import type { Returning } from '../write/writer.ts';
import { isDelete, type MutationSource } from './write-request.ts';

/** A place of the payload where records are selected. */
export interface RecordReader {
  readonly selected: SelectedField;
  readonly plan: RecordPlan;
}

/** A list of what hooks told, as the payload selects it. */
export interface ToldPlan {
  readonly topic: string;
  readonly typeName: string;
  readonly members: readonly SelectedField[];
  /** Members that are records, of which the others are values. */
  readonly readers: ReadonlyMap<SelectedField, RecordReader>;
  /** JSON text of members that are records of which no more than the id is selected, by an id. */
  readonly named: ReadonlyMap<SelectedField, (id: string) => string>;
}

/** What one mutation field selects of its payload, for all requests of the same shape and access. */
export interface PayloadPlan {
  readonly typeName: string;
  readonly parts: readonly SelectedField[];
  /** Selections below `warnings`, `rows`, and below `problems` in them, by response key. */
  readonly below: ReadonlyMap<SelectedField, readonly SelectedField[]>;
  readonly readers: ReadonlyMap<SelectedField, RecordReader>;
  readonly told: ReadonlyMap<SelectedField, ToldPlan>;
  /** Fields of the payload's records that are hidden whatever the records are. */
  readonly denied: readonly DeniedField[];
  /** The one record of the payload as JSON of the written row itself. */
  readonly returning: Returning | undefined;
}

export function planPayload(source: OperationSource, selected: SelectedField, mutation: MutationSource, request: RequestContext, mode: PlanContext['mode']): PayloadPlan {
  const context = planContext(source, request, mode);
  const select = (field: SelectedField) => selectedFields(context, objectTypeOf(field.field as GraphQLField<unknown, unknown>), field.nodes);
  const parts = select(selected);
  const below = new Map<SelectedField, readonly SelectedField[]>();
  const readers = new Map<SelectedField, RecordReader>();
  const told = new Map<SelectedField, ToldPlan>();
  const readerOf = (object: string, field: SelectedField, path: readonly string[], trashToo: boolean): RecordReader => ({
    selected: field, plan: planRecords(source, request, mode, object, { type: objectTypeOf(field.field as GraphQLField<unknown, unknown>), nodes: field.nodes, path }, trashToo),
  });
  const read = (field: SelectedField, path: readonly string[]) => readers.set(field, readerOf(mutation.object, field, path, isDelete(mutation)));
  const toldRecords = (members: readonly SelectedField[], path: readonly string[]) => new Map(members.flatMap((member): [SelectedField, RecordReader][] => {
    const of = member.field?.extensions.objectos;
    // Nothing is hidden from whom nothing is shown: the record is not there.
    if (of?.kind !== 'toldPart' || of.object === undefined || request.access.object(of.object).read === false || isNamed(member)) return [];
    return [[member, readerOf(of.object, member, [...path, member.key], false)]];
  }));

  /** A record that was told is there: whoever sees all of its object need not read it for its id. */
  function isNamed(member: SelectedField): boolean {
    const of = member.field?.extensions.objectos;
    return of?.kind === 'toldPart' && of.object !== undefined && request.access.object(of.object).read === true && select(member).every(({ name }) => name === 'id' || name === '__typename');
  }

  function namedRecord(member: SelectedField): (id: string) => string {
    const { name: type } = objectTypeOf(member.field as GraphQLField<unknown, unknown>);
    const entries = select(member).map(({ key, name }) => [key, name === 'id' ? undefined : type] as const);
    return (id) => JSON.stringify(Object.fromEntries(entries.map(([key, value]) => [key, value ?? id])));
  }

  for (const part of parts) {
    const of = part.field?.extensions.objectos;
    if (of?.kind === 'told') {
      const members = select(part);
      told.set(part, { topic: of.topic, typeName: objectTypeOf(part.field as GraphQLField<unknown, unknown>).name, members, named: new Map(members.filter(isNamed).map((member) => [member, namedRecord(member)])), readers: toldRecords(members, [selected.key, part.key]) });
    }
    if (of?.kind !== 'payload') continue;
    if (of.part === 'record' || of.part === 'records') read(part, [selected.key, part.key]);
    if (of.part === 'warnings') below.set(part, select(part));
    if (of.part !== 'rows') continue;
    const members = select(part);
    below.set(part, members);
    for (const member of members) {
      const row = member.field?.extensions.objectos;
      if (row?.kind === 'bulkRow' && row.part === 'record') read(member, [selected.key, part.key, member.key]);
      if (row?.kind === 'bulkRow' && row.part === 'problems') below.set(member, select(member));
    }
  }
  return {
    typeName: objectTypeOf(selected.field as GraphQLField<unknown, unknown>).name,
    parts,
    below,
    readers,
    told,
    denied: [...readers.values(), ...[...told.values()].flatMap((each) => [...each.readers.values()])].flatMap(({ plan }) => plan.hidden.denied),
    returning: returningOf(source, mutation, [...readers.values()], request, mode),
  };
}

let made = 0;

/**
 * The payload's record straight from the writing statement, which saves reading it again. Not when the selection comes back to
 * the written object or to the change log: a statement sees the other rows of its tables as they were before it.
 */
function returningOf(source: OperationSource, { object, operation }: MutationSource, readers: readonly RecordReader[], request: RequestContext, mode: PlanContext['mode']): Returning | undefined {
  const [only, more] = readers;
  if (!only || more || (operation !== 'create' && operation !== 'update')) return undefined;
  const written = objectNamed(request.catalog, object);
  const { text } = only.plan;
  const own = new RegExp(`(FROM|JOIN) ${identifier(written.table)} `, 'g');
  // The plan reads the written row itself once.
  if ((text.match(own) ?? []).length > 1 || text.includes(changeLogTable)) return undefined;
  made += 1;
  // The statement may be made again later: keep what planning needs, not the whole request.
  const { catalog, access, variables } = request;
  const sql: Returning['sql'] = (alias, binds, known) => {
    const plan = { ...planContext(source, { catalog, access, variables }, mode), binds };
    // Its JSON stands behind the condition that makes it visible.
    const scope = { object: written, alias, catalog: plan.catalog, access: plan.access, binds, visible: true };
    const json = jsonObject(recordEntries(plan, scope, objectTypeOf(only.selected.field as GraphQLField<unknown, unknown>), only.selected.nodes, []));
    const visible = visibleRows({ ...scope, known });
    return visible.length === 0 ? json : `CASE WHEN ${visible.join(' AND ')} THEN ${json} END`;
  };
  return {
    id: `p${made}`,
    reads(table, known) {
      const json = sql('n', new BindList(), known);
      return [`FROM ${identifier(table)} `, `JOIN ${identifier(table)} `].some((part) => json.includes(part));
    },
    sql,
  };
}
