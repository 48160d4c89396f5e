import type { EnvText } from '../../metadata/definitions/env-text.ts';
import type { LiquidTemplate } from '../../kernel/liquid.ts';
import type { OutboundRequest } from '../../kernel/outbound-request.ts';
import type { CatalogObject } from '../../metadata/catalog.ts';

export const triggers = ['create', 'update', 'delete', 'undelete', 'api'] as const;
export type Trigger = (typeof triggers)[number];

/** `account.updated` */
export const eventNames: Readonly<Record<Trigger, string>> = { create: 'created', update: 'updated', delete: 'deleted', undelete: 'restored', api: 'requested' };

/** With whose rights a payload is read; `user` is who made the change. */
export type RunAs = { readonly kind: 'system' | 'user' } | Person;

/** Known by id or address. */
export interface Person {
  readonly kind: 'person';
  readonly id?: string;
  readonly email?: string;
}

export interface Webhook {
  readonly name: string;
  /** Of one that is a record. */
  readonly id: string | undefined;
  readonly object: CatalogObject;
  readonly triggers: ReadonlySet<Trigger>;
  readonly url: EnvText;
  readonly method: OutboundRequest['method'];
  readonly headers: ReadonlyMap<string, EnvText>;
  /** GraphQL document that reads `record` by `$id`. */
  readonly query: string;
  /** Fields that the query asks for on the record itself, by GraphQL name with response key. */
  readonly ownFields: ReadonlyMap<string, string>;
  /** Makes the body; absent: type, timestamp and data as JSON. */
  readonly body: LiquidTemplate | undefined;
  readonly includeSession: boolean;
  readonly runAs: RunAs;
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
  /** Named by the definition; otherwise one is made and kept encrypted. */
  readonly secret: EnvText | undefined;
  /** Changes before it are not its own. */
  readonly since: Date | undefined;
}

export interface RetryPolicy {
  readonly maxRetries: number;
  readonly backoffStrategy: 'exponential' | 'linear' | 'fixed';
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
}

export const usualRetry: RetryPolicy = { maxRetries: 3, backoffStrategy: 'exponential', initialDelayMs: 1_000, maxDelayMs: 60_000 };

/** Milliseconds before the attempt that follows so many; up to a fifth more at random, so that many do not come at once. */
export function delayAfter(attempts: number, { backoffStrategy, initialDelayMs, maxDelayMs }: RetryPolicy): number {
  const factor = { exponential: 2 ** (attempts - 1), linear: attempts, fixed: 1 }[backoffStrategy];
  return Math.round(Math.min(initialDelayMs * factor, maxDelayMs) * (1 + Math.random() / 5));
}
