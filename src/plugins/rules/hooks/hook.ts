import type { CheckedExpression } from '../../../metadata/expressions/checked.ts';
import type { HookEvent } from '../../../resolvers/write/hooks.ts';
import type { Assignment } from '../assignments/assignment.ts';

/** One thing that a hook does to the record before it is written. */
export type HookAction =
  | { readonly kind: 'assign'; readonly assignments: readonly Assignment[] }
  | { readonly kind: 'stop'; readonly message: string; readonly field: string | undefined; readonly when: CheckedExpression | undefined };

/** A hook of the definitions, made ready for one object. */
export interface Hook {
  readonly name: string;
  readonly events: ReadonlySet<HookEvent>;
  readonly condition: CheckedExpression | undefined;
  readonly priority: number;
  readonly onError: 'abort' | 'log';
  readonly actions: readonly HookAction[];
  /** Name of a function in TypeScript. */
  readonly handler: string | undefined;
}
