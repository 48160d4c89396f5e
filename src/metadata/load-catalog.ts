import { fieldTypes as platformTypes } from './field-types/index.ts';
import type { Catalog } from './catalog.ts';
import { compileCatalog } from './compile.ts';
import type { Diagnostic } from './diagnostic.ts';
import { findDefinitionFiles } from './definition-files.ts';
import type { DefinitionInput, KindDocuments } from './phase.ts';
import type { Plugin } from '../kernel/plugin.ts';
import type { SeedSet } from './seed.ts';

export interface LoadOptions {
  /** Folder of definitions (`schema/`), read with all folders below it. */
  readonly directory?: string;
  /** In order; their `metadata` phase takes part. */
  readonly plugins?: readonly Plugin[];
  /** Objects given as plain values beside or instead of files: tests, `createPlatform`. */
  readonly definitions?: readonly DefinitionInput[];
  /** Seed data given as plain values. */
  readonly seeds?: readonly DefinitionInput[];
}

export interface LoadedCatalog {
  readonly catalog: Catalog;
  readonly seeds: readonly SeedSet[];
  /** Warnings; errors are thrown. */
  readonly diagnostics: readonly Diagnostic[];
  /** Documents of the kinds that plugins bring. */
  readonly documents: KindDocuments;
}

/** Loads, checks and links all definitions. Throws one DefinitionError that holds every problem of every file. */
export async function loadCatalog({ directory, plugins = [], definitions = [], seeds = [] }: LoadOptions): Promise<LoadedCatalog> {
  const files = directory === undefined ? [] : await findDefinitionFiles(directory);
  return compileCatalog({ files, plugins, definitions, seeds, fieldTypes: platformTypes });
}
