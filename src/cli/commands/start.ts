import { printBanner } from '../banner.ts';
import type { CommandFactory } from '../command.ts';
import { openServing, servingCommand } from '../serving.ts';
import type { ServingOptions } from '../serving.ts';
import { untilAborted } from '../until-aborted.ts';

export const start: CommandFactory = (io, done) =>
  servingCommand('start', 'serve the app')
    .action(async (options: ServingOptions) => {
      const began = performance.now();
      const platform = await openServing(io, options);
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
