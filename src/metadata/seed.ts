import type { Path } from './source-document.ts';
import type { SourceLocation } from './catalog.ts';

export const seedModes = ['insert', 'update', 'upsert', 'replace', 'ignore'] as const;
export type SeedMode = (typeof seedModes)[number];

/** Records of one object to be present after `objectos seed`. */
export interface SeedSet {
  readonly object: string;
  /** Machine name of the field by which a record is recognised; `id` too. */
  readonly externalId: string;
  readonly mode: SeedMode;
  /** Environments in which the set applies; empty: all. */
  readonly env: readonly string[];
  /** Values by machine name of the field. A lookup is given by the id or the external id of its target. */
  readonly records: readonly Readonly<Record<string, unknown>>[];
  readonly file: string;
  /** Place of a record or value: `[3, "email"]`. */
  locate(path: Path): SourceLocation | undefined;
}
