import { buildClientSchema, buildSchema as fromSdl, getIntrospectionQuery, isEnumType, isInputObjectType, isObjectType, printSchema, validateSchema, type GraphQLSchema, type IntrospectionQuery } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { identity } from '../../../src/plugins/identity/index.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { anonymous, systemCaller } from '../../../src/resolvers/caller.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const me = '018f0000-0000-7000-8000-000000000001';

const objects = [
  {
    name: 'account', sharingModel: 'public_read', search: { fields: ['name'] },
    fields: {
      name: { type: 'text' }, code: { type: 'text', unique: true, externalId: true, visible_to: ['finance'] }, revenue: { type: 'currency', visible_to: ['finance'] },
      stage: { type: 'select', options: ['open', 'won'], visible_to: ['finance'] }, place: { type: 'address', visible_to: ['finance'] }, rating: { type: 'number', editable_by: ['finance'] },
      manager: { type: 'lookup', reference: 'sys_user', visible_to: ['finance'] }, note: { type: 'text', maskingRule: { strategy: 'redact', exemptRoles: ['finance'] } },
    },
  },
  { name: 'contact', sharingModel: 'public_read', fields: { name: { type: 'text' }, account: { type: 'lookup', reference: 'account' } } },
  { name: 'payslip', sharingModel: 'public_read', fields: { amount: { type: 'currency' }, contact: { type: 'lookup', reference: 'contact' } } },
  { name: 'letter', sharingModel: 'public_read', fields: { text: { type: 'text' } } },
];
const all = { allowCreate: true, allowRead: true, allowEdit: true, allowDelete: true };
const definitions = [
  {
    kind: 'profile',
    value: [
      { name: 'reader', objects: { account: { allowRead: true }, contact: { allowRead: true } } },
      { name: 'clerk', objects: { account: all, contact: { allowRead: true, allowCreate: true }, letter: { allowCreate: true } }, fields: { 'contact.account': { readable: true, filterable: false, sortable: false, aggregatable: false } } },
      { name: 'finance', objects: { account: all, contact: all, payslip: all, letter: all, sys_user: { allowRead: true } }, fields: { 'contact.account': { readable: true, editable: true } } },
    ],
  },
] as const;

const custom: Plugin = {
  name: 'custom', version: '1.0.0', description: 'Custom fields.',
  schema: {
    extend(schema) {
      const only = [{ name: 'permission', args: { read: ['finance'] } }];
      schema.addType('Ledger', { kind: 'object', role: 'shared', directives: only, fields: () => ({ sum: { type: 'Int' } }) });
      schema.addFields('Query', { ledger: { type: 'Ledger', resolve: () => null }, open: { type: 'Int', resolve: () => 1 } });
      schema.addFields('Mutation', { close: { type: 'Int', directives: [{ name: 'permission', args: { edit: ['finance'] } }], resolve: () => 1 } });
      schema.addRecordField({ object: 'account', name: 'revenueText', type: 'String', needs: ['revenue'], resolve: ({ revenue }) => String(revenue) });
    },
  },
};

const query = getIntrospectionQuery({ oneOf: true, inputValueDeprecation: true, specifiedByUrl: true });
const names = ['reader', 'clerk', 'finance'] as const;

