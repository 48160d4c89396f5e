import * as z from 'zod';
import { compileCatalog } from '../../../src/metadata/compile.ts';
import type { LoadedCatalog } from '../../../src/metadata/compile.ts';
import { DefinitionError } from '../../../src/metadata/diagnostic.ts';
import type { Diagnostic } from '../../../src/metadata/diagnostic.ts';
import { fieldTypes } from '../../../src/metadata/field-types/index.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import type {} from '../../../src/plugins/rules/index.ts';

/** Acts on `trackHistory`, and does nothing else. */
export const historian: Plugin = {
  name: 'rules',
  version: '1.0.0',
  description: 'Stands in for a plugin that keeps history.',
  metadata: { fieldKeys: { trackHistory: z.boolean().optional() }, enableKeys: ['trackHistory'] },
};

/** Files by path, as they would stand in the folder of definitions. */
export type Files = Readonly<Record<string, string>>;

export function compile(files: Files, plugins: readonly Plugin[] = []): LoadedCatalog {
  return compileCatalog({ files: Object.entries(files).map(([file, text]) => ({ file, text })), plugins, fieldTypes });
}

/** Everything found, whether it stops the start or not. */
export function diagnose(files: Files, plugins: readonly Plugin[] = []): readonly Diagnostic[] {
  try {
    return compile(files, plugins).diagnostics;
  } catch (error) {
    if (error instanceof DefinitionError) return error.diagnostics;
    throw error;
  }
}

/** One line a problem: `account.object.yml:3:5 error account.name: …`. */
export function problems(files: Files, plugins: readonly Plugin[] = []): readonly string[] {
  return diagnose(files, plugins).map(({ file, line, column, severity, subject, message, hint }) =>
    `${file}${line === undefined ? '' : `:${line}:${column ?? 0}`} ${severity} ${subject}: ${message}${hint === undefined ? '' : ` | ${hint}`}`,
  );
}
