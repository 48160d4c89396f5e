import type { CatalogField, CatalogObject } from '../../metadata/catalog.ts';
import type { CheckedExpression } from '../../metadata/expressions/checked.ts';
import type { JobSchedule } from '../../kernel/jobs.ts';
import type { NotificationChannel } from '../../kernel/notifications.ts';
import type { CompiledValue } from './values.ts';

export type RuleEvent = 'create' | 'update' | 'delete';

type Values = ReadonlyMap<string, CompiledValue>;

/** What a rule does. Values are worked out when it does it. */
export type Action = { readonly name: string } & (
  | { readonly type: 'field_update'; readonly values: Values }
  | { readonly type: 'create_record'; readonly object: CatalogObject; readonly values: Values }
  | { readonly type: 'update_record'; readonly object: CatalogObject; readonly id: CompiledValue; readonly values: Values }
  | { readonly type: 'http_call'; readonly method: HttpMethod; readonly url: CompiledValue; readonly headers: Values; readonly body: CompiledValue | undefined; readonly timeout: number }
  | { readonly type: 'notification'; readonly channel: NotificationChannel; readonly recipients: readonly CompiledValue[]; readonly template: string | undefined; readonly subject: CompiledValue | undefined; readonly body: CompiledValue | undefined; readonly url: CompiledValue | undefined; readonly data: Values; readonly options: Values }
  | { readonly type: 'connector_action'; readonly connector: string; readonly action: string; readonly input: CompiledValue }
  | { readonly type: 'custom_script'; readonly script: Script }
  /** A handler that a plugin registered. */
  | { readonly type: 'handler'; readonly handler: string }
);

export const capabilities = ['read', 'write', 'http', 'log'] as const;
export type Capability = (typeof capabilities)[number];

export interface Script {
  readonly code: string;
  readonly capabilities: ReadonlySet<Capability>;
  /** Names of hosts that it may call, with `*.` for those below. */
  readonly hosts: readonly string[];
  /** What it is given as `ctx.input`. */
  readonly input: Values;
  /** Milliseconds. */
  readonly timeout: number;
  /** Megabytes. */
  readonly memory: number;
}

export const httpMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type HttpMethod = (typeof httpMethods)[number];

/** Actions some time before or after a moment. */
export interface TimeTrigger {
  readonly id: string;
  /** Negative: before. */
  readonly length: number;
  readonly unit: 'minutes' | 'hours' | 'days' | 'weeks';
  /** A date or datetime of the record; undefined: the moment at which the criteria began to hold. */
  readonly from: CatalogField | undefined;
  readonly actions: readonly Action[];
  readonly written: readonly unknown[];
}

export interface Rule {
  readonly name: string;
  /** Undefined only for rules on a schedule that are about no record. */
  readonly object: CatalogObject | undefined;
  readonly events: ReadonlySet<RuleEvent>;
  readonly schedule: JobSchedule | undefined;
  /** Receivers of webhooks start it. */
  readonly incoming: boolean;
  readonly criteria: CheckedExpression | undefined;
  /** As written, for what has to be judged later. */
  readonly writtenCriteria: unknown;
  /** On updates: whenever the criteria hold, not only when they begin to. */
  readonly everyTime: boolean;
  /** `transaction`: as a part of the write; `commit`: as a run after it. */
  readonly runIn: 'transaction' | 'commit';
  readonly runAs: 'system' | 'user';
  readonly order: number;
  readonly actions: readonly Action[];
  /** The actions as written, which a run keeps. */
  readonly written: readonly unknown[];
  readonly timers: readonly TimeTrigger[];
}

export type RecordAction = Extract<Action, { type: 'field_update' | 'create_record' | 'update_record' }>;

export function isRecordAction(action: Action): action is RecordAction {
  return action.type === 'field_update' || action.type === 'create_record' || action.type === 'update_record';
}

/** All places of an action where values are worked out. */
export function valuesOf(action: Action): readonly CompiledValue[] {
  switch (action.type) {
    case 'field_update': case 'create_record': return [...action.values.values()];
    case 'update_record': return [action.id, ...action.values.values()];
    case 'http_call': return [action.url, ...action.headers.values(), ...(action.body ? [action.body] : [])];
    case 'notification': return [...action.recipients, ...[action.subject, action.body, action.url].flatMap((value) => value ?? []), ...action.data.values(), ...action.options.values()];
    case 'connector_action': return [action.input];
    case 'custom_script': return [...action.script.input.values()];
    case 'handler': return [];
  }
}
