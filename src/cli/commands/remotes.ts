import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import { StartupError } from '../../errors.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { loadCatalog } from '../../metadata/load-catalog.ts';
import { suggest } from '../../metadata/nearest.ts';
import { loadApp } from '../../platform/load-app.ts';
import { fetchSdl, remotesOf, storedPath } from '../../plugins/stitching/index.ts';
import { appCommand, type CommandFactory, type CommonOptions } from '../command.ts';
import type { Io } from '../io.ts';
import { reportChanges, schemaChanges } from '../schema-changes.ts';

interface FetchOptions extends CommonOptions {
  readonly check?: boolean;
}

export const remotes: CommandFactory = (io, done) =>
  new Command('remotes')
    .description('the remote GraphQL services that are part of the API')
    .addCommand(
      appCommand('fetch', 'store the schemas of remote services beside their definitions, from where codegen and other commands take them')
        .argument('[names...]', 'remotes to ask; all by default')
        .option('--check', 'write nothing; end with 1 when one has another schema than the stored one')
        .action(async (names: readonly string[], { directory, check = false }: FetchOptions) => {
          const { folder, found } = await findRemotes(directory, names, io);
          // One after the other, so that what is told of them stays together.
          let complete = true;
          for (const { remote, path } of found) complete = (await keep(remote, { file: join(folder, path), shown: relative(directory, join(folder, path)), check }, io)) && complete;
          done(complete ? 0 : 1);
        }),
    );

type Remote = NonNullable<ReturnType<typeof remotesOf>>[number];

async function findRemotes(directory: string, names: readonly string[], io: Io): Promise<{ readonly folder: string; readonly found: readonly { readonly remote: Remote; readonly path: string }[] }> {
  const app = await loadApp({ directory, env: io.env });
  const { plugins } = createKernel({ plugins: app.plugins });
  const { catalog } = await loadCatalog({ directory: app.definitionsDirectory, plugins });
  const all = remotesOf(plugins, catalog);
  if (!all) throw new StartupError('The app has no remote services. Add "stitching" to the plugins in objectos.config.yml.');
  const known = all.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new StartupError(`There is no remote "${unknown}". ${suggest(unknown, known) ?? 'The definitions name none.'}`);
  const wanted = all.filter(({ name, sdl }) => (names.length > 0 ? names.includes(name) : sdl === undefined));
  const fixed = wanted.find(({ sdl }) => sdl !== undefined);
  if (fixed) throw new StartupError(`The remote ${fixed.name} has its schema in ${fixed.file}, as "sdl": it is not asked for another.`);
  if (wanted.length === 0) io.out('There are no remotes to ask.');
  return { folder: app.definitionsDirectory, found: wanted.map((remote) => ({ remote, path: storedPath(remote) })) };
}

/** With what the network said, for who keeps the service. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message !== '' ? `${message} (${cause.message})` : message;
}

/** Brings the stored schema of one remote up to date, or only compares; whether it is current then. */
async function keep(remote: Remote, { file, shown, check }: { readonly file: string; readonly shown: string; readonly check: boolean }, io: Io): Promise<boolean> {
  let sdl: string;
  try {
    sdl = `${(await fetchSdl(remote)).trimEnd()}\n`;
  } catch (error) {
    io.error(`${io.style('red', 'error')} The remote ${remote.name} does not tell its schema: ${reasonOf(error)}.`);
    return false;
  }
  const stored = await readFile(file, 'utf8').catch(() => undefined);
  if (stored === sdl) {
    io.out(`${io.style('green', 'ok')} ${shown} is current.`);
    return true;
  }
  if (check) io.error(`${io.style('red', 'stale')} ${shown}`);
  else {
    await writeFile(file, sdl);
    io.out(`${io.style('green', 'wrote')} ${shown}`);
  }
  if (stored !== undefined) reportChanges(schemaChanges(stored, sdl), io);
  return !check;
}
