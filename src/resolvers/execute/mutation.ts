import { createHash } from 'node:crypto';
import { getArgumentValues, print, type GraphQLField, type GraphQLFormattedError } from 'graphql';
import { ObjectosError } from '../../errors.ts';
import type { Filter } from '../filter/filter.ts';
import { objectNamed } from '../filter/scope.ts';
import { filterToSql } from '../filter/to-sql.ts';
import { visibleRows, whereClause } from '../filter/visible-rows.ts';
import type { Args } from '../read/arguments.ts';
import { deniedError, planContext, planRecords, type OperationSource } from '../read/plan.ts';
import { leaf } from '../read/page.ts';
import { scopeOf, type PlanContext } from '../read/plan-context.ts';
import { objectTypeOf, selectedFields, type SelectedField } from '../read/selection.ts';
import { readWhere } from '../read/where.ts';
import type { RequestContext } from '../request.ts';
import { identifier } from '../sql/identifier.ts';
import type { FieldSource } from '../source.ts';
import { withIdempotency } from '../write/idempotency.ts';
import type { Input, WriteOptions, WriteRequest, WriteResult, WriteRow, Writer } from '../write/writer.ts';

type MutationSource = Extract<FieldSource, { kind: 'mutation' }>;

/** What a mutation field answers: the JSON text of its payload, and the hidden fields in it. */
export interface MutationAnswer {
  readonly json: string;
  readonly errors: readonly GraphQLFormattedError[];
}

/** Runs one mutation field: the write, and the payload's reads, in one transaction. */
export async function runMutationField(writer: Writer, source: OperationSource, selected: SelectedField, mutation: MutationSource, request: RequestContext, mode: PlanContext['mode']): Promise<MutationAnswer> {
  const field = selected.field as GraphQLField<unknown, unknown>;
  const [node] = selected.nodes;
  const plan = planContext(source, request, mode);
  const given = getArgumentValues(field, node, request.variables);
  const options = readOptions(given);
  const write = readWrite(mutation, given, plan.args.of(field, node), options, request);
  const payload = new Payload(source, selected, mutation, request, mode);

  const work = async (): Promise<string> => {
    const { write: exact, before } = await payload.readBefore(write);
    const result = await writer.write(exact, request);
    return payload.json(result, given['clientMutationId'], before);
  };
  const key = options.idempotencyKey;
  const once = key === undefined ? work : () => withIdempotency(request, key, requestHash(selected, given), work);
  const { database } = request;
  try {
    const json = await (options.dryRun ? database.transaction(once, { rollback: true }) : database.transaction(once));
    return { json, errors: payload.errors };
  } catch (error) {
    throw await payload.withCurrent(error);
  }
}

function readOptions(given: Readonly<Record<string, unknown>>): WriteOptions {
  return {
    ifVersion: (given['ifVersion'] ?? undefined) as number | undefined,
    idempotencyKey: (given['idempotencyKey'] ?? undefined) as string | undefined,
    dryRun: given['dryRun'] === true,
    mode: (given['mode'] ?? undefined) as WriteOptions['mode'],
  };
}

function readWrite({ object, operation }: MutationSource, given: Readonly<Record<string, unknown>>, args: Args, options: WriteOptions, request: RequestContext): WriteRequest {
  const input = given['input'];
  const base = { object, options };
  const id = () => String(given['id']);
  const by = () => String(leaf(args, 'by')?.peek() ?? 'id');
  const purge = given['purge'] === true;
  const where = () => {
    const scope = { object: objectNamed(request.catalog, object), catalog: request.catalog, access: request.access };
    return readWhere(args.get('where'), scope);
  };
  switch (operation) {
    case 'create': return { ...base, operation, input: input as Input };
    case 'createMany': return { ...base, operation, input: input as readonly Input[] };
    case 'update': return { ...base, operation, id: id(), input: input as Input };
    case 'upsert': return { ...base, operation, by: by(), input: input as Input };
    case 'upsertMany': return { ...base, operation, by: by(), input: input as readonly Input[] };
    case 'delete': return { ...base, operation, id: id(), purge };
    case 'restore': return { ...base, operation, id: id() };
    case 'updateMany': {
      const rows = given['rows'] as Extract<WriteRequest, { rows: unknown }>['rows'] | null | undefined;
      const filter = where();
      exactlyOne('rows, or where with input', Boolean(rows), Boolean(filter && input));
      return rows ? { ...base, operation, rows } : { ...base, operation, where: filter ?? never(), input: input as Input };
    }
    case 'deleteMany': {
      const ids = given['ids'] as readonly string[] | null | undefined;
      const filter = where();
      exactlyOne('ids or where', Boolean(ids), Boolean(filter));
      return ids ? { ...base, operation, ids, purge } : { ...base, operation, where: filter ?? never(), purge };
    }
  }
}

