import { beforeAll, describe, expect, it } from 'vitest';
import { DefinitionError } from '../../../src/metadata/diagnostic.ts';
import type { Plugin, PluginName } from '../../../src/kernel/plugin.ts';
import { federation } from '../../../src/plugins/federation/index.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { recording } from '../../support/recording.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { compileYaml, sdlOf } from './compile-yaml.ts';

const id = (number: number): string => `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;

const objects = [
  {
    name: 'product', sharingModel: 'public_read',
    fields: {
      sku: { type: 'text', unique: true },
      factor: { type: 'number', scale: 0, visible_to: ['chief'] },
      weight: { type: 'number', scale: 2, min: 0, federation: { external: true } },
      grade: { type: 'select', options: ['Fine', 'Coarse'], federation: { external: true } },
      since: { type: 'date', required: true, federation: { external: true } },
      secret: { type: 'text', maxLength: 5, visible_to: ['chief'], federation: { external: true } },
      shipping: { type: 'formula', expression: 'weight * 2' },
      dear: { type: 'formula', expression: 'shipping > 10 && grade = "fine"' },
      year: { type: 'formula', expression: 'YEAR(since)' },
      told: { type: 'formula', expression: 'UPPER(secret)' },
      scaled: { type: 'formula', expression: 'weight * factor' },
    },
  },
];
const definitions = [{ kind: 'profile', value: [{ name: 'chief', objects: { '*': { viewAllRecords: true } } }, { name: 'staff', objects: { product: { allowRead: true } } }, { name: 'admin', objects: { '*': { modifyAllRecords: true } }, systemPermissions: ['manage_users'] }] }] as const;
const data = [{ object: 'product', externalId: 'sku', records: [{ id: id(1), sku: 'A1', factor: 10 }, { id: id(2), sku: 'B2', factor: 20 }] }];

const label: Plugin = {
  name: 'label' as PluginName, version: '1.0.0', description: 'Labels products.',
  schema: { extend: (schema) => schema.addRecordField({ object: 'product', name: 'label', type: 'String', needs: ['sku', 'weight'], resolve: ({ sku, weight }) => `${String(sku)} (${String(weight)} kg)` }) },
};

describeEachDatabase('values that a gateway brings along', (open) => {
  let app: TestPlatform;
  let statements: string[] = [];
  const entities = async (fields: string, list: readonly Record<string, unknown>[], profile = 'chief') =>
    app.as({ userId: id(9), profile }).query(`query ($list: [_Any!]!) { _entities(representations: $list) { ... on Product { ${fields} } } }`, { list: list.map((each) => ({ __typename: 'Product', ...each })) });

  beforeAll(async () => {
    const database = recording(await open(), ({ text }) => void statements.push(text));
    app = await startPlatform({ objects, data, database, plugins: [permissions({ definitions }), rules(), label, federation({ mode: 'test' })], open: false });
  });

  it('reach formulas and formulas of formulas, each its own record, in one statement', async () => {
    const list = [{ sku: 'B2', weight: '6.5', grade: 'FINE' }, { id: id(1), weight: 1, grade: 'FINE' }, { sku: 'A1', weight: '7.00', grade: 'COARSE' }, { sku: 'A1', weight: null }];
    await entities('sku shipping dear', list);
    statements = [];
    expect(await entities('sku shipping dear', list)).toEqual({
      data: { _entities: [{ sku: 'B2', shipping: '13', dear: true }, { sku: 'A1', shipping: '2', dear: false }, { sku: 'A1', shipping: '14', dear: false }, { sku: 'A1', shipping: null, dear: false }] },
    });
    expect(statements).toHaveLength(1);
  });

  it('reach fields with resolvers of their own', async () => {
    expect(await entities('label', [{ sku: 'A1', weight: '2.5' }, { sku: 'B2', weight: '3' }])).toEqual({ data: { _entities: [{ label: 'A1 (2.50 kg)' }, { label: 'B2 (3.00 kg)' }] } });
  });

  it('are checked as inputs are, and a wrong one refuses its own entity only', async () => {
    const list = [{ sku: 'A1', weight: 'heavy' }, { sku: 'B2', weight: 1 }, { sku: 'A1', weight: -1 }, { sku: 'A1', weight: { $: 1 } }, { sku: 'A1', weight: '2"; DROP TABLE product' }];
    for (const field of ['shipping', 'label']) {
      const { data: answer, errors = [] } = await entities(field, list);
      expect((answer as { _entities: unknown[] })._entities.map((entity) => entity === null)).toEqual([true, false, true, true, true]);
      expect(errors.map(({ path, extensions }) => [path, extensions?.['code']])).toEqual([0, 2, 3, 4].map((index) => [['_entities', index], 'BAD_REQUEST']));
      expect(errors[0]?.message).toMatch(/^representations\[0\]: weight of Product is not as it should be: /);
    }
    expect((await entities('dear', [{ sku: 'A1', grade: 'BRIGHT' }])).errors).toMatchObject([{ path: ['_entities', 0] }]);
    expect((await entities('year', [{ sku: 'A1', since: '2026-02-30' }])).errors).toMatchObject([{ path: ['_entities', 0] }]);
    expect((await entities('year', [{ sku: 'A1' }, { sku: 'A1', since: '2026-02-03' }]))).toMatchObject({ data: { _entities: [null, { year: '2026' }] }, errors: [{ path: ['_entities', 0] }] });
  });

  it('that the question does not need are not looked at', async () => {
    expect(await entities('sku', [{ sku: 'A1', weight: 'heavy' }])).toEqual({ data: { _entities: [{ sku: 'A1' }] } });
  });

  it('open no field that the caller may not read, and no record', async () => {
    const list = [{ sku: 'A1', weight: 2, factor: 99, secret: 'x' }, { id: id(7), weight: 2 }];
    expect((await entities('told scaled', list)).data).toEqual({ _entities: [{ told: 'X', scaled: '20' }, null] });
    const asStaff = await entities('told scaled factor shipping', list, 'staff');
    expect(asStaff.data).toEqual({ _entities: [{ told: null, scaled: null, factor: null, shipping: '4' }, null] });
    expect(asStaff.errors?.every(({ extensions }) => extensions?.['code'] === 'FORBIDDEN')).toBe(true);
  });

  it('are null where nobody brings them, and nothing is asked by them', async () => {
    const asChief = app.as({ userId: id(9), profile: 'chief' });
    expect((await asChief.query('{ product(by: { sku: "A1" }) { weight shipping label year } }')).data).toEqual({ product: { weight: null, shipping: null, label: 'A1 (null kg)', year: null } });
    for (const refused of ['products(where: { weight: { gt: "1" } }) { totalCount }', 'products(where: { shipping: { gt: "1" } }) { totalCount }', 'products(orderBy: [{ shipping: ASC }]) { totalCount }', 'productsAggregate { sum { weight } }']) {
      expect((await asChief.query(`{ ${refused} }`)).errors?.[0]?.message).toMatch(/is not defined|Cannot query/);
    }
  });
});

describe('the SDL of fields of others', () => {
  it('says what fields need, of the types that they have there', async () => {
    const sdl = await sdlOf(`name: product
