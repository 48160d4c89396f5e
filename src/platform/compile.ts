import type { GraphQLSchema } from 'graphql';
import { buildSchema } from '../builder/build-schema.ts';
import { createViews } from '../builder/views/create-views.ts';
import type { Database } from '../database/database.ts';
import type { Plugin } from '../kernel/plugin.ts';
import type { LoadedCatalog } from '../metadata/load-catalog.ts';
import type { AccessProvider } from '../resolvers/access.ts';
import { linkComputed } from '../resolvers/computed.ts';
import type { Answers } from '../resolvers/execute/answers.ts';
import { createExecutor } from '../resolvers/execute/executor.ts';
import { createWriter } from '../resolvers/write/create-writer.ts';
import type { ReadLimits } from '../resolvers/read/plan-context.ts';
import type { Writer } from '../resolvers/write/writer.ts';
import { createDocuments } from '../server/documents.ts';
import type { Documents } from '../server/documents.ts';
import type { GraphqlEngine } from '../server/engine.ts';
import { formatError } from '../server/format-errors.ts';
import type { PinoLogger } from '../server/log.ts';
import type { ServerSettings } from '../server/settings.ts';
import type { Settings } from './settings/schema.ts';

/** Everything made from one state of the definitions; a reload puts the next in its place. */
export interface Generation extends Pick<LoadedCatalog, 'catalog' | 'seeds' | 'diagnostics'> {
  /** Files of the kinds that plugins bring. */
  readonly sources: LoadedCatalog['documents'];
  readonly schema: GraphQLSchema;
  readonly writer: Writer;
  readonly engine: GraphqlEngine;
  readonly limits: ReadLimits;
  readonly documents: Documents;
}

export interface CompileOptions {
  readonly settings: Settings;
  readonly serverSettings: ServerSettings;
  /** In the order of the kernel. */
  readonly plugins: readonly Plugin[];
  readonly log: PinoLogger;
  /** To be asked once plugins are initialised; not needed to print what is made. */
  readonly access?: () => AccessProvider;
  readonly answers?: () => Answers | undefined;
}

/** Lets plugins fetch what the schema is to be made of. */
export async function prepare({ catalog }: LoadedCatalog, { plugins, directory, database, log }: { readonly plugins: readonly Plugin[]; readonly directory: string | undefined; readonly database?: Database | undefined; readonly log: PinoLogger }): Promise<void> {
  await Promise.all(plugins.map(({ schema }) => schema?.prepare?.({ catalog, directory, database, log })));
}

/** Makes the write path, the read path and the schema of loaded definitions. Needs no database. */
export function compile({ catalog, seeds, diagnostics, documents: sources }: LoadedCatalog, { settings, serverSettings, plugins, log, access, answers }: CompileOptions): Generation {
  const { default: defaultPageSize, max: maxPageSize } = settings.api.pageSize;
  const limits: ReadLimits = { defaultPageSize, maxPageSize };
  linkComputed(catalog, plugins);
  const writer = createWriter({ catalog, plugins });
  const executor = createExecutor({ writer, access, answers, limits, view: (rights) => views(rights), formatError: (error) => formatError(error, log) });
  const schema = buildSchema({ catalog, plugins, resolvers: executor.resolvers });
  for (const { schema: phase } of plugins) phase?.check?.(schema);
  const views = createViews(schema, catalog);
  const engine: GraphqlEngine = { schema, compile: (document, operation) => executor.compile(schema, document, operation) };
  return { catalog, seeds, diagnostics, sources, schema, writer, engine, limits, documents: createDocuments(engine, serverSettings, log) };
}
