import { compileExpression } from './check.ts';
import type { CheckedExpression } from './checked.ts';
import type { ExpressionSource } from './expression.ts';
import { describeProblem } from './report.ts';
import type { ExpressionScope } from './scope.ts';

/** Reports a mistake at a place of the definition. */
export type ReportMistake = (message: string, hint?: string) => void;

/** Undefined when the expression has a mistake, which is reported with a caret under it. */
export function compileAt(given: ExpressionSource, scope: ExpressionScope, report: ReportMistake): CheckedExpression | undefined {
  const result = compileExpression(given, scope);
  if ('checked' in result) return result.checked;
  for (const problem of result.problems) {
    const { message, hint } = describeProblem(typeof given === 'string' ? given : given.source, problem);
    report(message, hint);
  }
  return undefined;
}
