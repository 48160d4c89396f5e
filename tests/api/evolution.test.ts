import { isInputObjectType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printSchema } from '../../src/builder/print-schema.ts';
import { schemaChanges } from '../../src/cli/schema-changes.ts';
import { permissions } from '../../src/plugins/permissions/index.ts';
import { systemCaller } from '../../src/resolvers/caller.ts';
import { problems } from '../metadata/support/compile.ts';
import { startPlatform, type TestPlatform } from '../support/platform.ts';

const fields = (phone: object, customer: object) => ({
  name: { type: 'text', required: true },
  phone: { type: 'text', ...phone },
  stage: { type: 'select', options: [{ value: 'open' }, { value: 'lost', deprecated: 'Use closed.' }, { value: 'closed' }] },
  customer: { type: 'lookup', reference: 'company', required: true, relatedName: 'deals', ...customer },
});
const company = { name: 'company', sharingModel: 'public_read', fields: { name: { type: 'text' } } };
const now = { name: 'deal', sharingModel: 'public_read_write', fields: fields({ aliases: ['fax_number', { name: 'telefax', deprecated: 'Nobody sends a fax.' }] }, { aliases: ['account'] }) };
const before = { name: 'deal', fields: { ...fields({}, {}), fax_number: { type: 'text' }, telefax: { type: 'text' }, stage: { type: 'select', options: ['open', 'lost', 'closed'] }, account: { type: 'lookup', reference: 'company', relatedName: 'oldDeals' } } };
const reader = { kind: 'permission', value: { name: 'reader', objects: { deal: { allowRead: true, allowEdit: true }, company: { allowRead: true } }, fields: { 'deal.phone': { readable: false, editable: false }, 'deal.name': { readable: true, editable: true } } } } as const;