function exactlyOne(what: string, ...given: readonly boolean[]): void {
  if (given.filter(Boolean).length !== 1) throw new ObjectosError('BAD_REQUEST', `Give exactly one of ${what}. To mean all records write where: {}.`);
}

function never(): never {
  throw new Error('Checked before.');
}

function isDelete({ operation }: MutationSource): boolean {
  return operation === 'delete' || operation === 'deleteMany';
}

/** A repeat is the same field with the same values and the same selection. */
function requestHash({ nodes, name }: SelectedField, given: Readonly<Record<string, unknown>>): string {
  const selection = nodes.map((node) => (node.selectionSet ? print(node.selectionSet) : '')).join();
  return createHash('sha256').update(JSON.stringify([name, given, selection])).digest('base64url');
}

/** Makes the payload of one mutation field. */
class Payload {
  readonly #source: OperationSource;
  readonly #selected: SelectedField;
  readonly #mutation: MutationSource;
  readonly #request: RequestContext;
  readonly #mode: PlanContext['mode'];
  readonly #parts: readonly SelectedField[];
  readonly errors: GraphQLFormattedError[] = [];

  constructor(source: OperationSource, selected: SelectedField, mutation: MutationSource, request: RequestContext, mode: PlanContext['mode']) {
    this.#source = source;
    this.#selected = selected;
    this.#mutation = mutation;
    this.#request = request;
    this.#mode = mode;
    this.#parts = this.#select(selected);
  }

  /** For a delete: the records that it will take, as they are before it. A filter becomes the ids it means, so that both agree. */
  async readBefore(write: WriteRequest): Promise<{ readonly write: WriteRequest; readonly before: Before | undefined }> {
    const readers = isDelete(this.#mutation) ? this.#parts.flatMap((part) => this.#recordSelections(part)) : [];
    if (readers.length === 0) return { write, before: undefined };
    const exact = write.operation === 'deleteMany' && 'where' in write ? await this.#withIds(write) : write;
    const ids = exact.operation === 'delete' ? [exact.id] : exact.operation === 'deleteMany' && 'ids' in exact ? exact.ids : [];
    const texts = new Map<string, ReadonlyMap<string, string>>();
    for (const { key, selected, path } of readers) texts.set(key, await this.#records(ids, selected, path));
    return { write: exact, before: (key) => (id) => texts.get(key)?.get(id) ?? 'null' };
  }

  async json(result: WriteResult, clientMutationId: unknown, before: Before | undefined): Promise<string> {
    const ids = result.rows.flatMap((row) => (row.id === undefined ? [] : [row.id]));
    const members: string[] = [];
    for (const part of this.#parts) {
      const value = await this.#part(part, result, ids, clientMutationId, before);
      if (value !== undefined) members.push(`${JSON.stringify(part.key)}:${value}`);
    }
    return `{${members.join(',')}}`;
  }

  /** A version conflict shows the record as it is now, as far as the payload selects it. */
  async withCurrent(error: unknown): Promise<unknown> {
    const reader = this.#parts.flatMap((part) => this.#recordSelections(part))[0];
    if (!(error instanceof ObjectosError) || error.code !== 'CONFLICT' || typeof error.details['id'] !== 'string' || !reader) return error;
    const texts = await this.#records([error.details['id']], reader.selected, reader.path);
    const current: unknown = JSON.parse(texts.get(error.details['id']) ?? 'null');
    return new ObjectosError(error.code, error.message, {
      ...(error.problems && { problems: error.problems }),
      extensions: { ...error.details, current },
      cause: error,
    });
  }

  async #part(part: SelectedField, result: WriteResult, ids: readonly string[], clientMutationId: unknown, before: Before | undefined): Promise<string | undefined> {
    if (part.name === '__typename') return JSON.stringify(objectTypeOf(this.#selected.field as GraphQLField<unknown, unknown>).name);
    const source = part.field?.extensions.objectos;
    if (source?.kind !== 'payload') return undefined;
    const [first] = result.rows;
    switch (source.part) {
      case 'record': {
        const text = before?.(part.key) ?? this.#lookup(await this.#records(ids, part, [this.#selected.key, part.key]));
        return first?.id === undefined ? 'null' : text(first.id);
      }
      case 'records': {
        const text = before?.(part.key) ?? this.#lookup(await this.#records(ids, part, [this.#selected.key, part.key]));
        return `[${ids.map(text).filter((json) => json !== 'null').join(',')}]`;
      }
      case 'rows': return this.#rows(part, result.rows, ids, before);
      case 'count': return String(ids.length);
      case 'created': return String(first?.created ?? false);
      case 'deletedId': return JSON.stringify(first?.id ?? null);
      case 'clientMutationId': return JSON.stringify(clientMutationId ?? null);
    }
  }

  async #rows(part: SelectedField, rows: readonly WriteRow[], ids: readonly string[], before: Before | undefined): Promise<string> {
    const fields = this.#select(part);
    const texts = new Map<string, (id: string) => string>();
    for (const { key, selected, path } of this.#recordSelections(part)) {
      texts.set(selected.key, before?.(key) ?? this.#lookup(await this.#records(ids, selected, path)));
    }
    const rowType = objectTypeOf(part.field as GraphQLField<unknown, unknown>);
    const shown = rows.map((row) => {
      const members = fields.map((field) => `${JSON.stringify(field.key)}:${this.#rowMember(field, row, texts, rowType.name)}`);
      return `{${members.join(',')}}`;
    });
    return `[${shown.join(',')}]`;
  }

  #rowMember(field: SelectedField, row: WriteRow, texts: ReadonlyMap<string, (id: string) => string>, typeName: string): string {
    if (field.name === '__typename') return JSON.stringify(typeName);
    const source = field.field?.extensions.objectos;
    if (source?.kind !== 'bulkRow') return 'null';
    switch (source.part) {
      case 'index': return String(row.index);
      case 'id': return JSON.stringify(row.id ?? null);
      case 'created': return String(row.created);
      case 'record': return row.id === undefined ? 'null' : (texts.get(field.key)?.(row.id) ?? 'null');
      case 'problems': {
        const parts = this.#select(field);
        return JSON.stringify(row.problems.map((problem) => Object.fromEntries(parts.map((part) => [part.key, problemPart(part, problem)]))));
      }
    }
  }

  #select(selected: SelectedField): SelectedField[] {
    const plan = planContext(this.#source, this.#request, this.#mode);
    return selectedFields(plan, objectTypeOf(selected.field as GraphQLField<unknown, unknown>), selected.nodes);
  }

  /** All places of a payload part where records are selected; `key` tells them apart. */
  #recordSelections(part: SelectedField): { key: string; selected: SelectedField; path: string[] }[] {
    const source = part.field?.extensions.objectos;
    const path = [this.#selected.key, part.key];
    if (source?.kind !== 'payload') return [];
    if (source.part === 'record' || source.part === 'records') return [{ key: part.key, selected: part, path }];
    if (source.part !== 'rows') return [];
    return this.#select(part).flatMap((field) => {
      const of = field.field?.extensions.objectos;
      return of?.kind === 'bulkRow' && of.part === 'record' ? [{ key: `${part.key}.${field.key}`, selected: field, path: [...path, field.key] }] : [];
    });
  }

