import { ObjectosError, StartupError } from '../errors.ts';
import { DefinitionError, printDiagnostics } from '../metadata/diagnostic.ts';
import type { Io } from './io.ts';

/**
 * Prints why a command failed. What a person can mend (definitions, settings, the database's answer) comes without a stack trace;
 * an unexpected error shows where it arose, because then the stack is what helps.
 */
export function reportError(error: unknown, io: Io): void {
  if (error instanceof DefinitionError) {
    io.error(printDiagnostics(error.diagnostics, { color: io.colored }));
    return;
  }
  const label = io.style('red', 'error');
  if (error instanceof StartupError || error instanceof ObjectosError) {
    io.error(`${label} ${error.message}`);
    for (const problem of error instanceof ObjectosError ? (error.problems ?? []) : []) io.error(`  ${problem.path.join('.')}: ${problem.message}`);
    return;
  }
  io.error(`${label} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}