describe('former names of fields', () => {
  let app: TestPlatform;
  let system: TestPlatform;
  let acme: string;
  beforeAll(async () => {
    app = await startPlatform({ objects: [company, now], plugins: [permissions({ definitions: [reader] })], open: false });
    system = app.as(systemCaller);
    acme = await id('createCompany(input: { name: "Acme" }) { record { id } }');
    await id(`createDeal(input: { name: "One", faxNumber: "1", accountId: "${acme}" }) { record { id } }`);
    await id(`createDeal(input: { name: "Two", telefax: "2", account: { connect: { id: "${acme}" } } }) { record { id } }`);
  });
  afterAll(() => app.close());

  const ask = async (document: string): Promise<unknown> => {
    const { data, errors } = await system.query(document);
    expect(errors).toBeUndefined();
    return data;
  };
  const id = async (mutation: string) => (Object.values((await ask(`mutation { ${mutation} }`)) as object)[0] as { record: { id: string } }).record.id;

  it('read the same value and the same record', async () => {
    expect(await ask('{ deals(orderBy: [{ name: ASC }]) { nodes { phone faxNumber telefax accountId customerId account { name } customer { name } } } }')).toEqual({
      deals: { nodes: ['1', '2'].map((value) => ({ phone: value, faxNumber: value, telefax: value, accountId: acme, customerId: acme, account: { name: 'Acme' }, customer: { name: 'Acme' } })) },
    });
  });

  it('filter, sort, group and measure', async () => {
    expect(await ask('{ deals(where: { faxNumber: { eq: "2" }, account: { name: { eq: "Acme" } } }) { nodes { name } } }')).toEqual({ deals: { nodes: [{ name: 'Two' }] } });
    expect(await ask('{ deals(orderBy: [{ account: { name: ASC } }, { telefax: DESC }]) { nodes { name } } }')).toEqual({ deals: { nodes: [{ name: 'Two' }, { name: 'One' }] } });
    expect(await ask('{ dealGroups(by: [{ field: FAX_NUMBER }], orderBy: [{ key: FAX_NUMBER }]) { key { faxNumber phone } count } dealsAggregate { countDistinct { telefax } } }')).toEqual({
      dealGroups: ['1', '2'].map((value) => ({ key: { faxNumber: value, phone: value }, count: 1 })), dealsAggregate: { countDistinct: { telefax: 2 } },
    });
  });

  it('write, and refuse two names of one field', async () => {
    expect(await ask('mutation { updateDeals(where: { telefax: { eq: "1" } }, input: { telefax: "7" }) { records { phone } } }')).toEqual({ updateDeals: { records: [{ phone: '7' }] } });
    await ask('mutation { updateDeals(where: { telefax: { eq: "7" } }, input: { telefax: "1" }) { count } }');
    const refused = async (input: string) => (await system.query(`mutation { createDeal(input: { name: "Three", ${input} }) { record { id } } }`)).errors?.[0];
    expect(await refused(`customerId: "${acme}", phone: "1", telefax: "2"`)).toMatchObject({ extensions: { problems: [{ path: ['input', 'telefax'], code: 'ONE_OPERATION', message: 'Give either phone or telefax, not both: they are the same.' }] } });
    for (const twice of [`customerId: "${acme}", accountId: "${acme}"`, `customerId: "${acme}", account: { connect: { id: "${acme}" } }`, `customer: { connect: { id: "${acme}" } }, account: { connect: { id: "${acme}" } }`]) {
      expect(await refused(twice)).toMatchObject({ extensions: { problems: [{ code: 'ONE_OPERATION' }] } });
    }
    expect(await refused('phone: "1"')).toMatchObject({ extensions: { problems: [{ path: ['input', 'customerId'], code: 'REQUIRED' }] } });
  });

  it('have the rights of the field', async () => {
    const person = await id('createUser(input: { name: "Rita", email: "rita@example.com" }) { record { id } }');
    await id(`createPermissionAssignment(input: { userId: "${person}", permissionSet: "reader" }) { record { id } }`);
    const rita = app.as({ userId: person });
    const codes = async (document: string) => (await rita.query(document)).errors?.map(({ extensions }) => extensions?.['code']);
    const { data, errors } = await rita.query('{ deals(first: 1) { nodes { name phone telefax } } }');
    expect([data, errors?.map(({ path }) => path)]).toEqual([{ deals: { nodes: [{ name: 'One', phone: null, telefax: null }] } }, [['deals', 'nodes', 0, 'phone'], ['deals', 'nodes', 0, 'telefax']]]);
    for (const document of ['{ deals(where: { telefax: { eq: "1" } }) { totalCount } }', '{ deals(orderBy: [{ faxNumber: ASC }]) { totalCount } }', '{ dealGroups(by: [{ field: TELEFAX }]) { count } }', 'mutation { updateDeals(where: {}, input: { telefax: "3" }) { count } }']) expect(await codes(document), document).toEqual(['FORBIDDEN']);
    const shown = await rita.query('{ deal: __type(name: "Deal") { fields(includeDeprecated: true) { name } } where: __type(name: "DealWhere") { inputFields(includeDeprecated: true) { name } } }');
    const text = JSON.stringify(shown.data);
    expect(text).toContain('"account"');
    for (const hidden of ['phone', 'telefax', 'faxNumber']) expect(text).not.toContain(`"${hidden}"`);
  });

  it('are deprecated in the schema with their reasons, as options are, and keep old documents valid', async () => {
    const { schema } = app.platform;
    const sdl = printSchema(schema);
    for (const [type, field, reason] of [['Deal', 'faxNumber', 'Use phone.'], ['DealWhere', 'telefax', 'Nobody sends a fax.'], ['Deal', 'account', 'Use customer.'], ['Deal', 'accountId', 'Use customerId.'], ['DealOrderBy', 'account', 'Use customer.'], ['DealCreateInput', 'account', 'Use customer.']] as const) {
      const of = schema.getType(type);
      expect((isObjectType(of) || isInputObjectType(of) ? of.getFields()[field] : undefined)?.deprecationReason, `${type}.${field}`).toBe(reason);
    }
    expect(sdl).toMatch(/LOST @deprecated\(reason: "Use closed\."\)/);
    const old = await startPlatform({ objects: [company, before], plugins: [permissions()], open: false });
    try {
      const { breaking, deprecated } = schemaChanges(printSchema(old.platform.schema), sdl);
      expect(breaking.filter((text) => !text.includes('oldDeal'))).toEqual([]);
      expect(deprecated).toEqual(expect.arrayContaining(['Deal.faxNumber: Use phone.', 'DealStage.LOST: Use closed.', 'DealWhere.account: Use customer.', 'DealUpdateInput.telefax: Nobody sends a fax.']));
    } finally {
      await old.close();
    }
  });

  it.each([
    ['a name that is taken', 'phone: { type: text, aliases: [name] }', 'the field name "name" is made twice'],
    ['a name that is none', 'phone: { type: text, aliases: ["Fax number"] }', '"Fax number" is not a field name'],
    ['two fields with the same', 'phone: { type: text, aliases: [fax] }\n  mobile: { type: text, aliases: [fax] }', 'the field name "fax" is made twice'],
    ['aliases of a sub-field', 'place: { type: composite, fields: { street: { type: text, aliases: [road] } } }', 'sub-fields have no aliases'],
    ['an unknown key', 'phone: { type: text, aliases: [{ name: fax, since: 2 }] }', 'since'],
  ])('refuse %s', (_what, field, message) => {
    expect(problems({ 'memo.object.yml': `name: memo\nfields:\n  name: text\n  ${field}` })).toEqual([expect.stringMatching(new RegExp(`memo.object.yml:\\d+:\\d+ error .*${message}`))]);
  });
});
