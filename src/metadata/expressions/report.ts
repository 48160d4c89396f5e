import type { ExpressionProblem } from './expression.ts';

export interface ExpressionReport {
  readonly message: string;
  readonly hint: string;
}

/** A problem as the loader prints it: the line of the expression at fault with carets under the mistake, then what to do. */
export function describeProblem(source: string, { message, hint, offset, length }: ExpressionProblem): ExpressionReport {
  const start = source.lastIndexOf('\n', offset - 1) + 1;
  const newline = source.indexOf('\n', start);
  const line = source.slice(start, newline < 0 ? source.length : newline);
  const at = offset - start;
  const shift = Math.max(0, at - 60);
  const shown = line.slice(shift, shift + 120);
  const carets = '^'.repeat(Math.max(1, Math.min(length, shown.length - (at - shift))));
  return { message, hint: [shown.replaceAll('\t', ' '), `${' '.repeat(at - shift)}${carets}`, ...(hint === undefined ? [] : [hint])].join('\n    ') };
}
