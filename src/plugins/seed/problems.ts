import { StartupError } from '../../errors.ts';
import type { SourceLocation } from '../../metadata/catalog.ts';

/** Gathers what is wrong with seed records, so that one run reports all of it. */
export interface SeedProblems {
  add(source: SourceLocation | undefined, message: string): void;
  /** Throws a StartupError with everything that was added. */
  throwIfAny(): void;
}

const shown = 20;

export function createSeedProblems(): SeedProblems {
  const lines: string[] = [];
  return {
    add: (source, message) => void lines.push(source ? `${source.file}:${source.line}:${source.column}  ${message}` : message),
    throwIfAny() {
      if (lines.length === 0) return;
      const more = lines.length > shown ? `\n… and ${lines.length - shown} more` : '';
      throw new StartupError(`The seed data has ${lines.length === 1 ? 'a problem' : `${lines.length} problems`}; nothing was written:\n${lines.slice(0, shown).join('\n')}${more}`);
    },
  };
}
