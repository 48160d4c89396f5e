import { compileExpression } from '../../../metadata/expressions/check.ts';
import type { CheckedExpression } from '../../../metadata/expressions/checked.ts';
import type { ExpressionSource } from '../../../metadata/expressions/expression.ts';
import { describeProblem } from '../../../metadata/expressions/report.ts';
import type { ExpressionScope } from '../../../metadata/expressions/scope.ts';
import { boolean } from '../../../metadata/expressions/types.ts';
import * as z from 'zod';

/** What definitions may write where an expression is meant. */
export const expressionShape = z.union([z.string().min(1), z.looseObject({ dialect: z.string().optional(), source: z.string().min(1) })]);

/** Reports a mistake at a place of the definition. */
export type ReportMistake = (message: string, hint?: string) => void;

/** Undefined when the expression has a mistake, which is reported with a caret under it. */
export function compileAt(given: ExpressionSource, scope: ExpressionScope, report: ReportMistake): CheckedExpression | undefined {
  const result = compileExpression(given, scope);
  if ('checked' in result) return result.checked;
  for (const problem of result.problems) {
    const { message, hint } = describeProblem(sourceText(given), problem);
    report(message, hint);
  }
  return undefined;
}

/** A condition about a record that is written. */
export function compileCondition(given: ExpressionSource, { object, catalog }: Pick<ExpressionScope, 'object' | 'catalog'>, report: ReportMistake): CheckedExpression | undefined {
  return compileAt(given, { catalog, object, previous: true, expects: boolean }, report);
}

export function sourceText(given: ExpressionSource): string {
  return typeof given === 'string' ? given : given.source;
}
