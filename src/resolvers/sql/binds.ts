import type { RequestContext } from '../request.ts';

/** Values that exist only while one operation runs, such as the ids that a write produced. */
export type Locals = Readonly<Record<string, unknown>>;

/** Yields the value of one placeholder when the statement runs. */
export type Bind = (request: RequestContext, locals: Locals) => unknown;

const noLocals: Locals = {};

/** Collects the placeholders of one statement; the text is made once, the values anew for each request. */
export class BindList {
  readonly #binds: Bind[] = [];
  #aliases = 0;

  /** Adds a placeholder and returns its SQL: `$3::uuid`. */
  add(bind: Bind, cast?: string): string {
    this.#binds.push(bind);
    return cast === undefined ? `$${this.#binds.length}` : `$${this.#binds.length}::${cast}`;
  }

  /** A table alias that is unique in the statement. */
  alias(): string {
    this.#aliases += 1;
    return `t${this.#aliases}`;
  }

  get size(): number {
    return this.#binds.length;
  }

  values(request: RequestContext, locals: Locals = noLocals): unknown[] {
    return this.#binds.map((bind) => bind(request, locals));
  }
}
