import { printBanner } from '../banner.ts';
import type { CommandFactory, CommonOptions } from '../command.ts';
import { appCommand, parsePort } from '../command.ts';
import { openApp } from '../open-app.ts';
import { servingLog } from '../terminal-log.ts';
import { untilAborted } from '../until-aborted.ts';

export const start: CommandFactory = (io, done) =>
  appCommand('start', 'serve the app')
    .option('-p, --port <number>', 'port to listen on', parsePort)
    .option('--accept-data-loss <names...>', 'tables and columns that may go, such as contact.fax')
    .action(async ({ directory, port, acceptDataLoss }: CommonOptions & { readonly port?: number; readonly acceptDataLoss?: readonly string[] }) => {
      const began = performance.now();
      const platform = await openApp(io, directory, { log: servingLog, acceptDataLoss, ...(port !== undefined && { settings: { server: { port } } }) });
      try {
        const { url } = await platform.start();
        // Collectors of logs read JSON; people read the rest.
        if (platform.settings.mode === 'production') platform.log.info({ url, access: platform.accessProvider }, 'ObjectOS is ready');
        else printBanner(io, platform, url, performance.now() - began);
        await untilAborted(io.signal);
        io.error('Finishing running requests …');
      } finally {
        await platform.stop();
      }
      done(0);
    });
