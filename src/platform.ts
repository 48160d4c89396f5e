import { isDeepStrictEqual } from 'node:util';
import type { GraphQLSchema } from 'graphql';
import type { Database } from './database/database.ts';
import type { DataLoss } from './database/migrations/data-loss.ts';
import { StartupError } from './errors.ts';
import { createKernel } from './kernel/kernel.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { Plugin } from './kernel/plugin.ts';
import type { Catalog } from './metadata/catalog.ts';
import type { Diagnostic } from './metadata/diagnostic.ts';
import { loadCatalog } from './metadata/load-catalog.ts';
import type { LoadedCatalog } from './metadata/load-catalog.ts';
import type { DefinitionInput } from './metadata/phase.ts';
import { compile, prepare } from './platform/compile.ts';
import type { Generation } from './platform/compile.ts';
import { createContexts } from './platform/contexts.ts';
import { executeOperation } from './platform/execute.ts';
import type { OperationRequest, OperationResult } from './platform/execute.ts';
import { loadApp } from './platform/load-app.ts';
import { migrate } from './platform/migrate.ts';
import type { MigrateMode } from './platform/migrate.ts';
import { openAppDatabase } from './platform/open-app-database.ts';
import { requireSealingKey } from './platform/sealing-key.ts';
import { readTrustedDocuments } from './platform/trusted-documents.ts';
import type { Settings, SettingsInput } from './platform/settings/schema.ts';
import { serverSettingsOf } from './platform/settings/server-settings.ts';
import type { AccessProvider } from './resolvers/access.ts';
import { anonymous } from './resolvers/caller.ts';
import type { Caller } from './resolvers/caller.ts';
import type { Runtime } from './resolvers/runtime.ts';
import type { Writer } from './resolvers/write/writer.ts';
import { createLog } from './server/log.ts';
import type { PinoLogger } from './server/log.ts';
import { createServer } from './server/server.ts';

declare module './kernel/events.ts' {
  interface Events {
    /** Other definitions are in place. */
    'platform:reloaded': Readonly<Record<string, never>>;
  }
}

export interface PlatformOptions {
  /** Folder of the app: `schema/`, `prisma/`, `objectos.config.yml`. The current folder by default. */
  readonly directory?: string | undefined;
  /** Plugins beside those that are always on and those that the settings name. */
  readonly plugins?: readonly Plugin[] | undefined;
  /** A database of the caller's, who closes it; by default the one that the settings name is opened. */
  readonly database?: Database | undefined;
  /** Settings that win over environment and config file. */
  readonly settings?: SettingsInput | undefined;
  /** Objects given as values; `schema/` is then not read. */
  readonly definitions?: readonly DefinitionInput[] | undefined;
  /** Seed data given as values, beside `definitions`. */
  readonly seeds?: readonly DefinitionInput[] | undefined;
  /** How the tables get the shape of the definitions; by default mode and files of the app decide. */
  readonly migrate?: MigrateMode | undefined;
  /** Losses of data that are meant: `contact` for a table, `contact.fax` for a column; `true` for all. */
  readonly acceptDataLoss?: DataLoss | undefined;
  /** By default lines for people in development, JSON elsewhere, on standard output. */
  readonly log?: PinoLogger | ((settings: Settings) => PinoLogger) | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

export interface ExecuteOptions extends OperationRequest {
  /** Who asks; anonymous by default. */
  readonly caller?: Caller | undefined;
}

export interface Platform {
  readonly directory: string;
  readonly definitionsDirectory: string;
  readonly settings: Settings;
  readonly log: PinoLogger;
  readonly kernel: Kernel;
  readonly database: Database;
  readonly catalog: Catalog;
  readonly schema: GraphQLSchema;
  readonly writer: Writer;
  /** Warnings about the current definitions. */
  readonly diagnostics: readonly Diagnostic[];
  /** Name of the access provider. */
  readonly accessProvider: string;
  /** Runs a query or mutation inside the process, under the same checks as over HTTP. */
  execute(operation: ExecuteOptions): Promise<OperationResult>;
  /** Starts the plugins and listens. */
  start(): Promise<{ readonly url: string }>;
  /** Lets running requests end, stops the plugins and closes the database. May be called more than once. */
  stop(): Promise<void>;
  /** Reads the definitions again; a problem is thrown and changes nothing. False when the definitions are the same as before. */
  reload(): Promise<boolean>;
}

/** Loads, links, orders plugins, migrates, builds. The platform then answers `execute`; `start` makes it listen. */
export async function createPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const app = await loadApp({ directory: options.directory ?? '.', env: options.env, settings: options.settings, plugins: options.plugins });
  const { settings } = app;
  const log = typeof options.log === 'function' ? options.log(settings) : (options.log ?? createLog({ level: settings.log.level, pretty: settings.mode === 'development' }));
  const kernel = createKernel({ plugins: app.plugins, log });
  const serverSettings = serverSettingsOf(settings);
  const trustedDocuments = await readTrustedDocuments(app.directory, settings.server);

