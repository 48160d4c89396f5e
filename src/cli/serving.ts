import type { Command } from 'commander';
import type { Platform } from '../platform.ts';
import type { CommonOptions } from './command.ts';
import { appCommand, parsePort } from './command.ts';
import type { Io } from './io.ts';
import { openApp } from './open-app.ts';
import { servingLog } from './terminal-log.ts';

/** Options of the commands that serve an app. */
export interface ServingOptions extends CommonOptions {
  readonly port?: number;
  readonly acceptDataLoss?: readonly string[];
}

export function servingCommand(name: string, description: string): Command {
  return appCommand(name, description)
    .option('-p, --port <number>', 'port to listen on', parsePort)
    .option('--accept-data-loss <names...>', 'tables and columns that may go, such as contact.fax');
}

export function openServing(io: Io, { directory, port, acceptDataLoss }: ServingOptions): Promise<Platform> {
  return openApp(io, directory, { log: servingLog, acceptDataLoss, ...(port !== undefined && { settings: { server: { port } } }) });
}
