import { createKernel } from '../../kernel/kernel.ts';
import { DefinitionError, printDiagnostics } from '../../metadata/diagnostic.ts';
import type { Diagnostic } from '../../metadata/diagnostic.ts';
import { loadCatalog } from '../../metadata/load-catalog.ts';
import { loadApp } from '../../platform/load-app.ts';
import type { CommandFactory, CommonOptions } from '../command.ts';
import { appCommand } from '../command.ts';
import { plural } from '../io.ts';

export const validate: CommandFactory = (io, done) =>
  appCommand('validate', 'check all definitions and report every problem')
    .option('--json', 'for scripts')
    .action(async ({ directory, json }: CommonOptions & { readonly json?: boolean }) => {
      const app = await loadApp({ directory, env: io.env });
      let diagnostics: readonly Diagnostic[];
      let summary = '';
      try {
        const loaded = await loadCatalog({ directory: app.definitionsDirectory, plugins: createKernel({ plugins: app.plugins }).plugins });
        diagnostics = loaded.diagnostics;
        const own = [...loaded.catalog.objects.values()].filter(({ system }) => !system);
        const records = loaded.seeds.reduce((sum, { records }) => sum + records.length, 0);
        summary = `${plural(own.length, 'object')}, ${plural(records, 'seed record')}: no errors.`;
      } catch (error) {
        if (!(error instanceof DefinitionError)) throw error;
        diagnostics = error.diagnostics;
      }
      const valid = diagnostics.every(({ severity }) => severity !== 'error');
      if (json === true) io.out(JSON.stringify({ valid, diagnostics }, null, 2));
      else {
        if (diagnostics.length > 0) io.error(printDiagnostics(diagnostics, { color: io.colored }));
        if (valid) io.out(`${io.style('green', 'ok')} ${summary}`);
      }
      done(valid ? 0 : 1);
    });