  const directory = options.definitions ? undefined : app.definitionsDirectory;
  const load = (): Promise<LoadedCatalog> =>
    loadCatalog(options.definitions ? { definitions: options.definitions, seeds: options.seeds ?? [], plugins: kernel.plugins } : { directory: app.definitionsDirectory, plugins: kernel.plugins });

  const build = (definitions: LoadedCatalog): Generation => compile(definitions, { settings, serverSettings, plugins: kernel.plugins, log, access: () => accessOf(kernel), answers: () => kernel.services.find('answers') });

  const migration = { mode: options.migrate ?? (options.definitions ? 'sync' : undefined), acceptDataLoss: options.acceptDataLoss, log } as const;

  const loaded = await load();
  await requireSealingKey(app, loaded.catalog, log);
  const database = options.database ?? (await openAppDatabase(app, log));
  try {
    await migrate(app, loaded.catalog, database, migration);
    await prepare(loaded, { plugins: kernel.plugins, directory, database, log });
    let current = build(loaded);
    let changing: Promise<unknown> = Promise.resolve();
    /** One change of what is in place after the other. */
    const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
      const done = changing.then(change, change);
      changing = done.catch(() => undefined);
      return done;
    };
    const replace = async (generation: Generation): Promise<void> => {
      current = generation;
      await kernel.events.emitAndWait('platform:reloaded', {});
    };
    kernel.services.register('schemas', { rebuild: () => inTurn(() => replace(build({ ...current, documents: current.sources }))) }, 'the platform');
    const contexts = createContexts(() => current, database);
    kernel.services.register('runtime', runtimeOf(() => current, database, contexts.system, log), 'the platform');
    await kernel.init();
    const access = accessOf(kernel);
    kernel.health.add('database', () => database.ping());
    const server = createServer({ catalog: () => current.catalog, database, access, engine: () => current.engine, settings: serverSettings, trustedDocuments, log, health: kernel.health, plugins: kernel.plugins });
    kernel.services.register('sockets', server.sockets, 'the server');

    return {
      directory: app.directory,
      definitionsDirectory: app.definitionsDirectory,
      settings,
      log,
      kernel,
      database,
      accessProvider: access.name,
      get catalog() { return current.catalog; },
      get schema() { return current.schema; },
      get writer() { return current.writer; },
      get diagnostics() { return current.diagnostics; },
      execute: async ({ caller = anonymous, ...operation }) => executeOperation(operation, current.documents, contexts.of(caller, await access.accessOf(caller), operation.variables), log),
      async start() {
        if (kernel.state === 'initialised') await kernel.start();
        return server.listen();
      },
      async stop() {
        await server.close();
        await kernel.stop();
        if (!options.database) await database.close();
      },
      reload: () =>
        inTurn(async () => {
          const next = await load();
          if (next.catalog.fingerprint === current.catalog.fingerprint && isDeepStrictEqual(valuesOf(next.documents), valuesOf(current.sources))) {
            current = { ...current, seeds: next.seeds, diagnostics: next.diagnostics };
            return false;
          }
          await requireSealingKey(app, next.catalog, log);
          await prepare(next, { plugins: kernel.plugins, directory, database, log });
          const generation = build(next);
          await migrate(app, next.catalog, database, migration);
          await replace(generation);
          return true;
        }),
    };
  } catch (error) {
    await kernel.stop().catch((problem: unknown) => log.error({ err: problem }, 'A plugin failed to stop.'));
    if (!options.database) await database.close();
    throw error;
  }
}

/** What the files of plugins say, wherever in them it stands. */
function valuesOf(documents: LoadedCatalog['documents']): unknown {
  return [...documents].map(([kind, list]) => [kind, list.map(({ value }) => value)]);
}

function accessOf(kernel: Kernel): AccessProvider {
  const access = kernel.services.find('access');
  if (access) return access;
  throw new StartupError('Nothing decides who may do what: no plugin offers the service "access", so the platform does not start. To let everybody do everything for now, add "open-access" to the plugins in objectos.config.yml.');
}

function runtimeOf(current: () => Generation, database: Database, systemContext: Runtime['systemContext'], log: PinoLogger): Runtime {
  return {
    database,
    get schema() { return current().schema; },
    get catalog() { return current().catalog; },
    get writer() { return current().writer; },
    get limits() { return current().limits; },
    get seeds() { return current().seeds; },
    systemContext,
    execute: (operation, context) => executeOperation(operation, current().documents, context, log),
  };
}
