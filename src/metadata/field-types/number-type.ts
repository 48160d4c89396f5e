import type { CatalogField } from '../catalog.ts';
import type { FieldType } from '../field-type.ts';
import type { TypeParts } from './define.ts';
import { defineType } from './define.ts';
import { digitKeys, rangeKeys } from './definition.ts';
import { numericAggregates } from './families.ts';
import type { NumberLimits, NumberStorage } from './numbers.ts';
import { checkNumber, coerceNumber, limitsOf, numberColumn, numberFilters, numberGraphql, numberJson, numberStorage } from './numbers.ts';

/** A type stored as a number; `storage` and `limits` are what differs between them. */
export function numberType(
  parts: Partial<TypeParts> & {
    readonly name: string;
    readonly description: string;
    readonly storage?: (field: CatalogField) => NumberStorage;
    readonly limits?: (field: CatalogField) => NumberLimits;
  },
): FieldType {
  const { storage = numberStorage, limits = limitsOf, keys, ...rest } = parts;
  return defineType({
    column: (field) => numberColumn(storage(field)),
    graphql: (field) => numberGraphql(storage(field)),
    filters: (field) => numberFilters(storage(field)),
    sortable: true,
    groupable: true,
    aggregates: numericAggregates,
    json: (sql, field) => numberJson(sql, storage(field)),
    check: checkNumber,
    coerce: (value, field) => coerceNumber(value, storage(field), limits(field)),
    ...rest,
    keys: keys ?? { ...rangeKeys, ...digitKeys },
  });
}
