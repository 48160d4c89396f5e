import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

interface Engine {
  diff(input: unknown): Promise<{ stdout: string | null }>;
}

interface Bindings {
  __wbg_set_wasm(exports: unknown): void;
  readonly SchemaEngine: { new: (options: unknown, log: (line: string) => void, adapter: unknown) => Promise<Engine> };
}

let engine: Promise<Engine> | undefined;

const emptySchema = 'datasource db {\n  provider = "postgresql"\n}\n';

/**
 * The SQL that turns a database of the first schema text into one of the second, by Prisma's own differ. A pure function:
 * no database is asked. Throws with Prisma's message when a text is not valid.
 */
export async function diffSchemas(from: string | undefined, to: string): Promise<string> {
  engine ??= load();
  const target = (content: string) => ({ tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] });
  const { stdout } = await (await engine).diff({
    from: from === undefined ? { tag: 'empty' } : target(from),
    to: target(to),
    script: true,
    exitCode: null,
    shadowDatabaseUrl: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return stdout ?? '';
}

async function load(): Promise<Engine> {
  const path = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bindings = (await import(pathToFileURL(path).href)) as Bindings;
  const module = await WebAssembly.compile(await readFile(path.replace(/\.js$/, '.wasm')));
  const { exports } = await WebAssembly.instantiate(module, { './schema_engine_bg.js': bindings as unknown as WebAssembly.ModuleImports });
  bindings.__wbg_set_wasm(exports);
  (exports['__wbindgen_start'] as () => void)();
  return bindings.SchemaEngine.new({ datamodels: [['schema.prisma', emptySchema]] }, () => undefined, unconnected);
}

/** The engine wants a driver adapter and asks it for the server's version; the diff of two texts needs none. */
const answer = <T>(value: T) => ({ ok: true, value });
const adapter = {
  provider: 'postgres',
  adapterName: 'none',
  queryRaw: () => Promise.resolve(answer({ columnNames: [], columnTypes: [], rows: [] })),
  executeRaw: () => Promise.resolve(answer(0)),
  executeScript: () => Promise.resolve(answer(undefined)),
  dispose: () => Promise.resolve(answer(undefined)),
  getConnectionInfo: () => answer({ schemaName: 'public', supportsRelationJoins: true }),
  errorRegistry: { consumeError: () => undefined },
};
const unconnected = {
  provider: 'postgres',
  adapterName: 'none',
  connect: () => Promise.resolve(answer(adapter)),
  connectToShadowDb: () => Promise.resolve(answer(adapter)),
  errorRegistry: { consumeError: () => undefined },
};
