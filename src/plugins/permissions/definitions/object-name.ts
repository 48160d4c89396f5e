import type { Catalog, CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import { compileAt, type ReportMistake } from '../../../metadata/expressions/compile-at.ts';
import { ExpressionError, type Span } from '../../../metadata/expressions/expression.ts';
import { boolean } from '../../../metadata/expressions/types.ts';
import { suggest } from '../../../metadata/nearest.ts';
import { expressionFilter } from '../../../resolvers/expressions/to-filter.ts';
import { guardCaller } from '../../../resolvers/expressions/guard-caller.ts';
import type { Filter } from '../../../resolvers/filter/filter.ts';
import { ConditionError } from '../../../resolvers/filter/conditions/condition-error.ts';
import { parseFilter } from '../../../resolvers/filter/conditions/parse-filter.ts';
import { contextOf, withoutTemplates } from '../conditions/context-values.ts';
import type { Reader } from '../../../metadata/definitions/reader.ts';

/** The object that a definition names. */
export function objectNamed(catalog: Catalog, reader: Reader, key: string, name: string): CatalogObject | undefined {
  const object = catalog.objects.get(name);
  if (!object && name !== '') reader.error([key], `there is no object "${name}"`, suggest(name, [...catalog.objects.keys()]));
  return object;
}

/** A condition on rows; what cannot be understood is reported and gives a condition that nothing meets. Without the object it is not looked at. */
export function readCondition(reader: Reader, catalog: Catalog, object: CatalogObject | undefined, ...names: readonly string[]): Filter | undefined {
  const found = reader.raw(...names);
  return object && found && conditionOf(found.value, catalog, object, (message, hint) => { reader.error([found.key], message, hint); });
}

export function conditionOf(source: unknown, catalog: Catalog, object: CatalogObject, report: ReportMistake): Filter {
  try {
    return (typeof source === 'string' ? readExpression(source, catalog, object, report) : parseFilter(source, { catalog, object, contextOf })) ?? nothing;
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    report(error.message, error.hint);
    return nothing;
  }
}

const nothing: Filter = { kind: 'always', value: false };

/** An expression about stored values of the record and the records that lookups lead to. */
function readExpression(source: string, catalog: Catalog, object: CatalogObject, report: ReportMistake): Filter | undefined {
  const checked = compileAt(withoutTemplates(source), { catalog, object, expects: boolean, beforeRead: requireStored }, report);
  return checked && expressionFilter({ ...checked, root: guardCaller(checked.root) }, object, catalog);
}

function requireStored({ object, name, column, internal, type }: CatalogField, span: Span): void {
  if (internal || column === undefined || type.confidential === true) throw new ExpressionError(`${object}.${name} cannot be compared`, span, 'Use a field that is stored and can be read.');
}
