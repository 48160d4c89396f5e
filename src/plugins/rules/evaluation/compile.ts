import type { CheckedExpression } from '../../../metadata/expressions/checked.ts';
import { compileAt, type ReportMistake } from '../../../metadata/expressions/compile-at.ts';
import type { ExpressionSource } from '../../../metadata/expressions/expression.ts';
import type { ExpressionScope } from '../../../metadata/expressions/scope.ts';
import { boolean } from '../../../metadata/expressions/types.ts';
import * as z from 'zod';

/** What definitions may write where an expression is meant. */
export const expressionShape = z.union([z.string().min(1), z.looseObject({ dialect: z.string().optional(), source: z.string().min(1) })]);

/** A condition about a record that is written, judged by the platform. */
export function compileCondition(given: ExpressionSource, { object, catalog }: Pick<ExpressionScope, 'object' | 'catalog'>, report: ReportMistake): CheckedExpression | undefined {
  return compileAt(given, { catalog, object, previous: true, finds: true, expects: boolean }, report);
}
