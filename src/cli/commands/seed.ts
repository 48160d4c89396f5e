import type { CommandFactory, CommonOptions } from '../command.ts';
import { appCommand } from '../command.ts';
import { openApp } from '../open-app.ts';
import { formatTable } from '../io.ts';

export const seed: CommandFactory = (io, done) =>
  appCommand('seed', 'write the records of all data files; those that exist are brought up to date')
    .option('--json', 'for scripts')
    .action(async ({ directory, json }: CommonOptions & { readonly json?: boolean }) => {
      const platform = await openApp(io, directory);
      try {
        const report = (await platform.kernel.services.get('seed', 'objectos seed').load()) ?? { objects: [], duration: 0 };
        if (json === true) io.out(JSON.stringify(report, null, 2));
        else if (report.objects.length === 0) io.out('There are no data files for this environment.');
        else {
          const rows = report.objects.map(({ object, created, updated, skipped }) => [object, String(created), String(updated), String(skipped)]);
          io.out(formatTable([['object', 'created', 'updated', 'skipped'], ...rows]));
          io.out(`\n${io.style('green', 'done')} in ${(report.duration / 1000).toFixed(1)} s`);
        }
      } finally {
        await platform.stop();
      }
      done(0);
    });
