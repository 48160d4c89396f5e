/** Where a part of an expression stands in its source: characters counted from 0. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** A mistake in an expression. */
export interface ExpressionProblem extends Span {
  readonly message: string;
  /** What to do about it. */
  readonly hint: string | undefined;
}

export type BinaryOperator = 'or' | 'and' | 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte' | 'in' | 'add' | 'subtract' | 'multiply' | 'divide' | 'remainder' | 'concat';

/** One tree for CEL and for the Excel spelling: `NOT IN` is `not` of `in`, `CASE WHEN` nested conditionals, `x.f(y)` the call `f(x, y)`. */
export type Expression = Span &
  (
    | { readonly kind: 'text'; readonly value: string }
    /** Digits as written, so that none is lost: `0.10`. */
    | { readonly kind: 'number'; readonly value: string }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'null' }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'member'; readonly of: Expression; readonly name: string }
    | { readonly kind: 'index'; readonly of: Expression; readonly index: Expression }
    /** `method` when written behind its first argument. */
    | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly method: boolean }
    | { readonly kind: 'not' | 'negate'; readonly operand: Expression }
    | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression }
    | { readonly kind: 'conditional'; readonly condition: Expression; readonly then: Expression; readonly otherwise: Expression }
    | { readonly kind: 'list'; readonly items: readonly Expression[] }
    | { readonly kind: 'map'; readonly entries: readonly { readonly key: Expression; readonly value: Expression }[] }
  );

/** What a definition may give: text, or text with its dialect. */
export type ExpressionSource = string | { readonly dialect?: string | undefined; readonly source: string };

/** How large an expression may be. Its cost when it runs is bounded by these and by the length of the texts that it reads. */
export const expressionLimits = { characters: 10_000, nodes: 500, depth: 64, digits: 100, finds: 10 } as const;

/** Stops the parser or checker at a mistake. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly problem: ExpressionProblem;

  constructor(message: string, { offset, length }: Span, hint?: string) {
    super(message);
    this.problem = { message, hint, offset, length };
  }
}
