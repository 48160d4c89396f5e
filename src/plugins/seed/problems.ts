import { StartupError } from '../../errors.ts';
import type { SourceLocation } from '../../metadata/catalog.ts';

/** Gathers what is wrong with seed records, so that one run reports all of it. */
export interface SeedProblems {
  add(source: SourceLocation | undefined, message: string): void;
  /** Everything that was added as one error; undefined when nothing was. */
  toError(): StartupError | undefined;
  throwIfAny(): void;
}

const shown = 20;

export function createSeedProblems(): SeedProblems {
  const lines = new Set<string>();
  const toError = (): StartupError | undefined => {
    if (lines.size === 0) return undefined;
    const more = lines.size > shown ? `\n… and ${lines.size - shown} more` : '';
    return new StartupError(`The seed data has ${lines.size === 1 ? 'a problem' : `${lines.size} problems`}; nothing was written:\n${[...lines].slice(0, shown).join('\n')}${more}`);
  };
  return {
    add: (source, message) => void lines.add(source ? `${source.file}:${source.line}:${source.column}  ${message}` : message),
    toError,
    throwIfAny() {
      const error = toError();
      if (error) throw error;
    },
  };
}
