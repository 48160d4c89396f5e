import { expect, it } from 'vitest';
import { compileCatalog } from '../../../src/metadata/compile.ts';
import { fieldTypes } from '../../../src/metadata/field-types/index.ts';
import { typeCases } from './cases.ts';
import { makeField } from './make-field.ts';

it('definitions of every type load without a warning and get the same column and GraphQL type', () => {
  // A tree of one object needs no master, and users come with a plugin; computed types need one that computes them.
  const elsewhere = new Set(['master_detail', 'user', 'formula', 'summary', 'autonumber']);
  const cases = typeCases.filter(({ definition }) => !elsewhere.has(definition.type));
  const fields = Object.fromEntries(cases.map(({ definition }, index) => [`field_${index}`, definition]));
  const { catalog, diagnostics } = compileCatalog({ definitions: [{ name: 'thing', fields: { ...fields, name: { type: 'text' } } }], fieldTypes });
  expect(diagnostics).toEqual([]);
  const thing = catalog.objects.get('thing');
  const linked = cases.map((_, index) => {
    const field = thing?.fields.get(`field_${index}`);
    return field && [field.type.column(field)?.pgType, field.type.graphql(field)];
  });
  const expected = cases.map(({ definition }) => {
    const field = makeField(definition);
    return [field.type.column(field)?.pgType, field.type.graphql(field)];
  });
  expect(linked).toEqual(expected);
  for (const [index, { refuses }] of cases.entries()) {
    const field = thing?.fields.get(`field_${index}`);
    for (const [input, code] of refuses) {
      expect(field?.type.coerce(input, field)).toMatchObject({ problem: { code } });
    }
  }
});
