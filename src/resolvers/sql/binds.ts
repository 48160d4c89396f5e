import type { RequestContext } from '../request.ts';

/** Values that exist only while one operation runs, such as the ids that a write produced. */
export type Locals = Readonly<Record<string, unknown>>;

/** Yields the value of one placeholder when the statement runs. */
export type Bind = (request: RequestContext, locals: Locals) => unknown;

const noLocals: Locals = {};

/** Collects the placeholders of one statement; the text is made once, the values anew for each request. */
export class BindList {
  readonly #binds: Bind[] = [];
  /** Binds of values that may differ between executions for the same caller. */
  readonly #own = new Set<Bind>();
  readonly #once = new Map<object, Map<string, string>>();
  #aliases = 0;

  /** Adds a placeholder and returns its SQL: `$3::uuid`. */
  add(bind: Bind, cast?: string): string {
    this.#binds.push(bind);
    return cast === undefined ? `$${this.#binds.length}` : `$${this.#binds.length}::${cast}`;
  }

  /** As `add`, for a value that belongs to one execution: what it brings along, its moment. */
  addOwn(bind: Bind, cast?: string): string {
    this.#own.add(bind);
    return this.add(bind, cast);
  }

  /** As `add`, and the same placeholder for the same source and use: a filter that stands in many places binds its values once. */
  addOnce(source: object, use: string, bind: Bind, cast: string): string {
    const added = this.#once.get(source) ?? new Map<string, string>();
    this.#once.set(source, added);
    const sql = added.get(use) ?? this.add(bind, cast);
    added.set(use, sql);
    return sql;
  }

  /** A table alias that is unique in the statement. */
  alias(): string {
    this.#aliases += 1;
    return `t${this.#aliases}`;
  }

  values(request: RequestContext, locals: Locals = noLocals): unknown[] {
    return this.#binds.map((bind) => bind(request, locals));
  }

  /** The values that come from who asks and what for, without those of `addOwn`: where they are equal, executions differ by these alone. */
  shared(request: RequestContext): unknown[] {
    return this.#binds.flatMap((bind) => (this.#own.has(bind) ? [] : [bind(request, noLocals)]));
  }

  /** The finished text with its own binds: placeholders of parts that were dropped on the way are gone, the others numbered anew. */
  finish(text: string): { readonly text: string; readonly binds: BindList } {
    const binds = new BindList();
    for (const bind of this.#own) binds.#own.add(bind);
    const numbers = new Map<string, number>();
    // Quoted strings come first, so that a `$1` inside one is left alone.
    const finished = text.replace(/'(?:[^']|'')*'|\$(\d+)/g, (match, digits: string | undefined) => {
      if (digits === undefined) return match;
      let number = numbers.get(digits);
      if (number === undefined) {
        number = binds.#binds.push(this.#binds[Number(digits) - 1] as Bind);
        numbers.set(digits, number);
      }
      return `$${number}`;
    });
    return { text: finished, binds };
  }
}
