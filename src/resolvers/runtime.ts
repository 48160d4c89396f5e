import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
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
    /** Offered by the platform too. */
    schemas: Schemas;
  }
}

/** For plugins whose part of the schema comes from elsewhere. */
export interface Schemas {
  /** Builds the schema anew from the definitions that are in place. A throw leaves the last one. */
  rebuild(): Promise<void>;
}

/** What the platform gives its plugins to work with. Read it when it is needed: a reload puts other definitions in place. */
export interface Runtime {
  readonly catalog: Catalog;
  readonly schema: GraphQLSchema;
  readonly database: Database;
  readonly writer: Writer;
  /** Sizes of pages. */
  readonly limits: ReadLimits;
  /** Records of the data files. */
  readonly seeds: readonly SeedSet[];
  /** A request of the platform itself, which may do everything. */
  systemContext(): RequestContext;
  /** Runs a query or mutation inside the process as the server would, under the rights of `context`. */
  execute(operation: Operation, context: RequestContext): Promise<OperationAnswer>;
}

export interface Operation {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly operationName?: string | undefined;
}

export interface OperationAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}
