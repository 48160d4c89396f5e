import type { Catalog, CatalogObject } from '../../../metadata/catalog.ts';
import { isMapping } from '../../../metadata/definitions/reader.ts';
import { compileExpression } from '../../../metadata/expressions/check.ts';
import type { CheckedExpression } from '../../../metadata/expressions/checked.ts';
import { describeProblem } from '../../../metadata/expressions/report.ts';
import { boolean } from '../../../metadata/expressions/types.ts';
import type { Mistake } from '../values.ts';

/** Criteria: an expression, or a list of `{ field, operator, value }` that all hold. */
export function readCriteria(value: unknown, scope: { readonly object: CatalogObject; readonly catalog: Catalog }, mistake: Mistake): CheckedExpression | undefined {
  const source = Array.isArray(value) ? value.map((item: unknown) => conditionText(item, mistake)).join(' AND ') : value;
  if (typeof source !== 'string' && !(isMapping(source) && typeof source['source'] === 'string')) {
    mistake('must be an expression, or a list of conditions');
    return undefined;
  }
  const given = typeof source === 'string' ? source : { source: String(source['source']), dialect: typeof source['dialect'] === 'string' ? source['dialect'] : undefined };
  const result = compileExpression(given, { ...scope, previous: true, expects: boolean });
  if ('checked' in result) return result.checked;
  for (const problem of result.problems) {
    const { message, hint } = describeProblem(typeof given === 'string' ? given : given.source, problem);
    mistake(message, hint);
  }
  return undefined;
}

const operators: Readonly<Record<string, (field: string, value: string) => string>> = {
  equals: (field, value) => `${field} = ${value}`, not_equals: (field, value) => `${field} != ${value}`, greater_than: (field, value) => `${field} > ${value}`, less_than: (field, value) => `${field} < ${value}`,
  contains: (field, value) => `CONTAINS(${field}, ${value})`, starts_with: (field, value) => `STARTS_WITH(${field}, ${value})`, ends_with: (field, value) => `ENDS_WITH(${field}, ${value})`,
  changed: (field) => `ISCHANGED(${field})`, changes_to: (field, value) => `(ISCHANGED(${field}) AND ${field} = ${value})`,
};

function conditionText(item: unknown, mistake: Mistake): string {
  if (isMapping(item) && typeof item['field'] === 'string' && typeof item['operator'] === 'string') {
    const operator = Object.hasOwn(operators, item['operator']) ? operators[item['operator']] : undefined;
    if (operator) return operator(item['field'], item['value'] === undefined ? 'null' : JSON.stringify(item['value']));
  }
  mistake(`a condition is { field, operator, value }, found ${JSON.stringify(item)}`, `Operators: ${Object.keys(operators).join(', ')}.`);
  return 'false';
}
