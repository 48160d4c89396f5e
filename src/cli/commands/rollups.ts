import { Command } from 'commander';
import type { RollUpReport, RollUpService } from '../../plugins/rules/roll-ups/service.ts';
import type { CommandFactory, CommonOptions } from '../command.ts';
import { appCommand } from '../command.ts';
import { formatTable, type Io } from '../io.ts';
import { openApp } from '../open-app.ts';

interface RollUpOptions extends CommonOptions {
  readonly json?: boolean;
}

export const rollups: CommandFactory = (io, done) =>
  new Command('rollups')
    .description('compare and mend the numbers of roll-ups')
    .addCommand(
      appCommand('check', 'compare stored numbers with what the records give; ends with 1 when some differ')
        .argument('[roll-up]', 'one roll-up, as object.field; all by default')
        .option('--json', 'for scripts')
        .action(async (name: string | undefined, options: RollUpOptions) => {
          const reports = await withService(io, options, (service) => service.check(name));
          print(reports, 'different', options, io);
          done(reports.some(({ different }) => different > 0) ? 1 : 0);
        }),
    )
    .addCommand(
      appCommand('recompute', 'read the numbers anew and mend those that differ; works while the server runs')
        .argument('[roll-up]', 'one roll-up, as object.field; all by default')
        .option('--json', 'for scripts')
        .action(async (name: string | undefined, options: RollUpOptions) => {
          print(await withService(io, options, (service) => service.recompute(name)), 'mended', options, io);
          done(0);
        }),
    );

async function withService<T>(io: Io, { directory }: CommonOptions, work: (service: RollUpService) => Promise<T>): Promise<T> {
  const platform = await openApp(io, directory);
  try {
    return await work(platform.kernel.services.get('rollUps', 'objectos rollups'));
  } finally {
    await platform.stop();
  }
}

function print(reports: readonly RollUpReport[], counted: string, { json }: RollUpOptions, io: Io): void {
  if (json === true) {
    io.out(JSON.stringify(reports, null, 2));
    return;
  }
  if (reports.length === 0) {
    io.out('The definitions have no roll-ups.');
    return;
  }
  io.out(formatTable([['roll-up', 'records', counted], ...reports.map(({ name, records, different }) => [name, String(records), String(different)])]));
  for (const { name, examples } of reports) {
    for (const { id, stored, actual } of examples) io.out(`${name} of ${id} is ${stored ?? 'empty'}, and should be ${actual ?? 'empty'}`);
  }
}
