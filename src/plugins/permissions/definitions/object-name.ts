import type { Catalog, CatalogObject } from '../../../metadata/catalog.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { Filter } from '../../../resolvers/filter/filter.ts';
import { ConditionError } from '../../../resolvers/filter/conditions/condition-error.ts';
import { parseFilter } from '../../../resolvers/filter/conditions/parse-filter.ts';
import { contextOf } from '../conditions/context-values.ts';
import { parseExpression } from '../conditions/parse-expression.ts';
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

export function conditionOf(source: unknown, catalog: Catalog, object: CatalogObject, report: (message: string, hint?: string) => void): Filter {
  try {
    const scope = { catalog, object, contextOf };
    return typeof source === 'string' ? parseExpression(source, scope) : parseFilter(source, scope);
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    report(error.message, error.hint);
    return { kind: 'always', value: false };
  }
}
