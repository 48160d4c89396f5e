import type pg from 'pg';
import { prepareValue } from 'pg/lib/utils.js';
import type { Rows, Statement } from './database.ts';
import { valueTypes } from './value-types.ts';

interface Column {
  readonly name: string;
  readonly parse: (text: string) => unknown;
}

/** What pg keeps at a connection, beyond what its types declare: texts by name. */
interface Prepared {
  readonly parsedStatements: Readonly<Record<string, string>>;
  /** Sent and not yet confirmed. */
  readonly submittedNamedStatements: Record<string, string>;
}

type Callback<R> = (error: Error | null, rows: Rows<R>) => void;

/** Statements that make the next one run with the plan that PostgreSQL keeps, and those after it as before. */
const keep = { name: 'objectos_keep_plan', text: 'SET plan_cache_mode = force_generic_plan', types: [] };
const unkeep = { name: 'objectos_choose_plan', text: 'RESET plan_cache_mode', types: [] };
const switching = new WeakSet<pg.Connection>();

/** Columns of prepared statements. A connection answers under one name with the same ones for good: PostgreSQL refuses anything else. */
const described = new WeakMap<pg.Connection, Map<string, readonly Column[]>>();

/**
 * One statement, in place of the query that pg makes: what comes back of a prepared statement is described once a connection and not at each
 * execution, and nothing is copied. Of a small statement that is a tenth of the time in JavaScript.
 */
export class StatementQuery<R> implements pg.Submittable {
  readonly text: string;
  readonly name: string | undefined;
  /** pg replaces it where a query has a time-out. */
  callback: Callback<R>;
  readonly #values: readonly unknown[];
  /** Run with the plan that PostgreSQL keeps for all values; from the second execution on a connection on. */
  #kept: boolean;
  readonly #rows: R[] = [];
  #count = 0;
  #columns: readonly Column[] | undefined;
  #failure: Error | undefined;

  constructor({ text, name, values }: Statement, callback: Callback<R>, kept = false) {
    this.text = text;
    this.name = name;
    this.callback = callback;
    this.#values = values;
    this.#kept = kept;
  }

  /** Called by pg when it is this statement's turn, as all that follows. Says what keeps it from being sent. */
  submit(connection: pg.Connection): Error | null {
    const { name, text } = this;
    if (name === undefined && this.#values.length === 0) {
      connection.query(text);
      return null;
    }
    let values: (Buffer | string | null)[];
    try {
      values = this.#values.map(prepareValue);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
    const { parsedStatements, submittedNamedStatements } = connection as pg.Connection & Prepared;
    const known = name === undefined ? undefined : (parsedStatements[name] ?? submittedNamedStatements[name]);
    if (known !== undefined && known !== text) return new Error(`The name "${String(name)}" stands for another statement.`);
    if (name !== undefined && known !== undefined) this.#columns = described.get(connection)?.get(name);
    this.#kept &&= this.#columns !== undefined;
    connection.stream.cork();
    if (this.#kept) {
      if (!switching.has(connection)) for (const statement of [keep, unkeep]) connection.parse(statement, true);
      switching.add(connection);
      runUnread(connection, keep.name);
    }
    if (known === undefined) {
      connection.parse({ name: name ?? '', text, types: [] }, true);
      if (name !== undefined) submittedNamedStatements[name] = text;
    }
    connection.bind({ statement: name, values }, true);
    if (!this.#columns) connection.describe({ type: 'P' }, true);
    connection.execute(null, true);
    // A statement that fails takes the setting back with it: until `sync` all is one transaction.
    if (this.#kept) runUnread(connection, unkeep.name);
    connection.sync();
    connection.stream.uncork();
    return null;
  }

  handleRowDescription({ fields }: { readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({ name, parse: valueTypes.getTypeParser(dataTypeID, 'text') as Column['parse'] }));
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const row: Record<string, unknown> = {};
    const columns = this.#columns ?? [];
    try {
      for (let index = 0; index < columns.length; index += 1) {
        const { name, parse } = columns[index] as Column;
        const text = fields[index] ?? null;
        row[name] = text === null ? null : parse(text);
      }
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
    }
    this.#rows.push(row as R);
  }

  /** `INSERT 0 3`, `SELECT 3`, `CREATE TABLE`. */
  handleCommandComplete({ text }: { readonly text: string }, connection: pg.Connection): void {
    if (this.#kept && (text === 'SET' || text === 'RESET')) return;
    this.#count = Number(/ (\d+)$/.exec(text)?.[1] ?? 0);
    if (this.name === undefined) return;
    const statements = described.get(connection) ?? new Map<string, readonly Column[]>();
    described.set(connection, statements);
    if (!statements.has(this.name)) statements.set(this.name, this.#columns ?? []);
  }

  handleReadyForQuery(): void {
    this.callback(this.#failure ?? null, { rows: this.#rows, count: this.#count });
  }

  handleError(error: Error): void {
    this.callback(error, { rows: [], count: 0 });
  }

  handleCopyInResponse(connection: pg.Connection & { sendCopyFail(message: string): void }): void {
    connection.sendCopyFail('Nothing is copied by statements.');
  }

  handleCopyData(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}

function runUnread(connection: pg.Connection, statement: string): void {
  connection.bind({ statement, values: [] }, true);
  connection.execute(null, true);
}
