import { DirectiveLocation, GraphQLDirective, GraphQLList, GraphQLNonNull, GraphQLString, graphql, isObjectType, validateSchema, type GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { complete } from '../../src/builder/build-schema.ts';
import { printSchema } from '../../src/builder/print-schema.ts';
import { account, build, contact, plugin } from './build.ts';

function fieldOf(schema: GraphQLSchema, type: string, field: string) {
  const found = schema.getType(type);
  return isObjectType(found) ? found.getFields()[field] : undefined;
}

const permission = new GraphQLDirective({
  name: 'permission',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: { read: { type: new GraphQLList(new GraphQLNonNull(GraphQLString)) } },
});

describe('the schema phase', () => {
  it('adds fields to all types of a role', async () => {
    const automations = plugin('automations', {
      fields: ({ role, object }) => (role === 'payload' ? { automations: { type: '[String!]!', description: `Of ${object ?? ''}.`, resolve: () => [] } } : undefined),
    });
    const schema = await build([account, contact], { plugins: [automations] });
    expect(fieldOf(schema, 'AccountPayload', 'automations')?.description).toBe('Of account.');
    expect(fieldOf(schema, 'ContactPayload', 'automations')?.type.toString()).toBe('[String!]!');
    expect(fieldOf(schema, 'AccountBulkPayload', 'automations')).toBeUndefined();
    expect(validateSchema(complete(schema))).toEqual([]);
  });

  it('prints directives that it applies to fields, and wraps resolvers', async () => {
    const guard = plugin('guard', {
      directives: [permission],
      field: (field, { type, catalogField }) =>
        type.role === 'record' && catalogField?.name === 'revenue' ? { ...field, directives: [...(field.directives ?? []), { name: 'permission', args: { read: ['sales'] } }] }
        : type.name === 'Query' && field.source?.kind === 'record' ? { ...field, resolve: () => ({ name: 'wrapped' }) }
        : field,
    });
    const schema = await build([account], { plugins: [guard] });
    const sdl = printSchema(schema);
    expect(sdl).toContain('directive @permission(read: [String!]) on FIELD_DEFINITION');
    expect(sdl).toContain('revenue: Decimal @permission(read: ["sales"])');
    expect(sdl).toContain('name: String @semanticNonNull');
    expect(await graphql({ schema, source: '{ account(id: "1") { name } }' })).toEqual({ data: { account: { name: 'wrapped' } } });
  });

  it('adds types as data and types made with Pothos, which refer to each other', async () => {
    const rates = plugin('rates', {
      extend(schema) {
        schema.addType('Rate', { kind: 'object', role: 'shared', fields: () => ({ value: { type: 'Decimal!' }, account: { type: 'Account' }, source: { type: 'RateSource' } }) });
        schema.builder.objectRef<object>('RateSource').implement({ fields: (t) => ({ name: t.string({ resolve: () => 'ECB' }), decimal: t.field({ type: 'Decimal', resolve: () => '1.0' }) }) });
        schema.builder.queryField('pothos', (t) => t.string({ args: { word: t.arg.string({ required: true }) }, resolve: (_parent, { word }) => `${word}!` }));
        schema.addFields('Query', { rate: { type: 'Rate!', resolve: () => ({ value: '1.10', source: {} }) } });
      },
    });
    const schema = await build([account], { plugins: [rates] });
    expect(validateSchema(complete(schema))).toEqual([]);
    expect(await graphql({ schema, source: '{ pothos(word: "Hi") rate { value source { name decimal } } }' })).toEqual({
      data: { pothos: 'Hi!', rate: { value: '1.10', source: { name: 'ECB', decimal: '1.0' } } },
    });
  });

  it('extends generated types through Pothos refs', async () => {
    const extra = plugin('extra', { extend: ({ builder, ref }) => builder.objectField(ref('Account'), 'initials', (t) => t.string({ resolve: () => 'AB' })) });
    const schema = await build([account], { plugins: [extra], resolvers: { query: () => ({}), mutation: () => null, linked: () => () => null } });
    expect(await graphql({ schema, source: '{ account(id: "1") { initials } }' })).toEqual({ data: { account: { initials: 'AB' } } });
    expect(fieldOf(schema, 'Account', 'name')).toBeDefined();
  });

  it('has a Subscription type only when a plugin follows something', async () => {
    expect((await build([account])).getSubscriptionType()).toBeUndefined();
    expect(complete(await build([account])).getType('Subscription')).toBeUndefined();
    const ticks = plugin('ticks', { extend: (schema) => schema.addFields('Subscription', { tick: { type: 'Int!', subscribe: () => (async function* () { yield { tick: 1 }; })() } }) });
    const schema = await build([account], { plugins: [ticks] });
    expect(Object.keys(schema.getSubscriptionType()?.getFields() ?? {})).toEqual(['tick']);
    expect(printSchema(schema)).toContain('type Subscription {\n  tick: Int!\n}');
  });

  it('stops the start where two parties clash, and names both', async () => {
    const adds = (name: string) => plugin(name, { extend: (schema) => schema.addFields('Account', { score: { type: 'Int' } }) });
    await expect(build([account], { plugins: [adds('one'), adds('two')] })).rejects.toThrow('The field Account.score is declared twice, by plugin one and by plugin two. Rename one of them.');
    const own = plugin('own', { extend: (schema) => schema.addFields('Account', { revenue: { type: 'Int' } }) });
    await expect(build([account], { plugins: [own] })).rejects.toThrow('The field Account.revenue is declared twice, by object account and by plugin own.');
    const everywhere = plugin('everywhere', { fields: ({ role }) => (role === 'record' ? { revenue: { type: 'Int' } } : undefined) });
    await expect(build([account], { plugins: [everywhere] })).rejects.toThrow('The field Account.revenue is declared twice, by object account and by plugin everywhere.');
    const type = plugin('typed', { extend: (schema) => schema.addType('AccountWhere', { kind: 'input', fields: () => ({ a: { type: 'Int' } }) }) });
    await expect(build([account], { plugins: [type] })).rejects.toThrow('The GraphQL type AccountWhere is declared twice, by object account and by plugin typed.');
    const pothos = plugin('pothos', { extend: ({ builder, ref }) => builder.objectField(ref('Account'), 'revenue', (t) => t.string({ resolve: () => '' })) });
    await expect(build([account], { plugins: [pothos] })).rejects.toThrow('A plugin adds the field Account.revenue, which object account has already.');
    const pothosType = plugin('pothosType', { extend: ({ builder }) => void builder.objectRef('AccountWhere').implement({ fields: (t) => ({ a: t.string({ resolve: () => '' }) }) }) });
    await expect(build([account], { plugins: [pothosType] })).rejects.toThrow('A plugin makes the GraphQL type AccountWhere, which object account has already. Give it another name.');
    const twice = plugin('twice', { directives: [new GraphQLDirective({ name: 'atomic', locations: [DirectiveLocation.QUERY] })] });
    await expect(build([account], { plugins: [twice] })).rejects.toThrow('The directive @atomic is declared twice, by the platform and by plugin twice.');
  });

  it('refuses what does not exist, by name', async () => {
    const wrongType = plugin('wrong', { extend: (schema) => schema.addFields('Acount', { a: { type: 'Int' } }) });
    await expect(build([account], { plugins: [wrongType] })).rejects.toThrow('Plugin wrong adds fields to the type Acount, which does not exist.');
    const wrongObject = plugin('wrong', { extend: (schema) => schema.addRecordField({ object: 'acount', name: 'a', type: 'Int', resolve: () => 1 }) });
    await expect(build([account], { plugins: [wrongObject] })).rejects.toThrow('Plugin wrong adds the field a to the object acount, which does not exist or has no API.');
    const wrongNeed = plugin('wrong', { extend: (schema) => schema.addRecordField({ object: 'account', name: 'a', type: 'Int', needs: ['revenu'], resolve: () => 1 }) });
    await expect(build([account], { plugins: [wrongNeed] })).rejects.toThrow('The field account.a of plugin wrong needs the field revenu, which account does not have.');
    const wrongReference = plugin('wrong', { extend: (schema) => schema.addFields('Account', { a: { type: '[Rate!]' } }) });
    await expect(build([account], { plugins: [wrongReference] })).rejects.toThrow('No GraphQL type is called Rate');
  });
});
