import type { Catalog } from '../../metadata/catalog.ts';
import type { ChangeSignal } from './change-log/signal.ts';
import type { GatheredWrites } from './gathered-writes.ts';
import type { Plans } from './object-plan.ts';
import type { StatementCache } from './sql/statement-cache.ts';
import type { Heard } from './statement-part.ts';
import type { Writer } from './writer.ts';

export interface WriteSettings {
  /** Records that one root write may touch, nested ones included. */
  readonly maxRows: number;
  /** How deep inputs may nest. */
  readonly maxInputDepth: number;
  /** How deep writes of hooks may cause further writes. */
  readonly maxHookDepth: number;
  /** Rows per statement of a bulk write. */
  readonly chunk: number;
  /** Wake readers of the change log in other processes when something was committed. */
  readonly notify: boolean;
}

export const defaultWriteSettings: WriteSettings = { maxRows: 10_000, maxInputDepth: 10, maxHookDepth: 8, chunk: 2_500, notify: true };

/** What every stage of the write path works with. */
export interface WriteTools {
  readonly catalog: Catalog;
  readonly plans: Plans;
  readonly statements: StatementCache;
  readonly settings: WriteSettings;
  readonly writer: Writer;
  readonly signal: ChangeSignal;
  readonly heard: Heard;
  readonly gathered: GatheredWrites;
}
