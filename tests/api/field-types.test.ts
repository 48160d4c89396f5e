import { Decimal } from 'decimal.js';
import { getNamedType, isEnumType, isInputObjectType, isObjectType } from 'graphql';
import { beforeAll, expect, it } from 'vitest';
import { v7 as newId } from 'uuid';
import { complete } from '../../src/builder/build-schema.ts';
import type { CatalogField, CatalogObject } from '../../src/metadata/catalog.ts';
import { fieldTypes } from '../../src/metadata/field-types/index.ts';
import type { FilterFamily } from '../../src/metadata/field-type.ts';
import { setSealingKey } from '../../src/metadata/sealing.ts';
import { describeEachDatabase } from '../support/database.ts';
import { startPlatform, type TestPlatform } from '../support/platform.ts';
import { apiCases, computedDefinitions, computedTypes, objectOf, targets, variants, type ApiCase } from './field-type-cases.ts';

/** Sums of the widest numbers without a lost digit. */
const Exact = Decimal.clone({ precision: 60 });

type Row = Readonly<Record<string, unknown>>;
type Answer = Readonly<Record<string, Row & { readonly record: Row; readonly nodes: readonly Row[] }>>;

const all: readonly (ApiCase & { readonly name: string; readonly type: string })[] = [
  ...Object.entries(apiCases).map(([type, one]) => ({ name: type, type, ...one })),
  ...Object.entries(variants).map(([name, one]) => ({ name, ...one })),
];

it('knows every field type', () => {
  expect([...Object.keys(apiCases), ...computedTypes].sort()).toEqual([...fieldTypes.keys()].sort());
});

