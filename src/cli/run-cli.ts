import { Command, CommanderError } from 'commander';
import type { CommandFactory, ExitCode } from './command.ts';
import { codegen } from './commands/codegen.ts';
import { dev } from './commands/dev.ts';
import { doctor } from './commands/doctor.ts';
import { init } from './commands/init.ts';
import { migrate } from './commands/migrate.ts';
import { plugins } from './commands/plugins.ts';
import { remotes } from './commands/remotes.ts';
import { rollups } from './commands/rollups.ts';
import { seed } from './commands/seed.ts';
import { schema } from './commands/schema.ts';
import { start } from './commands/start.ts';
import { subgraph } from './commands/subgraph.ts';
import { users } from './commands/users.ts';
import { validate } from './commands/validate.ts';
import type { Io } from './io.ts';
import { reportError } from './report-error.ts';
import { version } from './version.ts';

const commands: readonly CommandFactory[] = [init, dev, start, validate, migrate, seed, rollups, users, codegen, schema, subgraph, remotes, doctor, plugins];

/** Runs one command and gives its exit code: 0 done, 1 a problem, 2 used wrongly. */
export async function runCli(args: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = new Command('objectos').description('Business objects in YAML, served as a GraphQL API.').version(version);
  for (const create of commands) program.addCommand(create(io, (result) => (code = result)));
  prepare(program, io);
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    reportError(error, io);
    return 1;
  }
}

/** Commander neither ends the process nor writes past `io`, in subcommands too. */
function prepare(command: Command, io: Io): void {
  command
    .exitOverride()
    .showHelpAfterError('(add --help for the options)')
    .configureOutput({ writeOut: (text) => io.out(text.trimEnd()), writeErr: (text) => io.error(text.trimEnd()), outputError: (text, write) => write(io.style('red', text)) });
  for (const child of command.commands) prepare(child, io);
}
