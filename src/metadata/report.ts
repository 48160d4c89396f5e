import type { Diagnostic, Severity } from './diagnostic.ts';
import { sortDiagnostics } from './diagnostic.ts';
import { locate, placeOf } from './part.ts';
import type { Part, Place } from './part.ts';
import type { Path } from './source-document.ts';

/** Collects every problem of every file. */
export class Report {
  readonly #diagnostics = new Map<string, Diagnostic>();
  readonly #errorPlaces = new Set<string>();

  add(diagnostic: Diagnostic): void {
    const { severity, file, line, column, subject, message } = diagnostic;
    this.#diagnostics.set([severity, file, line, column, subject, message].join('\0'), diagnostic);
  }

  at(severity: Severity, place: Place, subject: string, message: string, hint?: string): void {
    const location = locate(place);
    if (severity === 'error') this.#errorPlaces.add(keyOf(place));
    this.add({ severity, file: location?.file ?? place.document.file, line: location?.line, column: location?.column, subject, message, hint });
  }

  error(part: Part, path: Path, subject: string, message: string, hint?: string): void {
    this.at('error', placeOf(part, path), subject, message, hint);
  }

  warn(part: Part, path: Path, subject: string, message: string, hint?: string): void {
    this.at('warning', placeOf(part, path), subject, message, hint);
  }

  /** An error was found at this very place: another view of the same mistake adds nothing. */
  hasErrorAt(place: Place): boolean {
    return this.#errorPlaces.has(keyOf(place));
  }

  get diagnostics(): readonly Diagnostic[] {
    return sortDiagnostics([...this.#diagnostics.values()]);
  }

  get failed(): boolean {
    return [...this.#diagnostics.values()].some(({ severity }) => severity === 'error');
  }
}

function keyOf({ document, path }: Place): string {
  return [document.file, ...path].join('\0');
}

/** `contact.account (objects/contact.object.yml:12)`: the other party of a clash. */
export function describePlace(what: string, place: Place | undefined): string {
  if (!place) return `${what} (the platform's)`;
  const location = locate(place);
  return location ? `${what} (${location.file}:${location.line})` : `${what} (${place.document.file})`;
}

/** A value as it reads in a message. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
