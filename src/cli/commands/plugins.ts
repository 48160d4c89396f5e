import type { CommandFactory, CommonOptions } from '../command.ts';
import { appCommand } from '../command.ts';
import { formatTable } from '../io.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { loadApp } from '../../platform/load-app.ts';

export const plugins: CommandFactory = (io, done) =>
  appCommand('plugins', 'list the plugins that are on, in the order in which their hooks run')
    .option('--json', 'for scripts')
    .action(async ({ directory, json }: CommonOptions & { readonly json?: boolean }) => {
      const app = await loadApp({ directory, env: io.env });
      const list = createKernel({ plugins: app.plugins }).plugins.map(({ name, version, description }) => ({ name, version, description }));
      if (json === true) io.out(JSON.stringify(list, null, 2));
      else io.out(formatTable(list.map(({ name, version, description }) => [io.style('bold', name), version, description])));
      done(0);
    });