fields:
  sku: { type: text, unique: true }
  weight: { type: number, scale: 0, required: true, federation: { external: true } }
  height: { type: number, federation: { external: true } }
  idle: { type: text, federation: { external: true } }
  shipping: { type: formula, returnType: number, expression: weight * height }
  dear: { type: formula, expression: shipping > 10 }`);
    expect(sdl).toContain('import: ["@key", "@external", "@requires", "@shareable"]');
    expect(sdl).toContain('weight: Int! @external');
    expect(sdl).toContain('height: Float @external');
    expect(sdl).toContain('shipping: Float @requires(fields: "weight height")');
    expect(sdl).toContain('dear: Boolean @requires(fields: "weight height")');
    expect(sdl).not.toContain('idle');
    expect(sdl).not.toMatch(/input ProductCreateInput {[^}]*weight/);
  });

  it.each([
    ['a value of several parts', 'place: { type: address, federation: { external: true } }', 'product.place: a value of type address cannot come from another subgraph'],
    ['several values', 'tags: { type: tags, federation: { external: true } }', 'product.tags: a value of type tags cannot come from another subgraph'],
    ['a computed field', 'total: { type: formula, expression: 1 + 1, federation: { external: true } }', 'product.total: a value of type formula cannot come from another subgraph'],
    ['a key', 'sku: { type: text, unique: true, federation: { external: true } }', 'product.sku: a text cannot be unique'],
    ['a default', 'sku: { type: text, defaultValue: x, federation: { external: true } }', 'product.sku: a text is computed and takes no default'],
    ['what the other subgraph says', 'sku: { type: text, federation: { external: true, tags: [x] } }', 'product.sku: says something of a field that another subgraph has'],
    ['a part of a value', 'place: { type: composite, fields: { street: { type: text, federation: { tags: [x] } } } }', 'product.place: product.place.street is a part of a value, of which "federation" says nothing'],
    ['a rule that reads it', 'weight: { type: number, federation: { external: true } }\n  sku: { type: text, requiredWhen: weight > 1 }', 'product.weight is known only while a gateway asks for the record'],
    ['a copy that is not there', 'shop_sku: { type: lookup, reference: { subgraph: x, type: Article, key: sku, provides: { title: shop_title } } }', 'product.shop_sku: product has no field "shop_title"'],
    ['a copy of a key', 'shop_sku: { type: lookup, reference: { subgraph: x, type: Article, key: sku, provides: { sku: shop_sku } } }', 'product.shop_sku: sku is the key of Article, which is known anyway'],
    ['copies of several types', 'a: number\n  b: text\n  shop_sku: { type: lookup, reference: { subgraph: x, type: Article, key: sku, provides: { title: a } } }\n  gift_sku: { type: lookup, reference: { subgraph: x, type: Article, key: sku, provides: { title: b } } }', 'product.gift_sku: Article.title is String here and Float elsewhere'],
  ])('refuses %s', async (_what, fields, problem) => {
    const error = await compileYaml(`name: product\nfields:\n  name: text\n  ${fields}`).then(() => undefined, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DefinitionError);
    expect((error as DefinitionError).message).toContain(problem);
  });

  it('refuses such fields of objects that are no entities, and formulas of other objects that read them', async () => {
    await expect(sdlOf('name: product\nfederation: { entity: false }\nfields: { weight: { type: number, federation: { external: true } } }')).rejects.toThrow('product is no entity, so that no gateway brings values along');
    const other = 'name: product\nfields: { weight: { type: number, federation: { external: true } } }\n---\nname: line\nfields: { product: { type: lookup, reference: product }, heavy: { type: formula, expression: product.weight > 3 } }';
    await expect(sdlOf(other)).rejects.toThrow('product.weight is known only while a gateway asks for the record');
  });
});
