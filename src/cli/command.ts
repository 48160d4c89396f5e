import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { Io } from './io.ts';

/** How a command ended: 0 done, 1 a problem of the app or its surroundings, 2 used wrongly. */
export type ExitCode = 0 | 1 | 2;

/** Options that every command has. */
export interface CommonOptions {
  readonly directory: string;
}

/** A file of `commands/` exports one of these. */
export type CommandFactory = (io: Io, done: (code: ExitCode) => void) => Command;

/** A command that works on the app in `--directory` (default: the current folder). */
export function appCommand(name: string, description: string): Command {
  return new Command(name).description(description).option('-C, --directory <folder>', 'folder of the app', (folder: string) => resolve(folder), process.cwd());
}

/** A port as an option; anything else is wrong use. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('A number from 0 to 65535 is expected.');
  return port;
}
