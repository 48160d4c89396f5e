import { buildSchema as fromSdl, getIntrospectionQuery, graphql, isInterfaceType, isObjectType, parse, validate, validateSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { complete } from '../../src/builder/build-schema.ts';
import { printSchema } from '../../src/builder/print-schema.ts';
import { account, build, contact } from './build.ts';

describe('a schema made on demand', () => {
  it('makes only what a document names', async () => {
    const definitions = Array.from({ length: 50 }, (_, index) => ({ name: `thing_${index}`, fields: { name: { type: 'text' } } }));
    let made = 0;
    const counting = { name: 'counting', version: '1.0.0', description: 'Counts types that are made.', schema: { fields: () => void made++ } };
    const schema = await build(definitions, { plugins: [counting] });
    made = 0;
    expect(validate(schema, parse('query ($where: Thing7Where) { thing7s(where: $where) { nodes { name } } }'))).toEqual([]);
    expect(made).toBeLessThan(10);
    complete(schema);
    expect(made).toBeGreaterThan(500);
  });

  it('is the schema that it prints', async () => {
    const schema = await build([account, contact]);
    const full = complete(schema);
    expect(validateSchema(full)).toEqual([]);
    expect(Object.keys(schema.getTypeMap()).toSorted()).toEqual(Object.keys(full.getTypeMap()).toSorted());
    expect(validateSchema(fromSdl(printSchema(schema)))).toEqual([]);
    expect(printSchema(await build([contact, account]))).toBe(printSchema(schema));
  });

  it('answers introspection as the complete schema does', async () => {
    const schema = await build([account, contact]);
    const sorted = async (each: typeof schema | ReturnType<typeof complete>) => {
      const { data } = (await graphql({ schema: each, source: getIntrospectionQuery() })) as unknown as { data: { __schema: { types: { name: string }[] } } };
      return data.__schema.types.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    };
    const lazy = await sorted(schema);
    expect(lazy).toEqual(await sorted(complete(schema)));
    expect(lazy.map(({ name }) => name)).toContain('AccountGroupOrderBy');
  });

  it('knows what it does not have, and suggests', async () => {
    const schema = await build([account]);
    expect(schema.getType('Nothing')).toBeUndefined();
    expect(schema.getType('__proto__')).toBeUndefined();
    expect(schema.getType('constructor')).toBeUndefined();
    expect('toString' in schema.getTypeMap()).toBe(false);
    const messages = (source: string) => validate(schema, parse(source)).map(({ message }) => message);
    expect(messages('query ($w: AcountWhere) { accounts(where: $w) { totalCount } }')).toContainEqual(expect.stringContaining('Did you mean "AccountWhere"'));
    expect(messages('{ acounts { totalCount } }')).toEqual(['Cannot query field "acounts" on type "Query". Did you mean "accounts" or "account"?']);
    expect(messages('query ($w: toString) { accounts { totalCount } }')).toContainEqual(expect.stringContaining('Unknown type "toString"'));
  });

  it('tells records behind Node apart', async () => {
    const schema = await build([account, contact], { resolvers: { query: (_parent, _args, _context, info) => (info.fieldName === 'node' ? { $type: 'Contact', id: 'c', email: 'a@b.c' } : null), mutation: () => null, linked: () => () => null } });
    const node = schema.getType('Node');
    const type = schema.getType('Account');
    if (!isInterfaceType(node) || !isObjectType(type)) throw new Error('Node and Account are missing.');
    expect(schema.isSubType(node, type)).toBe(true);
    expect(schema.getPossibleTypes(node).map(({ name }) => name)).toEqual(['Account', 'Contact']);
    expect(await graphql({ schema, source: '{ node(id: "c") { id __typename ... on Contact { email } ... on Account { name } } }' })).toEqual({
      data: { node: { id: 'c', __typename: 'Contact', email: 'a@b.c' } },
    });
  });

  it('has no Mutation where nothing can be written', async () => {
    const schema = await build([{ ...account, enable: { apiMethods: ['get', 'list'] } }]);
    expect(schema.getMutationType()).toBeUndefined();
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual(['node', 'nodes', 'metadata', 'account', 'accounts']);
    expect(schema.getType('AccountCreateInput')).toBeUndefined();
    expect(validateSchema(complete(schema))).toEqual([]);
  });

  it('shows nothing of internal fields and of objects without an API', async () => {
    const schema = await build([account, { ...contact, enable: { apiEnabled: false } }]);
    expect(printSchema(schema)).not.toMatch(/secret|contact/i);
    expect(validateSchema(complete(schema))).toEqual([]);
  });
});