describeEachDatabase('field types through the API', (open) => {
  let app: TestPlatform;

  beforeAll(async () => {
    setSealingKey(Buffer.alloc(32, 7));
    const computed = computedTypes.map((type) => objectOf(type, type, { definition: computedDefinitions[type], low: 1, high: 2 }));
    app = await startPlatform({ database: await open(), objects: [{ name: 'target', fields: { name: 'text' } }, ...all.map((one) => objectOf(one.name, one.type, one)), ...computed] });
    const [a, b] = targets;
    await data(`mutation ($a: ID!, $b: ID!) {
      createTargets(input: [{ id: $a }, { id: $b }]) { count }
      createUsers(input: [{ id: $a, name: "A", email: "a@example.com" }, { id: $b, name: "B", email: "b@example.com" }]) { count }
      createTTrees(input: [{ id: $a }, { id: $b }]) { count }
    }`, { a, b });
    return async () => {
      await app.close();
      setSealingKey(undefined);
    };
  });

  async function data(document: string, variables: Row = {}): Promise<Answer> {
    const { data: found, errors } = await app.query(document, variables);
    expect(errors, document).toBeUndefined();
    return found as Answer;
  }

  it('leaves computed fields out, and says so', () => {
    for (const type of computedTypes) {
      expect(app.platform.catalog.objects.get(`t_${type}`)?.fields.has('value')).toBe(false);
      const warned = app.platform.diagnostics.filter(({ severity, message }) => severity === 'warning' && message.includes(type));
      expect(warned.map(({ message }) => message).join(), type).toMatch(/left out/);
    }
  });

  for (const one of all) {
    it(one.name, async () => {
      const object = app.platform.catalog.objects.get(`t_${one.name}`) as CatalogObject;
      const field = object.fields.get('value') as CatalogField;
      const { type: T, many } = object.names;
      const key = field.graphqlName;
      const schema = complete(app.platform.schema);
      const has = (type: string, name: string = key): boolean => {
        const found = schema.getType(type);
        return (isInputObjectType(found) || isObjectType(found)) && name in found.getFields();
      };
      const { low, high, shown: [lowShown, highShown] = [low, high], select = '' } = one;
      const relation = field.reference && !field.multiple ? 'value { id }' : '';
      const ids = [newId(), newId(), newId()];
      const nothing = field.column === undefined ? [] : null;

      // Created, and shown by the payload.
      const created = await data(`mutation ($input: [${T}CreateInput!]!) { made: create${many[0]?.toUpperCase() ?? ''}${many.slice(1)}(input: $input) { records { id ${key} ${select} } } }`, {
        input: [{ id: ids[0], [key]: low }, { id: ids[1], [key]: high }, { id: ids[2] }],
      });
      expect(created['made']?.['records']).toEqual([{ id: ids[0], [key]: lowShown }, { id: ids[1], [key]: highShown }, { id: ids[2], [key]: nothing }]);

      // Read back, the relation too.
      const back = await data(`query ($ids: [ID!]) { back: ${many}(where: { id: { in: $ids } }) { nodes { ${key} ${select} ${relation} } } }`, { ids });
      expect(back['back']?.nodes).toEqual([[low, lowShown], [high, highShown], [null, nothing]].map(([given, value]) => ({ [key]: value, ...(relation !== '' && { value: given === null ? null : { id: given } }) })));

      const places = async (args: string, types = '', variables: Row = {}): Promise<number[]> => {
        const answer = await data(`query ($ids: [ID!]${types}) { found: ${many}(${args}) { nodes { id } } }`, { ids, ...variables });
        return (answer['found']?.nodes ?? []).map(({ id }) => ids.indexOf(String(id)));
      };

      // Filtered by every operator that the schema offers for it.
      const family = field.type.filters(field);
      if (family === undefined || field.column === undefined) expect(has(`${T}Where`)).toBe(false);
      else {
        const where = schema.getType(`${T}Where`);
        const filter = isInputObjectType(where) ? getNamedType(where.getFields()[key]?.type) : undefined;
        if (!isInputObjectType(filter)) throw new Error(`${T}Where.${key} is no filter.`);
        const expected = operatorsOf(family, one);
        expect(Object.keys(filter.getFields()).sort()).toEqual([...Object.keys(expected), ...unsampled(family)].sort());
        for (const [operator, [operand, found]] of Object.entries(expected)) {
          const type = String(filter.getFields()[operator]?.type);
          expect(await places(`where: { id: { in: $ids }, ${key}: { ${operator}: $operand } }`, `, $operand: ${type}`, { operand }), operator).toEqual(found);
        }
      }

      // Sorted both ways, nulls on either end.
      const sortable = field.sortable && field.type.sortable;
      expect(has(`${T}OrderBy`)).toBe(sortable && field.column !== undefined);
      if (has(`${T}OrderBy`)) {
        for (const [order, found] of Object.entries({ ASC: [0, 1, 2], DESC: [2, 1, 0], ASC_NULLS_FIRST: [2, 0, 1], ASC_NULLS_LAST: [0, 1, 2], DESC_NULLS_FIRST: [2, 1, 0], DESC_NULLS_LAST: [1, 0, 2] })) {
          expect(await places(`where: { id: { in: $ids } }, orderBy: [{ ${key}: ${order} }]`), order).toEqual(found);
        }
      }

      // Aggregated by every function that the type has.
      const functions = field.column === undefined || field.multiple ? [] : field.type.aggregates.filter((name) => name !== 'count');
      // Floats are as near as their type comes; everything else is exact.
      const plain = (value: unknown) => new Exact(String(value)).toFixed();
      const total = () => new Exact(String(lowShown)).plus(String(highShown));
      for (const name of functions) {
        const answer = await data(`query ($ids: [ID!]) { all: ${many}Aggregate(where: { id: { in: $ids } }) { ${name} { ${key} } } }`, { ids });
        const value = (answer['all']?.[name] as Row)[key];
        switch (name) {
          case 'countDistinct': expect(value).toBe(2); break;
          case 'min': expect(value).toEqual(lowShown); break;
          case 'max': expect(value).toEqual(highShown); break;
          case 'sum': expect(plain(value)).toBe(plain(typeof value === 'number' ? total().toNumber() : total())); break;
          case 'avg': expect(plain(value)).toBe(plain(typeof value === 'number' ? total().div(2).toNumber() : total().div(2))); break;
          default: throw new Error(name);
        }
      }
      for (const name of ['countDistinct', 'sum', 'avg', 'min', 'max'] as const) expect(has(`${T}${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`), name).toBe(functions.includes(name));

      // Grouped.
      const groupable = field.type.groupable && !field.multiple && field.column !== undefined;
      expect(has(`${T}GroupKey`)).toBe(groupable);
      if (groupable) {
        const names = schema.getType(`${T}Field`);
        const by = isEnumType(names) ? names.getValues().find(({ extensions }) => (extensions as { objectos?: unknown }).objectos === 'value')?.name : undefined;
        const answer = await data(`query ($ids: [ID!]) { groups: ${object.names.one}Groups(by: [{ field: ${by ?? 'none'} }], where: { id: { in: $ids } }) { count key { ${key} } } }`, { ids });
        expect(answer['groups']).toEqual([lowShown, highShown, null].map((value) => ({ count: 1, key: { [key]: value } })));
      }

      // Changed, and cleared.
      const update = `mutation ($id: ID!, $input: ${T}UpdateInput!) { changed: update${T}(id: $id, input: $input) { record { version ${key} ${select} } } }`;
      expect((await data(update, { id: ids[2], input: { [key]: high } }))['changed']?.record).toEqual({ version: 2, [key]: highShown });
      expect((await data(update, { id: ids[2], input: { [key]: low } }))['changed']?.record).toEqual({ version: 3, [key]: lowShown });
      expect((await data(update, { id: ids[2], input: { [key]: null } }))['changed']?.record).toEqual({ version: 4, [key]: nothing });

      // Refused, by path, on create and update.
      for (const [value, code, path = []] of one.refused ?? []) {
        for (const document of [`mutation ($input: ${T}CreateInput!) { create${T}(input: $input) { record { id } } }`, update]) {
          const { data: none, errors } = await app.query(document, { input: { [key]: value }, ...(document === update && { id: ids[0] }) });
          expect(Object.values(none ?? {}), JSON.stringify(value)).toEqual([null]);
          expect(errors?.[0]?.extensions?.['problems'], JSON.stringify(value)).toEqual([{ path: ['input', key, ...path], code, message: expect.any(String) as string }]);
        }
      }
      for (const value of one.malformed ?? []) {
        const { data: none, errors } = await app.query(`mutation ($input: ${T}CreateInput!) { create${T}(input: $input) { record { id } } }`, { input: { [key]: value } });
        expect(none ?? null, JSON.stringify(value)).toBeNull();
        expect(errors?.map(({ extensions }) => extensions?.['code']), JSON.stringify(value)).toEqual(['BAD_REQUEST']);
      }
      const kept = await data(`query ($id: ID!) { kept: ${object.names.one}(id: $id) { ${key} ${select} } }`, { id: ids[0] });
      expect(kept['kept']).toEqual({ [key]: lowShown });
    });
  }
});

