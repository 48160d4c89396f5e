import pretty from 'pino-pretty';
import type { Settings } from '../platform/settings/schema.ts';
import { createLog } from '../server/log.ts';
import type { PinoLogger } from '../server/log.ts';

/** Log of a serving process: lines for people in development, JSON for collectors elsewhere. */
export function servingLog({ mode, log }: Settings): PinoLogger {
  if (mode !== 'development') return createLog({ level: log.level });
  return createLog({ level: log.level, destination: pretty({ sync: true, colorize: process.stdout.isTTY, ignore: 'pid,hostname', translateTime: 'HH:MM:ss', singleLine: true }) });
}

/** Log of a command whose answer goes to standard output: warnings and errors, on standard error. */
export function commandLog({ log: { level } }: Settings): PinoLogger {
  const quiet = level === 'trace' || level === 'debug' || level === 'info';
  return createLog({ level: quiet ? 'warn' : level, destination: pretty({ sync: true, colorize: process.stderr.isTTY, ignore: 'pid,hostname,time', singleLine: true, destination: 2 }) });
}
