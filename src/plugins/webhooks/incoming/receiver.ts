import type { LiquidValue } from '../../../kernel/liquid.ts';
import type { CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import type { BlockList } from 'node:net';
import type { EnvText } from '../../../metadata/definitions/env-text.ts';
import type { Person } from '../webhook.ts';

/** How a receiver knows who sends. */
export type ReceiverCheck =
  | { readonly kind: 'none' }
  /** Standard Webhooks, within a window of seconds. */
  | { readonly kind: 'standard'; readonly secret: EnvText; readonly tolerance: number }
  /** A hash of the body in a header. */
  | { readonly kind: 'hash'; readonly secret: EnvText; readonly header: string; readonly idHeader: string | undefined }
  | { readonly kind: 'token'; readonly secret: EnvText; readonly header: string }
  | { readonly kind: 'addresses'; readonly list: BlockList };

export type ReceiverAction =
  | { readonly kind: 'record'; readonly object: CatalogObject; /** Key by which a record is found that is changed then. */ readonly upsertBy: string | undefined; readonly values: readonly { readonly field: CatalogField; readonly value: LiquidValue }[]; readonly runAs: { readonly kind: 'system' } | Person }
  | { readonly kind: 'event'; readonly name: string }
  /** Of the plugin automation. */
  | { readonly kind: 'rule'; readonly name: string };

export interface Receiver {
  readonly name: string;
  /** Below `/hooks/`. */
  readonly path: string;
  readonly check: ReceiverCheck;
  readonly action: ReceiverAction;
}
