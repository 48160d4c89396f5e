import { ObjectosError, type Problem } from '../../errors.ts';
import type { Filter } from '../filter/filter.ts';
import { operandValue } from '../filter/operators.ts';
import { filterToSql } from '../filter/to-sql.ts';
import { visibleRows, whereClause } from '../filter/visible-rows.ts';
import { gatherHidden, showHidden } from '../read/hidden-cells.ts';
import { scopeOf, type DeniedField } from '../read/plan-context.ts';
import { planContext, type OperationSource } from '../read/plan.ts';
import type { SelectedField } from '../read/selection.ts';
import type { RequestContext } from '../request.ts';
import { identifier } from '../sql/identifier.ts';
import type { FieldSource } from '../source.ts';
import type { WriteRequest, WriteResult, WriteRow } from '../write/writer.ts';
import { groupBy } from '../write/group-by.ts';
import type { PayloadPlan, RecordReader, ToldPlan } from './payload-plan.ts';
import type { Attempt } from './try-as.ts';
import { isDelete, type MutationSource } from './write-request.ts';

/** JSON texts of records by id, for each place that selects them. */
type Texts = ReadonlyMap<SelectedField, (id: string) => string>;

/** Fields that some record of the payload may hide: its marks stand for them. */
type Found = DeniedField[];

/** Whether the payload shows records that the write takes away, so that they are read before it. */
export function readsBefore(plan: PayloadPlan, mutation: MutationSource): boolean {
  return isDelete(mutation) && plan.readers.size > 0;
}

/** The records that a delete will take, as they are. A filter becomes the ids it means, so that both agree. */
export async function readBefore(plan: PayloadPlan, source: OperationSource, write: WriteRequest, { reading, writing }: Attempt, found: Found): Promise<{ readonly write: WriteRequest; readonly texts: Texts }> {
  const exact = write.operation === 'deleteMany' && 'where' in write ? await withIds(source, write, writing) : write;
  const ids = exact.operation === 'delete' ? [exact.id] : exact.operation === 'deleteMany' && 'ids' in exact ? exact.ids : [];
  // In the spelling that the write answers with; what is no id is refused by the write.
  return { write: exact, texts: await readAll(plan, ids.map((id) => String(operandValue('id', id, reading.now))), reading, found) };
}

/** The JSON text of a payload, with its hidden cells marked. */
export async function payloadJson(plan: PayloadPlan, result: WriteResult, clientMutationId: unknown, before: Texts | undefined, request: RequestContext, found: Found): Promise<string> {
  const ids = result.rows.flatMap((row) => (row.id === undefined ? [] : [row.id]));
  const texts = before ?? returnedTexts(plan, result, found) ?? (await readAll(plan, ids, request, found));
  const lists = new Map<SelectedField, string>();
  for (const [part, told] of plan.told) lists.set(part, await toldJson(told, result, request, found));
  const members = plan.parts.flatMap((part) => {
    const value = partJson(part);
    return value === undefined ? [] : [`${JSON.stringify(part.key)}:${value}`];
  });
  return `{${members.join(',')}}`;

  function partJson(part: SelectedField): string | undefined {
    if (part.name === '__typename') return JSON.stringify(plan.typeName);
    const of = part.field?.extensions.objectos;
    if (of?.kind === 'told') return lists.get(part);
    if (of?.kind !== 'payload') return undefined;
    const [first] = result.rows;
    switch (of.part) {
      case 'record': return textOf(texts, part, first?.id);
      case 'records': return `[${ids.map((id) => textOf(texts, part, id)).filter((json) => json !== 'null').join(',')}]`;
      case 'rows': return `[${result.rows.map((row) => rowJson(plan, part, row, texts)).join(',')}]`;
      case 'count': return String(ids.length);
      case 'created': return String(first?.created ?? false);
      case 'deletedId': return JSON.stringify(first?.id ?? null);
      case 'warnings': return problemsJson(result.warnings, plan.below.get(part) ?? []);
      case 'clientMutationId': return JSON.stringify(clientMutationId ?? null);
    }
  }
}

/** What hooks told under one topic; records among it are read as they are now. */
async function toldJson({ topic, typeName, members, readers, named }: ToldPlan, { told }: WriteResult, request: RequestContext, found: Found): Promise<string> {
  const own = told.filter((each) => each.topic === topic);
  const items = own.map(({ item }) => item);
  if (readers.size > 0) for (const [ready, waiting] of groupBy(own, (each) => each.ready)) await ready?.(waiting.map(({ item }) => item));
  const texts = new Map<SelectedField, (id: string) => string>();
  for (const [member, reader] of readers) {
    const { part } = toldPart(member) ?? {};
    const ids = [...new Set(items.map((item) => item[part ?? '']).filter((id) => typeof id === 'string'))];
    texts.set(member, await readRecords(reader, ids, request, found));
  }
  const valueOf = (member: SelectedField, item: Readonly<Record<string, unknown>>): string => {
    const of = toldPart(member);
    if (!of) return JSON.stringify(typeName);
    const value = item[of.part] ?? null;
    if (of.object === undefined) return JSON.stringify(value);
    if (typeof value !== 'string') return 'null';
    return named.get(member)?.(value) ?? textOf(texts, member, value);
  };
  return `[${items.map((item) => `{${members.map((member) => `${JSON.stringify(member.key)}:${valueOf(member, item)}`).join(',')}}`).join(',')}]`;
}