/** Ranges that count from now have tests of their own. */
function unsampled(family: FilterFamily): readonly string[] {
  return family === 'date' || family === 'datetime' ? ['withinLast', 'withinNext'] : [];
}

/** Operators of a family with an operand each, and the rows that match of [low, high, null]. */
function operatorsOf(family: FilterFamily, { low, high, part = high }: ApiCase): Readonly<Record<string, readonly [operand: unknown, found: readonly number[]]>> {
  const isNull = [true, [2]] as const;
  const equality = { eq: [low, [0]], ne: [low, [1, 2]], in: [[high, low], [0, 1]], notIn: [[low], [1, 2]], isNull } as const;
  const ordered = { ...equality, gt: [low, [1]], gte: [low, [0, 1]], lt: [high, [0]], lte: [high, [0, 1]], between: [[low, high], [0, 1]] } as const;
  switch (family) {
    case 'id': case 'enum':
      return equality;
    case 'boolean':
      return { eq: [low, [0]], ne: [low, [1, 2]], isNull };
    case 'int': case 'float': case 'decimal': case 'time':
      return ordered;
    case 'date': case 'datetime':
      return { ...ordered, lt: ['{today}', [0, 1]], within: ['THIS_YEAR', []] };
    case 'string': {
      const [a, b] = [String(low), String(high)];
      return {
        ...ordered, contains: [a.slice(1), [0]], notContains: [a.slice(1), [1, 2]], startsWith: [b.slice(0, -1), [1]], endsWith: [b.slice(1), [1]], icontains: [a.toUpperCase(), [0]],
        like: [`${a.slice(0, 1)}%${a.slice(3)}`, [0]], ilike: [`_${b.slice(1).toUpperCase()}`, [1]],
      };
    }
    case 'enumList': case 'stringList': {
      const [first] = low as readonly unknown[];
      const more = (high as readonly unknown[])[1];
      return { has: [more, [1]], hasSome: [[first, more], [0, 1]], hasEvery: [[first, more], [1]], isEmpty: [true, [2]], isNull };
    }
    case 'json': {
      const key = (value: unknown): string => Object.keys(value as object)[0] ?? '';
      const named = !Array.isArray(low);
      return { jsonContains: [part, [1]], hasKey: [named ? key(low) : 'none', named ? (key(low) in (high as object) ? [0, 1] : [0]) : []], isNull };
    }
  }
}
