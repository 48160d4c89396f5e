import { ObjectosError, StartupError } from '../errors.ts';
import type { Io } from './io.ts';

/**
 * Prints why a command failed. What a person can mend (definitions, settings, the database's answer) comes without a stack trace;
 * an unexpected error shows where it arose, because then the stack is what helps.
 */
export function reportError(error: unknown, io: Io): void {
  const label = io.style('red', 'error');
  if (error instanceof StartupError || error instanceof ObjectosError) {
    io.error(`${label} ${error.message}`);
    for (const problem of error instanceof ObjectosError ? (error.problems ?? []) : []) io.error(`  ${problem.path.join('.')}: ${problem.message}`);
    return;
  }
  if (isListenError(error)) {
    io.error(`${label} ${listenMessage(error)}`);
    return;
  }
  io.error(`${label} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}

interface ListenError extends Error {
  readonly code: string;
  readonly port?: number;
  readonly address?: string;
}

function isListenError(error: unknown): error is ListenError {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen';
}

function listenMessage({ code, port, address, message }: ListenError): string {
  if (code === 'EADDRINUSE') return `Port ${port ?? '?'} on ${address ?? 'this machine'} is in use. Stop the other process, or choose another port: PORT=4001.`;
  if (code === 'EACCES') return `Port ${port ?? '?'} needs more rights than this process has. Choose one above 1023: PORT=4000.`;
  if (code === 'EADDRNOTAVAIL') return `This machine has no address "${address ?? '?'}". Set HOST to one that it has, for example 127.0.0.1 or 0.0.0.0.`;
  return message;
}