/** Undefined for `__typename`. */
function toldPart({ field }: SelectedField): Extract<FieldSource, { kind: 'toldPart' }> | undefined {
  const of = field?.extensions.objectos;
  return of?.kind === 'toldPart' ? of : undefined;
}

/** A version conflict shows the record as it is now, as far as the payload selects it. */
export async function withCurrent(plan: PayloadPlan, error: unknown, request: RequestContext): Promise<unknown> {
  const [reader] = plan.readers.values();
  if (!(error instanceof ObjectosError) || error.code !== 'CONFLICT' || typeof error.details['id'] !== 'string' || !reader) return error;
  const { hidden } = reader.plan;
  const { json: text } = showHidden((await readRecords(reader, [error.details['id']], request, []))(error.details['id']), { ...hidden, denied: [] });
  return new ObjectosError(error.code, error.message, {
    ...(error.problems && { problems: error.problems }),
    extensions: { ...error.details, current: JSON.parse(text) as unknown },
    cause: error,
  });
}

function rowJson(plan: PayloadPlan, part: SelectedField, row: WriteRow, texts: Texts): string {
  const members = (plan.below.get(part) ?? []).map((member) => `${JSON.stringify(member.key)}:${memberJson(member)}`);
  return `{${members.join(',')}}`;

  function memberJson(member: SelectedField): string {
    const of = member.field?.extensions.objectos;
    if (of?.kind !== 'bulkRow') return member.name === '__typename' ? JSON.stringify(plan.typeName.replace(/Payload$/, 'Row')) : 'null';
    switch (of.part) {
      case 'index': return String(row.index);
      case 'id': return JSON.stringify(row.id ?? null);
      case 'created': return String(row.created);
      case 'record': return textOf(texts, member, row.id);
      case 'problems': return problemsJson(row.problems, plan.below.get(member) ?? []);
    }
  }
}

function problemsJson(problems: readonly Problem[], parts: readonly SelectedField[]): string {
  return problems.length === 0 ? '[]' : JSON.stringify(problems.map((problem) => Object.fromEntries(parts.map((part) => [part.key, problemPart(part, problem)]))));
}

function problemPart(part: SelectedField, problem: Problem): unknown {
  if (part.name === '__typename') return 'Problem';
  const of = part.field?.extensions.objectos;
  if (of?.kind !== 'problem') return null;
  switch (of.part) {
    case 'path': return problem.path.map(String);
    case 'rule': return problem.rule ?? null;
    case 'severity': return (problem.severity ?? 'error').toUpperCase();
    default: return problem[of.part];
  }
}

function textOf(texts: Texts, place: SelectedField, id: string | undefined): string {
  return id === undefined ? 'null' : (texts.get(place)?.(id) ?? 'null');
}

/** What the writing statement gave back, when it did. */
function returnedTexts({ readers }: PayloadPlan, { rows }: WriteResult, found: Found): Texts | undefined {
  const [reader] = readers.values();
  const returned = rows[0]?.returned;
  if (!reader || returned === undefined) return undefined;
  const text = gatherHidden(reader.plan.hidden, found)(returned);
  return new Map([[reader.selected, () => text]]);
}

async function readAll(plan: PayloadPlan, ids: readonly string[], request: RequestContext, found: Found): Promise<Texts> {
  const texts = new Map<SelectedField, (id: string) => string>();
  for (const [place, reader] of plan.readers) texts.set(place, await readRecords(reader, ids, request, found));
  return texts;
}

async function readRecords({ plan }: RecordReader, ids: readonly string[], request: RequestContext, found: Found): Promise<(id: string) => string> {
  if (ids.length === 0) return () => 'null';
  const { rows } = await request.database.query<{ json: string | null }>({ text: plan.text, name: plan.name, values: plan.binds.values(request, { ids }) });
  const gathered = gatherHidden(plan.hidden, found);
  const texts = new Map(ids.map((id, index) => [id, gathered(rows[index]?.json ?? 'null')]));
  return (id) => texts.get(id) ?? 'null';
}

async function withIds(source: OperationSource, { where, ...write }: Extract<WriteRequest, { operation: 'deleteMany'; where: Filter }>, request: RequestContext): Promise<WriteRequest> {
  const plan = planContext(source, request, 'text');
  const scope = scopeOf(plan, write.object);
  const conditions = [filterToSql(where, scope), ...visibleRows(scope, write.purge === true ? 'INCLUDE' : 'EXCLUDE')];
  const text = `SELECT ${scope.alias}."id" FROM ${identifier(scope.object.table)} ${scope.alias}${whereClause(conditions)} ORDER BY 1 FOR UPDATE OF ${scope.alias}`;
  const { rows } = await request.database.query<{ id: string }>({ text, values: plan.binds.values(request) });
  return { ...write, ids: rows.map((row) => row.id) };
}
