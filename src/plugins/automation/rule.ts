import type { CatalogObject } from '../../metadata/catalog.ts';
import type { CheckedExpression } from '../../metadata/expressions/checked.ts';
import type { CompiledValue } from './values.ts';

export type RuleEvent = 'create' | 'update' | 'delete';

/** What a rule does. Values are worked out when it does it. */
export type Action = { readonly name: string } & (
  | { readonly type: 'field_update'; readonly values: ReadonlyMap<string, CompiledValue> }
  | { readonly type: 'create_record'; readonly object: CatalogObject; readonly values: ReadonlyMap<string, CompiledValue> }
  | { readonly type: 'update_record'; readonly object: CatalogObject; readonly id: CompiledValue; readonly values: ReadonlyMap<string, CompiledValue> }
  | { readonly type: 'http_call'; readonly method: HttpMethod; readonly url: CompiledValue; readonly headers: ReadonlyMap<string, CompiledValue>; readonly body: CompiledValue | undefined; readonly timeout: number }
);

export const httpMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type HttpMethod = (typeof httpMethods)[number];

export interface Rule {
  readonly name: string;
  readonly object: CatalogObject;
  readonly events: ReadonlySet<RuleEvent>;
  readonly criteria: CheckedExpression | undefined;
  /** On updates: whenever the criteria hold, not only when they begin to. */
  readonly everyTime: boolean;
  /** `transaction`: as a part of the write; `commit`: as a run after it. */
  readonly runIn: 'transaction' | 'commit';
  readonly runAs: 'system' | 'user';
  readonly order: number;
  readonly actions: readonly Action[];
  /** The actions as written, which a run keeps. */
  readonly written: readonly unknown[];
}