describe('introspection', () => {
  let app: TestPlatform;
  const as = (profile: string): TestPlatform => app.as({ userId: me, profile });
  const shown = async (who: TestPlatform): Promise<GraphQLSchema> => {
    const { data, errors } = await who.query(query);
    expect(errors).toBeUndefined();
    const schema = buildClientSchema(data as unknown as IntrospectionQuery);
    expect(validateSchema(schema)).toEqual([]);
    return schema;
  };
  const membersOf = (schema: GraphQLSchema, name: string): string[] | undefined => {
    const type = schema.getType(name);
    return isEnumType(type) ? type.getValues().map((value) => value.name) : isObjectType(type) || isInputObjectType(type) ? Object.keys(type.getFields()) : undefined;
  };

  beforeAll(async () => {
    app = await startPlatform({ objects, plugins: [custom, permissions({ definitions })], open: false });
  });

  it('shows nothing of objects that the caller cannot use', async () => {
    const schema = await shown(as('reader'));
    // Whoever has any rights shares by hand what is theirs.
    expect(Object.keys(schema.getTypeMap()).join(' ')).not.toMatch(/Payslip|Letter|Ledger|(?<!RecordShare(Create|Update))Input\b|(?<!RecordShare(Bulk)?)Payload|\bUser/);
    expect(printSchema(schema)).not.toMatch(/payslip|letter|ledger/i);
    expect(membersOf(schema, 'Mutation')?.filter((name) => !/RecordShares?$/.test(name))).toEqual([]);
    expect(membersOf(schema, 'Query')).toEqual(expect.arrayContaining(['node', 'account', 'accounts', 'accountsAggregate', 'accountGroups', 'contacts']));
  });

  it('shows fields as far as they may be read, filtered, sorted, aggregated and written', async () => {
    const [reader, clerk, finance] = await Promise.all(names.map((name) => shown(as(name)))) as [GraphQLSchema, GraphQLSchema, GraphQLSchema];
    const hidden = ['code', 'revenue', 'stage', 'place', 'managerId', 'manager', 'revenueText'];
    for (const type of ['Account', 'AccountWhere', 'AccountOrderBy', 'AccountCreateInput', 'AccountUpdateInput', 'AccountGroupKey', 'AccountKey']) {
      for (const schema of [reader, clerk]) expect(membersOf(schema, type) ?? [], type).not.toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(`^(${hidden.join('|')})$`))]));
    }
    expect(membersOf(finance, 'Account')).toEqual(expect.arrayContaining(hidden));
    expect(membersOf(reader, 'AccountSum')).toEqual(['rating', 'version']);
    expect(membersOf(finance, 'AccountSum')).toEqual(['revenue', 'rating', 'version']);
    expect(membersOf(reader, 'AccountField')).toEqual(expect.arrayContaining(['NAME', 'RATING']));
    expect(membersOf(reader, 'AccountField')).not.toEqual(expect.arrayContaining(['REVENUE']));
    expect(membersOf(reader, 'AccountField')).not.toContain('NOTE');
    expect(membersOf(finance, 'AccountField')).toEqual(expect.arrayContaining(['REVENUE', 'STAGE', 'NOTE']));
    expect(membersOf(reader, 'AccountWhere')).not.toContain('note');
    expect(membersOf(reader, 'Account')).toContain('note');
    expect(membersOf(clerk, 'AccountUpdateInput')).not.toContain('rating');
    expect([reader, clerk, finance].map((schema) => membersOf(schema, 'AccountStage') !== undefined)).toEqual([false, false, true]);
    expect([reader, clerk, finance].map((schema) => membersOf(schema, 'AccountKeyName'))).toEqual([undefined, ['ID'], ['ID', 'CODE']]);
  });

  it('shows relations where lookup and target may be used', async () => {
    const [reader, clerk, finance] = await Promise.all(names.map((name) => shown(as(name)))) as [GraphQLSchema, GraphQLSchema, GraphQLSchema];
    expect(membersOf(clerk, 'Contact')).toContain('account');
    expect(membersOf(clerk, 'ContactWhere')).not.toContain('account');
    expect(membersOf(clerk, 'ContactOrderBy')).not.toContain('account');
    expect(membersOf(finance, 'ContactWhere')).toContain('account');
    expect(membersOf(reader, 'Contact')).not.toContain('account');
    expect(membersOf(finance, 'Contact')).toEqual(expect.arrayContaining(['payslips', 'payslipsAggregate', 'payslipGroups']));
    expect(membersOf(clerk, 'Contact')).not.toEqual(expect.arrayContaining([expect.stringContaining('payslip')]));
    expect(membersOf(clerk, 'ContactCreateInput')).not.toContain('account');
    expect(membersOf(finance, 'ContactToManyInput')).toEqual(['create', 'connect', 'disconnect', 'update', 'upsert', 'delete', 'set']);
  });

  it('shows the mutations that the caller may run', async () => {
    const [clerk, finance] = [await shown(as('clerk')), await shown(as('finance'))];
    const mutations = membersOf(clerk, 'Mutation');
    expect(mutations).toEqual(expect.arrayContaining(['createAccount', 'updateAccounts', 'deleteAccount', 'upsertAccount', 'createContact', 'createLetter']));
    for (const name of ['updateContact', 'deleteContact', 'updateLetter', 'createPayslip', 'close']) expect(mutations).not.toContain(name);
    expect(membersOf(clerk, 'LetterPayload')).toEqual(['created', 'warnings', 'clientMutationId']);
    expect(clerk.getType('Letter')).toBeUndefined();
    expect(membersOf(finance, 'Mutation')).toContain('close');
    expect(membersOf(finance, 'Ledger')).toEqual(['sum']);
  });

  it('leaves who may do nothing a schema, and signing in', async () => {
    const fields = Object.keys(app.platform.schema.getQueryType()?.getFields() ?? {});
    expect(membersOf(await shown(app), 'Query')).toEqual(fields.filter((name) => ['metadata', 'open', 'explainAccess', 'accessReport'].includes(name)));
    const withIdentity = await startPlatform({ objects, plugins: [identity({ mode: 'test' }), permissions({ definitions })], open: false });
    const schema = await shown(withIdentity);
    expect(membersOf(schema, 'Mutation')).toEqual(expect.arrayContaining(['signIn', 'signOut']));
    expect(Object.keys(schema.getTypeMap()).join(' ')).not.toMatch(/Account|Contact|Payslip/);
    await withIdentity.close();
  });

  it('answers __type alike, beside other fields, fragments and variables', async () => {
    const document = 'query ($name: String!, $where: AccountWhere) { ...Types a: accounts(where: $where) { totalCount } open } fragment Types on Query { hidden: __type(name: $name) { name } account: __type(name: "Account") { fields { name } } __schema { queryType { name } } }';
    const { data, errors } = await as('reader').query(document, { name: 'Payslip', where: { name: { eq: 'x' } } });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ hidden: null, a: { totalCount: 0 }, open: 1, __schema: { queryType: { name: 'Query' } } });
    expect(JSON.stringify(data)).not.toContain('revenue');
    expect((await as('finance').query('{ __type(name: "Payslip") { name } }')).data).toEqual({ __type: { name: 'Payslip' } });
  });

  it('shows the whole schema to the platform itself', async () => {
    const { data } = await app.as(systemCaller).query(query);
    expect(Object.keys((data as unknown as IntrospectionQuery).__schema.types)).toHaveLength(Object.keys(app.platform.schema.getTypeMap()).length);
  });

  it('agrees with what metadata answers', async () => {
    interface Field { name: string; graphqlName: string; canRead: boolean; canEdit: boolean; canFilter: boolean; canSort: boolean; canAggregate: boolean }
    interface ObjectInfo { name: string; typeName: string; canRead: boolean; canCreate: boolean; canEdit: boolean; canDelete: boolean; fields: Field[]; relations: { name: string }[] }
    const whole = await shown(app.as(systemCaller));
    const types = Object.keys(whole.getTypeMap()).filter((name) => name.endsWith('Connection')).map((name) => name.replace(/Connection$/, ''));
    expect(types.length).toBeGreaterThan(6);
    for (const who of [...names.map(as), app, app.as({ ...anonymous, kind: 'user', userId: me })]) {
      const schema = await shown(who);
      const { data } = await who.query('{ metadata { objects { name typeName canRead canCreate canEdit canDelete fields { name graphqlName canRead canEdit canFilter canSort canAggregate } relations { name } } } }');
      const { objects: infos } = (data as { metadata: { objects: ObjectInfo[] } }).metadata;
      const mutations = membersOf(schema, 'Mutation') ?? [];
      for (const typeName of types) {
        const info = infos.find((each) => each.typeName === typeName);
        const has = (type: string, member: string): boolean => membersOf(schema, type)?.includes(member) ?? false;
        expect([info?.canRead ?? false, info?.canCreate ?? false, info?.canEdit ?? false, info?.canDelete ?? false], typeName)
          .toEqual([schema.getType(typeName) !== undefined, ...['create', 'update', 'delete'].map((operation) => mutations.includes(`${operation}${typeName}`))]);
        const known = new Set(info?.fields.map(({ graphqlName }) => graphqlName));
        for (const member of membersOf(schema, typeName) ?? []) {
          if (member !== 'revenueText' && !info?.relations.some(({ name }) => member === name || member.startsWith(`${name}Aggregate`) || member.endsWith('Groups'))) expect(known, `${typeName}.${member}`).toContain(member);
        }
        for (const { name, graphqlName, ...can } of info?.fields ?? []) {
          const at = `${typeName}.${graphqlName}`;
          expect(can.canRead, at).toBe(has(typeName, graphqlName));
          expect(can.canFilter, at).toBe(has(`${typeName}Where`, graphqlName));
          expect(can.canSort, at).toBe(has(`${typeName}OrderBy`, graphqlName));
          const grouped = has(`${typeName}GroupKey`, graphqlName) || ['CountDistinct', 'Sum', 'Min', 'Max', 'Avg'].some((fn) => has(`${typeName}${fn}`, graphqlName));
          expect(can.canAggregate, at).toBe(grouped);
          const writes = [...(info?.canEdit === true ? [`${typeName}UpdateInput`] : []), ...(info?.canCreate === true ? [`${typeName}CreateInput`] : [])];
          if (writes.length > 0 && name !== 'id') expect(can.canEdit, at).toBe(writes.some((type) => has(type, graphqlName)));
        }
      }
    }
  });

  it('is a schema of its own for SDL tools', async () => {
    for (const name of names) expect(validateSchema(fromSdl(printSchema(await shown(as(name)))))).toEqual([]);
  });
});