  #lookup(texts: ReadonlyMap<string, string>): (id: string) => string {
    return (id) => texts.get(id) ?? 'null';
  }

  async #records(ids: readonly string[], selected: SelectedField, path: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (ids.length === 0) return new Map();
    const plan = planRecords(this.#source, this.#request, this.#mode, this.#mutation.object, selected, path, isDelete(this.#mutation));
    for (const denied of plan.denied) this.errors.push(deniedError(denied));
    const { rows } = await this.#request.database.query<{ json: string | null }>({
      text: plan.text, name: plan.name, values: plan.binds.values(this.#request, { ids }),
    });
    return new Map(ids.map((id, index) => [id, rows[index]?.json ?? 'null']));
  }

  async #withIds({ where, ...write }: Extract<WriteRequest, { operation: 'deleteMany'; where: Filter }>): Promise<WriteRequest> {
    const plan = planContext(this.#source, this.#request, this.#mode);
    const scope = scopeOf(plan, write.object);
    const conditions = [filterToSql(where, scope), ...visibleRows(scope)];
    const text = `SELECT ${scope.alias}."id" FROM ${identifier(scope.object.table)} ${scope.alias}${whereClause(conditions)} ORDER BY 1 FOR UPDATE OF ${scope.alias}`;
    const { rows } = await this.#request.database.query<{ id: string }>({ text, values: plan.binds.values(this.#request) });
    return { ...write, ids: rows.map((row) => row.id) };
  }
}

/** Texts of records as they were, by the place that selects them and by id. */
type Before = (key: string) => (id: string) => string;

function problemPart(part: SelectedField, problem: WriteRow['problems'][number]): unknown {
  if (part.name === '__typename') return 'Problem';
  const source = part.field?.extensions.objectos;
  if (source?.kind !== 'problem') return null;
  return source.part === 'path' ? problem.path.map(String) : problem[source.part];
}
