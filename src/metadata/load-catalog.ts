import { fieldTypes as platformTypes } from './field-types/index.ts';
import { compileCatalog } from './compile.ts';
import type { LoadedCatalog } from './compile.ts';
import { findDefinitionFiles } from './definition-files.ts';
import type { DefinitionInput } from './phase.ts';
import type { Plugin } from '../kernel/plugin.ts';

export type { LoadedCatalog } from './compile.ts';

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

/** Loads, checks and links all definitions. Throws one DefinitionError that holds every problem of every file. */
export async function loadCatalog({ directory, plugins = [], definitions = [], seeds = [] }: LoadOptions): Promise<LoadedCatalog> {
  const files = directory === undefined ? [] : await findDefinitionFiles(directory);
  return compileCatalog({ files, plugins, definitions, seeds, fieldTypes: platformTypes });
}
