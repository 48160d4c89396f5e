import { watch } from 'chokidar';
import type { Platform } from '../../platform.ts';
import { printBanner } from '../banner.ts';
import type { CommandFactory } from '../command.ts';
import type { Io } from '../io.ts';
import { reportError } from '../report-error.ts';
import { serve, servingCommand } from '../serving.ts';
import type { ServingOptions } from '../serving.ts';
import { untilAborted } from '../until-aborted.ts';

/** Editors write a file in several steps; changes that come this close together are one. */
const quietMilliseconds = 120;

export const dev: CommandFactory = (io, done) =>
  servingCommand('dev', 'serve the app and rebuild the schema whenever a definition changes')
    .action(async (options: ServingOptions) => {
      await serve(io, options, async (serving) => {
        const stopWatching = await watchDefinitions(io, serving.platform);
        printBanner(io, serving);
        await untilAborted(io.signal);
        await stopWatching();
      });
      done(0);
    });

async function watchDefinitions(io: Io, platform: Platform): Promise<() => Promise<void>> {
  const watcher = watch(platform.definitionsDirectory, { ignoreInitial: true, ignored: (path) => /[\\/]schema\.graphql$|[\\/]schemas([\\/]|$)|~$|\.sw[a-z]$/.test(path) });
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  watcher.on('all', (event) => {
    if (event === 'addDir') return;
    clearTimeout(timer);
    timer = setTimeout(() => (running = running.then(() => reload(io, platform))), quietMilliseconds);
  });
  watcher.on('error', (error) => reportError(error, io));
  await new Promise<void>((ready) => watcher.once('ready', () => ready()));
  return async () => {
    clearTimeout(timer);
    await watcher.close();
    await running;
  };
}

/** An edit that does not hold keeps the last good schema. */
async function reload(io: Io, platform: Platform): Promise<void> {
  const began = performance.now();
  try {
    const changed = await platform.reload();
    if (changed) io.out(`${io.style('green', 'reloaded')} in ${Math.round(performance.now() - began)} ms`);
  } catch (error) {
    reportError(error, io);
    io.error(io.style('yellow', 'The last good schema keeps serving.'));
  }
}
