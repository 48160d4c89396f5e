import type { GraphQLField, GraphQLFormattedError } from 'graphql';
import { ObjectosError } from '../../errors.ts';
import type { Filter } from '../filter/filter.ts';
import { filterToSql } from '../filter/to-sql.ts';
import { visibleRows, whereClause } from '../filter/visible-rows.ts';
import { scopeOf, type PlanContext } from '../read/plan-context.ts';
import { deniedError, planContext, planRecords, type OperationSource } from '../read/plan.ts';
import { objectTypeOf, selectedFields, type SelectedField } from '../read/selection.ts';
import type { RequestContext } from '../request.ts';
import { identifier } from '../sql/identifier.ts';
import type { WriteRequest, WriteResult, WriteRow } from '../write/writer.ts';
import { isDelete, type MutationSource } from './write-request.ts';

/** Texts of records as they were, by the place that selects them and by id. */
type Before = (key: string) => (id: string) => string;

/** Makes the payload of one mutation field. */
export class Payload {
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

  /** Whether the payload shows records that the write takes away. */
  get readsBefore(): boolean {
    return isDelete(this.#mutation) && this.#parts.some((part) => this.#recordSelections(part).length > 0);
  }

  /** For a delete: the records that it will take, as they are before it. A filter becomes the ids it means, so that both agree. */
  async readBefore(write: WriteRequest): Promise<{ readonly write: WriteRequest; readonly before: Before | undefined }> {
    if (!this.readsBefore) return { write, before: undefined };
    const readers = this.#parts.flatMap((part) => this.#recordSelections(part));
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

function problemPart(part: SelectedField, problem: WriteRow['problems'][number]): unknown {
  if (part.name === '__typename') return 'Problem';
  const source = part.field?.extensions.objectos;
  if (source?.kind !== 'problem') return null;
  return source.part === 'path' ? problem.path.map(String) : problem[source.part];
}
