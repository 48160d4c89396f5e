export type { Checked, CheckedExpression, ReadField } from './checked.ts';
export { checkExpression, compileExpression, type CheckResult } from './check.ts';
export { ExpressionError, type Expression, type ExpressionProblem, type ExpressionSource } from './expression.ts';
export { parseExpression, type ParsedExpression } from './parse.ts';
export { describeProblem } from './report.ts';
export type { ExpressionObject, ExpressionScope } from './scope.ts';
export type { ExpressionType } from './types.ts';
