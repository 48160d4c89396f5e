import type { Database } from '../database/database.ts';
import type { Catalog } from '../metadata/catalog.ts';
import type { SeedSet } from '../metadata/seed.ts';
import type { ReadLimits } from './read/plan-context.ts';
import type { RequestContext } from './request.ts';
import type { Writer } from './write/writer.ts';

declare module '../kernel/plugin.ts' {
  interface Services {
    /** Offered by the platform itself, before any plugin is initialised. */
    runtime: Runtime;
  }
}

/** What the platform gives its plugins to work with. Read it when it is needed: a reload puts other definitions in place. */
export interface Runtime {
  readonly catalog: Catalog;
  readonly database: Database;
  readonly writer: Writer;
  /** Sizes of pages. */
  readonly limits: ReadLimits;
  /** Records of the data files. */
  readonly seeds: readonly SeedSet[];
  /** A request of the platform itself, which may do everything. */
  systemContext(): RequestContext;
}
