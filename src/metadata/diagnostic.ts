import { StartupError } from '../errors.ts';

export type Severity = 'error' | 'warning';

/** One problem of a definition, complete enough to mend it without reading code. */
export interface Diagnostic {
  readonly severity: Severity;
  /** Relative to the directory of definitions; `plugin "identity"` or `definitions` when the definition is no file. */
  readonly file: string;
  /** Start at 1; undefined for definitions that are no file. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** `account.industry` */
  readonly subject: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string | undefined;
}

/** Stops the start; carries everything that was found, warnings included. */
export class DefinitionError extends StartupError {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(printDiagnostics(diagnostics));
    this.diagnostics = diagnostics;
  }
}

/** By file and place, so that a report does not depend on the order of discovery. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort(
    (a, b) =>
      compare(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0) || compare(a.subject, b.subject) || compare(a.message, b.message),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export interface PrintOptions {
  readonly color?: boolean;
}

const codes = { error: 31, warning: 33, file: 36, hint: 90 } as const;

/** For terminals: one problem a paragraph, the summary last. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], { color = false }: PrintOptions = {}): string {
  const paint = (code: number, text: string): string => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const lines = sortDiagnostics(diagnostics).flatMap(({ severity, file, line, column, subject, message, hint }) => {
    const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
    const subjectText = subject === '' ? '' : `${subject}: `;
    return [
      `${paint(codes.file, place)} ${paint(codes[severity], severity)} ${subjectText}${message}`,
      ...(hint === undefined ? [] : [paint(codes.hint, `    ${hint}`)]),
    ];
  });
  return [...lines, summarize(diagnostics)].join('\n');
}

function summarize(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  return `${count(errors, 'error')}, ${count(warnings, 'warning')} in the definitions.`;
}

function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? '' : 's'}`;
}