describe('messages', () => {
  it('suggest names only to those to whom all are open', async () => {
    const closed = await startPlatform({ objects, plugins: [permissions({ definitions })], open: false });
    const open = await startPlatform({ objects });
    const message = async (who: TestPlatform, document: string, variables?: Record<string, unknown>) => (await who.query(document, variables)).errors?.map((error) => error.message).join() ?? '';
    const asked: readonly (readonly [string, Record<string, unknown>?])[] = [['{ payslps { totalCount } }'], ['query ($where: PayslipWher) { accounts { totalCount } }'], ['query ($where: AccountWhere) { accounts(where: $where) { totalCount } }', { where: { revenu: { eq: 1 } } }]];
    for (const [document, variables] of asked) {
      expect(await message(open, document, variables), document).toContain('Did you mean');
      for (const who of [closed, closed.as({ userId: me, profile: 'finance' })]) {
        const text = await message(who, document, variables);
        expect(text, document).not.toBe('');
        expect(text, document).not.toContain('Did you mean');
      }
      const { body } = await closed.fetch(document, variables);
      expect(JSON.stringify(body.errors), document).not.toContain('Did you mean');
      expect(JSON.stringify((await open.fetch(document, variables)).body.errors), document).toContain('Did you mean');
    }
    await open.close();
    // What is not there is told from what is hidden: the latter is refused by rights, as documented.
    const codes = async (document: string, variables?: Record<string, unknown>) => (await closed.as({ userId: me, profile: 'finance' }).query(document, variables)).errors?.map(({ extensions }) => extensions?.['code']);
    expect([await codes('{ nothings { totalCount } }'), await codes(asked[2]?.[0] ?? '', asked[2]?.[1])]).toEqual([['GRAPHQL_VALIDATION_FAILED'], ['BAD_REQUEST']]);
    for (const shown of ['accounts', 'payslips']) expect(await closed.as({ userId: me }).query(`{ ${shown} { nodes { id } } }`)).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    await closed.close();
  });
});
