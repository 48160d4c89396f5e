import { printBanner } from '../banner.ts';
import type { CommandFactory } from '../command.ts';
import { serve, servingCommand } from '../serving.ts';
import type { ServingOptions } from '../serving.ts';
import { untilAborted } from '../until-aborted.ts';

export const start: CommandFactory = (io, done) =>
  servingCommand('start', 'serve the app')
    .action(async (options: ServingOptions) => {
      await serve(io, options, async (serving) => {
        const { platform, url } = serving;
        // Collectors of logs read JSON; people read the rest.
        if (platform.settings.mode === 'production') platform.log.info({ url, access: platform.accessProvider }, 'ObjectOS is ready');
        else printBanner(io, serving);
        await untilAborted(io.signal);
        io.error('Finishing running requests …');
      });
      done(0);
    });
