import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** How Node runs a file of the sources in a process of its own: as `npm test` has compiled it beforehand (tests/run.ts), else with tsx, which takes seconds each time. */
export function runnable(file: string | URL): { readonly path: string; readonly execArgv: string[] } {
  const path = resolve(repository, file instanceof URL ? fileURLToPath(file) : file);
  const compiled = process.env['OBJECTOS_TEST_COMPILED'];
  if (compiled === undefined) return { path, execArgv: ['--import', 'tsx'] };
  return { path: join(compiled, relative(repository, path)).replace(/\.ts$/, '.js'), execArgv: [] };
}
