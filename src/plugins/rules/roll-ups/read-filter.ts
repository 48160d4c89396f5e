import type { Catalog, CatalogObject } from '../../../metadata/catalog.ts';
import { compileAt } from '../../../metadata/expressions/compile-at.ts';
import { ExpressionError } from '../../../metadata/expressions/expression.ts';
import type { ExpressionScope } from '../../../metadata/expressions/scope.ts';
import { boolean } from '../../../metadata/expressions/types.ts';
import { ConditionError } from '../../../resolvers/filter/conditions/condition-error.ts';
import { parseFilter } from '../../../resolvers/filter/conditions/parse-filter.ts';
import { resolveMacro } from '../../../resolvers/filter/dates.ts';
import type { Filter } from '../../../resolvers/filter/filter.ts';
import type { SqlScope } from '../../../resolvers/filter/scope.ts';
import { filterToSql } from '../../../resolvers/filter/to-sql.ts';
import { expressionCondition } from '../../../resolvers/expressions/to-sql.ts';
import { fixedExpression, fixedField, otherRecords, type FixedValue } from './fixed-values.ts';
import { isImmutable } from './immutable.ts';

/** Which records count, and what decides about it. */
export interface RollUpFilter extends FixedValue {
  /** As a condition on the row of the scope. */
  sql(scope: SqlScope): string;
  /** An index can be made with the condition. */
  readonly immutable: boolean;
}

/** Reads a filter in any of its forms. Only values of the record itself may decide: a number that changes without a write could not be kept. */
export function readFilter(source: unknown, catalog: Catalog, child: CatalogObject, report: (message: string, hint?: string) => void): RollUpFilter | undefined {
  try {
    return typeof source === 'string' ? readExpression(source, catalog, child, report) : readCondition(source, catalog, child);
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    report(error.message, error.hint);
    return undefined;
  }
}

function readExpression(source: string, catalog: Catalog, child: CatalogObject, report: (message: string, hint?: string) => void): RollUpFilter | undefined {
  const scope: ExpressionScope = {
    catalog,
    object: child,
    expects: boolean,
    beforeRead(field, span) {
      try {
        if (field.object !== child.name) throw otherRecords(child);
        fixedField(field, child, catalog);
      } catch (error) {
        throw error instanceof ConditionError ? new ExpressionError(error.message, span, error.hint) : error;
      }
    },
  };
  const checked = compileAt(source, scope, report);
  return checked && { ...fixedExpression(checked, child, catalog), sql: (at) => expressionCondition(checked, at), immutable: isImmutable(checked.root) };
}

function readCondition(source: unknown, catalog: Catalog, child: CatalogObject): RollUpFilter {
  const filter = parseFilter(source, { catalog, object: child });
  const values = fieldsOf(filter, child).flatMap((name) => {
    const field = child.fields.get(name);
    return field ? [fixedField(field, child, catalog)] : [];
  });
  const formulas = values.flatMap((value) => value.formulas);
  return { fields: values.flatMap(({ fields }) => fields), formulas, sql: (scope) => filterToSql(filter, scope), immutable: formulas.length === 0 };
}

/** Fields that a filter looks at; refuses what moves with the time, or belongs to other records. */
function fieldsOf(filter: Filter, child: CatalogObject): readonly string[] {
  switch (filter.kind) {
    case 'always':
      return [];
    case 'and':
    case 'or':
      return filter.filters.flatMap((part) => fieldsOf(part, child));
    case 'not':
      return fieldsOf(filter.filter, child);
    case 'compare': {
      const values = [filter.operand.constant].flat();
      if (values.some((value) => typeof value === 'string' && resolveMacro(value, new Date()) !== undefined && isDate(child, filter.field))) {
        throw new ConditionError('the filter of a roll-up cannot depend on the time', 'Compare with a fixed date.');
      }
      return [filter.field];
    }
    case 'compareFields':
      return [filter.field, filter.other];
    default:
      throw otherRecords(child);
  }
}

function isDate(child: CatalogObject, name: string): boolean {
  const field = child.fields.get(name);
  const family = field?.type.filters(field);
  return family === 'date' || family === 'datetime';
}
