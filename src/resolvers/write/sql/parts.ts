import { maskedJson } from '../../../metadata/field-types/masking.ts';
import { literal } from '../../sql/identifier.ts';
import type { BindList, Locals } from '../../sql/binds.ts';
import { changeLogTable } from '../change-log/table.ts';
import type { ColumnPlan, ObjectPlan } from '../object-plan.ts';

/** Values of one row in the order of the statement's columns, or all rows as JSON text. */
export interface SingleInput extends Locals {
  readonly values: readonly unknown[];
}
export interface RowsInput extends Locals {
  readonly rows: string;
}

const pairsPerCall = 50;

/** `jsonb_build_object` takes at most a hundred arguments. */
export function jsonbObject(pairs: readonly (readonly [name: string, sql: string])[]): string {
  if (pairs.length === 0) return `'{}'::jsonb`;
  const calls: string[] = [];
  for (let start = 0; start < pairs.length; start += pairsPerCall) {
    const part = pairs.slice(start, start + pairsPerCall).map(([name, sql]) => `${literal(name)}, ${sql}`);
    calls.push(`jsonb_build_object(${part.join(', ')})`);
  }
  return calls.join(' || ');
}

/** The stored value in JSON: what hooks and the log work with. Only its spelling for clients differs from what reads show. */
export function jsonOf({ column, field, isJson }: ColumnPlan, alias: string): string {
  const sql = `${alias}.${column}`;
  if (field.type.confidential) return field.type.json(sql, field);
  return isJson || field.type.graphql(field).kind === 'enum' ? sql : field.type.json(sql, field);
}

/** The whole record as hooks see it. */
export function imageOf(plan: Pick<ObjectPlan, 'columns'>, alias: string): string {
  return jsonbObject([...plan.columns].map(([name, column]) => [name, jsonOf(column, alias)]));
}

/** What the log shows of a value: of internal fields, as of confidential ones, only that they hold something. */
function loggedJson(column: ColumnPlan, alias: string): string {
  return column.field.internal ? maskedJson(`${alias}.${column.column}`) : jsonOf(column, alias);
}

/** What the log says of a record that appears or goes: its values. */
export function loggedValues(columns: Iterable<ColumnPlan>, alias: string): string {
  return jsonbObject([...columns].filter(({ logged }) => logged).map((column) => [column.field.name, loggedJson(column, alias)]));
}

/** What the log says of an update: `[before, after]` of each field that differs. */
export function loggedDifferences(columns: Iterable<ColumnPlan>, before: string, after: string): string {
  const parts = [...columns]
    .filter(({ logged }) => logged)
    .map((column) => {
      const differs = `${before}.${column.column} IS DISTINCT FROM ${after}.${column.column}`;
      const pair = `jsonb_build_array(${loggedJson(column, before)}, ${loggedJson(column, after)})`;
      return `CASE WHEN ${differs} THEN jsonb_build_object(${literal(column.field.name)}, ${pair}) ELSE '{}'::jsonb END`;
    });
  return parts.length === 0 ? `'{}'::jsonb` : parts.join(' || ');
}

/** Of rows that come of several requests: which one each comes of. */
export const requestColumn = ['#request', 'text'] as const;

/** The moment of the operation and who acts, bound at most once per statement. */
export class Stamps {
  readonly #binds: BindList;
  readonly #gathered: boolean;
  readonly #made = new Map<string, string>();

  /** `gathered`: the rows of the CTE `input` come of several requests. */
  constructor(binds: BindList, gathered = false) {
    this.#binds = binds;
    this.#gathered = gathered;
  }

  get now(): string {
    return this.#once('now', () => this.#binds.addOwn(({ now }) => now.toISOString(), 'timestamptz'));
  }

  get actor(): string {
    return this.#once('actor', () => this.#binds.add(({ caller }) => caller.userId ?? null, 'text'));
  }

  get organization(): string {
    return this.#once('organization', () => this.#binds.add(({ caller }) => caller.organizationId ?? null, 'text'));
  }

  /** What follows from several requests together is put down to one of them. */
  get request(): string {
    return this.#gathered ? `(SELECT min("#request") FROM input)` : this.#once('request', () => this.#binds.add(({ requestId }) => requestId, 'text'));
  }

  /** That of what is written for the row `i` of the input itself. */
  get requestOfRow(): string {
    return this.#gathered ? 'i."#request"' : this.request;
  }

  #once(name: string, make: () => string): string {
    const made = this.#made.get(name) ?? make();
    this.#made.set(name, made);
    return made;
  }
}

export type LogKind = 'create' | 'update' | 'delete' | 'restore';

/** What the change log has to know of an object. */
export type LogTarget = Pick<ObjectPlan, 'name' | 'organization' | 'columns' | 'kept'>;

interface LogOptions {
  readonly cte?: string;
  /** SQL of the request that each row comes of. */
  readonly request?: string;
  /** Columns of the log that the statement goes on with. */
  readonly returning?: string | undefined;
}

/** The CTE that writes the change log from the rows of `from`, of which `n` are the written ones. `id` and `changes` are SQL. */
export function logInsert({ name, organization: key, columns, kept }: LogTarget, kind: LogKind, id: string, changes: string, from: string, stamps: Stamps, { cte = 'log', request = stamps.request, returning }: LogOptions = {}): string {
  const own = key && columns.get(key.name);
  const organization = own ? `n.${own.column}::text` : stamps.organization;
  const history = kept.length === 0 ? undefined : kind === 'update' ? `c."changes" ?| ARRAY[${kept.map(literal).join(', ')}]` : 'true';
  const [logged, rows] = history !== undefined && kind === 'update' ? ['c."changes"', `${from} CROSS JOIN LATERAL (SELECT ${changes} AS "changes") c`] : [changes, from];
  return (
    `${cte} AS (INSERT INTO "${changeLogTable}" ("xid", "object", "record_id", "kind", "changes", "actor", "organization", "request", "at"${history === undefined ? '' : ', "kept"'}) ` +
    `SELECT pg_current_xact_id()::text::bigint, ${literal(name)}, ${id}, ${literal(kind)}, ${logged}, ` +
    `${stamps.actor}, ${organization}, ${request}, ${stamps.now}${history === undefined ? '' : `, ${history}`} FROM ${rows}${returning === undefined ? '' : ` RETURNING ${returning}`})`
  );
}
