import type { AggregateFunction } from '../../metadata/field-type.ts';
import type { CheckedExpression } from '../../metadata/expressions/checked.ts';
import type { Caller } from '../caller.ts';
import type { RequestContext } from '../request.ts';

/**
 * The one filter tree: `where` arguments, permission predicates and sharing rules are all this. It is compiled to SQL by
 * `to-sql.ts` and to a function by `to-predicate.ts`; both are two-valued: a comparison with null is false, `not` of it true.
 */
export type Filter =
  | { readonly kind: 'always'; readonly value: boolean }
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }
  /** Field against a value known when the request runs. */
  | { readonly kind: 'compare'; readonly field: string; readonly operator: FilterOperator; readonly operand: Operand }
  /** Field against another field of the same record. */
  | { readonly kind: 'compareFields'; readonly field: string; readonly operator: FieldComparison; readonly other: string }
  /** The record of a to-one relation; false when there is none. */
  | { readonly kind: 'one'; readonly relation: string; readonly filter: Filter }
  | { readonly kind: 'many'; readonly relation: string; readonly quantifier: 'some' | 'every' | 'none'; readonly filter: Filter }
  /** Aggregate over a to-many relation: `{ dealsAggregate: { count: { gt: 3 } } }`. */
  | {
      readonly kind: 'aggregate';
      readonly relation: string;
      readonly filter: Filter | undefined;
      readonly function: AggregateFunction;
      readonly field: string | undefined;
      readonly operator: FilterOperator;
      readonly operand: Operand;
    }
  /** A test that the others cannot say; `caller`: whose values it takes, those of the request when absent. */
  | { readonly kind: 'expression'; readonly expression: CheckedExpression; readonly caller?: Caller };

/** Canonical operator names, as the GraphQL inputs spell them. */
export const filterOperators = [
  'eq', 'ne', 'in', 'notIn', 'gt', 'gte', 'lt', 'lte', 'between',
  'contains', 'notContains', 'startsWith', 'endsWith', 'icontains', 'like', 'ilike',
  'isNull', 'has', 'hasEvery', 'hasSome', 'isEmpty', 'jsonContains', 'hasKey', 'within', 'withinLast', 'withinNext',
] as const;
export type FilterOperator = (typeof filterOperators)[number];
export type FieldComparison = 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte';

/** A value that is known when the request runs: a literal, a variable, the caller's id. It becomes one bind parameter. */
export interface Operand {
  /** As GraphQL hands it over: text of decimals, ISO dates or date macros; stored values of options. */
  readonly value: (request: RequestContext) => unknown;
  /** Present when the value is the same for every request; lets `isNull` become plain SQL. */
  readonly constant?: unknown;
  /** Of a list of ids that is long: rows that something else finds look themselves up in it. */
  readonly long?: boolean;
}

export const constant = (value: unknown): Operand => ({ value: () => value, constant: value });
