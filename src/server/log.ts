import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];
export type { PinoLogger };

export interface LogOptions {
  readonly level?: LogLevel;
  /** Lines for people instead of JSON. */
  readonly pretty?: boolean;
  /** Where lines go instead of standard output. */
  readonly destination?: DestinationStream;
}

/** The process's logger; rooms and plugins get children of it. */
export function createLog({ level = 'info', pretty = false, destination }: LogOptions = {}): PinoLogger {
  const options = { level };
  if (destination) return pino(options, destination);
  return pretty ? pino({ ...options, transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname', translateTime: 'HH:MM:ss' } } }) : pino(options);
}
