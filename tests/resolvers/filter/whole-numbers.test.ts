import { expect, it } from 'vitest';
import { compileCatalog } from '../../../src/metadata/compile.ts';
import { fieldTypes } from '../../../src/metadata/field-types/index.ts';
import { systemAccess } from '../../../src/resolvers/access.ts';
import { constant, type FilterOperator } from '../../../src/resolvers/filter/filter.ts';
import { objectNamed } from '../../../src/resolvers/filter/scope.ts';
import { filterToSql } from '../../../src/resolvers/filter/to-sql.ts';
import { BindList } from '../../../src/resolvers/sql/binds.ts';

it.each([
  ['eq', '5', 't."serial" = $1::int8'], ['in', ['5', '2.5'], 't."serial" = ANY($1::int8[])'], ['gt', '5.5', 't."serial" >= $1::int8'], ['lte', '5.5', 't."serial" <= $1::int8'], ['between', ['1', '9'], 't."serial" BETWEEN $1::int8 AND $2::int8'],
] as const)('compares whole numbers of 64 bits by %s in their own type, so that an index serves it', (operator: FilterOperator, value: unknown, expected) => {
  const { catalog } = compileCatalog({ definitions: [{ name: 'thing', fields: { serial: { type: 'number', precision: 18, scale: 0 } } }], fieldTypes });
  const scope = { object: objectNamed(catalog, 'thing'), alias: 't', catalog, access: systemAccess, binds: new BindList() };
  expect(filterToSql({ kind: 'compare', field: 'serial', operator, operand: constant(value) }, scope)).toBe(expected);
});
