import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import * as z from 'zod';
import { printSchema } from '../builder/print-schema.ts';
import { printPrismaSchema } from '../database/prisma/print-schema.ts';
import { definitionSchemas } from '../metadata/json-schema.ts';
import { platformTables } from '../platform/migrate.ts';
import { settingsSchema } from '../platform/settings/schema.ts';
import { isSubgraph, printSubgraph } from '../plugins/federation/index.ts';
import { compileApp } from './compile-app.ts';
import { printManifest } from './print-manifest.ts';
import type { DocumentFile } from './print-operations.ts';

/** A file that is made from the definitions and committed beside them. */
export interface Artifact {
  /** Relative to the app. */
  readonly path: string;
  readonly text: string;
}

/** All generated files of an app, as they should be. */
export async function makeArtifacts(directory: string, env: Readonly<Record<string, string | undefined>>): Promise<readonly Artifact[]> {
  const { app, plugins, loaded, generation: { schema } } = await compileApp(directory, env);
  const sdl = printSchema(schema);
  const { documents, output, manifest } = app.settings.codegen;
  const files = (await Promise.all(documents.map((folder) => findDocuments(app.directory, folder)))).flat();
  return [
    { path: 'schema/schema.graphql', text: sdl },
    ...(isSubgraph(plugins) ? [{ path: 'schema/subgraph.graphql', text: printSubgraph(schema, loaded.catalog, app.settings.federation) }] : []),
    { path: 'prisma/schema.prisma', text: printPrismaSchema(loaded.catalog, platformTables(plugins)) },
    ...Object.entries({ ...definitionSchemas({ plugins }), 'config.schema.json': settingsJsonSchema() }).map(([name, value]) => ({ path: `schema/schemas/${name}`, text: `${JSON.stringify(value, null, 2)}\n` })),
    ...(manifest !== undefined && files.length > 0 ? [{ path: manifest, text: printManifest(files) }] : []),
    ...(files.length > 0 ? [{ path: output, text: await (await import('./print-operations.ts')).printOperations(sdl, files) }] : []),
  ];
}

function settingsJsonSchema(): object {
  return { ...z.toJSONSchema(settingsSchema, { target: 'draft-7', io: 'input' }), title: 'Settings', description: 'Settings of an app: objectos.config.yml.' };
}

async function findDocuments(directory: string, folder: string): Promise<DocumentFile[]> {
  const names = (await readdir(join(directory, folder), { recursive: true })).filter((name) => name.endsWith('.graphql')).sort();
  return Promise.all(names.map(async (name) => ({ path: relative(directory, join(directory, folder, name)), text: await readFile(join(directory, folder, name), 'utf8') })));
}
