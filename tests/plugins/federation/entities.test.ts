import { beforeAll, expect, it } from 'vitest';
import { federation } from '../../../src/plugins/federation/index.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { recording } from '../../support/recording.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const [ada, ben] = ['018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000002'];
const id = (number: number): string => `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;

const objects = [
  {
    name: 'product', sharingModel: 'public_read',
    fields: { sku: { type: 'text', unique: true }, number: { type: 'number', unique: true }, name: { type: 'text' }, cost: { type: 'number', visible_to: ['chief'] }, barcode: { type: 'text', unique: true, visible_to: ['chief'] } },
  },
  { name: 'offer', sharingModel: 'private', fields: { title: { type: 'text' }, owner: { type: 'user' }, region: { type: 'select', options: ['North', 'South'] }, month: { type: 'text' } }, indexes: [{ fields: ['region', 'month'], unique: true }] },
  { name: 'memo', sharingModel: 'public_read', federation: { entity: false }, fields: { title: { type: 'text' } } },
  { name: 'quiet', sharingModel: 'public_read', apiMethods: ['list'], fields: { title: { type: 'text' } } },
];
const grants = Object.fromEntries(['product', 'offer', 'memo', 'quiet'].map((name) => [name, { allowRead: true, allowCreate: true, allowEdit: true }]));
const definitions = [
  { kind: 'profile', value: [{ name: 'chief', objects: { '*': { viewAllRecords: true } } }, { name: 'staff', objects: grants }, { name: 'admin', objects: { '*': { modifyAllRecords: true } }, systemPermissions: ['manage_users'] }] },
] as const;
const data = [
  { object: 'sys_user', records: [{ id: ada, name: 'Ada', email: 'ada@example.com' }, { id: ben, name: 'Ben', email: 'ben@example.com' }] },
  { object: 'product', externalId: 'sku', records: [{ id: id(11), sku: 'A1', number: 1, name: 'Anvil', cost: 7, barcode: 'x1' }, { id: id(12), sku: 'B2', number: 2, name: 'Bolt', cost: 9, barcode: 'x2' }] },
  { object: 'offer', externalId: 'title', records: [{ id: id(21), title: 'Of Ada', owner: ada, region: 'north', month: '2026-01' }, { id: id(22), title: 'Of Ben', owner: ben, region: 'south', month: '2026-02' }] },
  { object: 'memo', externalId: 'title', records: [{ id: id(31), title: 'Memo' }] },
];

const ask = 'query ($list: [_Any!]!) { _entities(representations: $list) { __typename ... on Product { id name } ... on Offer { title } } }';

describeEachDatabase('_entities', (open) => {
  let app: TestPlatform;
  let statements: string[] = [];
  let asStaff: TestPlatform;

  beforeAll(async () => {
    const database = recording(await open(), ({ text }) => void statements.push(text));
    app = await startPlatform({ objects, data, database, plugins: [permissions({ definitions }), federation({ mode: 'test' })], open: false });
    asStaff = app.as({ userId: ada, profile: 'staff' });
  });

  it('answers in the order of the representations, whatever their types and keys', async () => {
    const list = [{ __typename: 'Offer', id: id(21) }, { __typename: 'Product', sku: 'B2' }, { __typename: 'Product', id: id(11) }, { __typename: 'Product', number: 2 }, { __typename: 'Product', id: id(11) }, { __typename: 'Offer', region: 'NORTH', month: '2026-01' }];
    expect(await asStaff.query(ask, { list })).toEqual({
      data: {
        _entities: [
          { __typename: 'Offer', title: 'Of Ada' }, { __typename: 'Product', id: id(12), name: 'Bolt' }, { __typename: 'Product', id: id(11), name: 'Anvil' },
          { __typename: 'Product', id: id(12), name: 'Bolt' }, { __typename: 'Product', id: id(11), name: 'Anvil' }, { __typename: 'Offer', title: 'Of Ada' },
        ],
      },
    });
  });

  it('takes a key among other fields', async () => {
    expect((await asStaff.query(ask, { list: [{ __typename: 'Product', sku: 'A1', weight: 3 }] })).data).toEqual({ _entities: [{ __typename: 'Product', id: id(11), name: 'Anvil' }] });
  });

  it('is null for what the caller may not see, for what is not there and for what no entity is', async () => {
    const list = [{ __typename: 'Offer', id: id(22) }, { __typename: 'Offer', id: id(99) }, { __typename: 'Offer', id: 'no-uuid' }, { __typename: 'Product', sku: null }, { __typename: 'Memo', id: id(31) }, { __typename: 'Quiet', id: id(31) }, { __typename: 'Nothing', id: '1' }];
    expect(await asStaff.query(ask, { list })).toEqual({ data: { _entities: [null, null, null, null, null, null, null] } });
    expect(await app.query(ask, { list: [{ __typename: 'Product', id: id(11) }] })).toEqual({ data: { _entities: [null] } });
  });

  it('is one statement for a thousand representations, and the same one for another thousand', async () => {
    const list = (from: number) => Array.from({ length: 1000 }, (_, index) => ({ __typename: 'Product', id: id(from + index) }));
    await asStaff.query(ask, { list: list(11) });
    statements = [];
    const first = await asStaff.query(ask, { list: list(11) });
    const second = await asStaff.query(ask, { list: list(12).slice(1) });
    expect(statements.length).toBe(2);
    expect(new Set(statements).size).toBe(1);
    expect((first.data as { _entities: unknown[] })._entities.filter(Boolean)).toHaveLength(2);
    expect((second.data as { _entities: unknown[] })._entities).toHaveLength(999);
  });

  it('hides fields as everywhere else', async () => {
    const query = 'query ($list: [_Any!]!) { _entities(representations: $list) { ... on Product { name cost } } }';
    const list = [{ __typename: 'Product', id: id(11) }];
    expect(await asStaff.query(query, { list })).toMatchObject({ data: { _entities: [{ name: 'Anvil', cost: null }] }, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect(await app.as({ userId: ben, profile: 'chief' }).query(query, { list })).toEqual({ data: { _entities: [{ name: 'Anvil', cost: 7 }] } });
  });

  it('refuses a key that the caller may not filter by, existing or not', async () => {
    for (const barcode of ['x1', 'x9']) {
      expect(await asStaff.query(ask, { list: [{ __typename: 'Product', barcode }] })).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' }, message: 'You may not look up Product by barcode.' }] });
    }
  });

  it('says what a representation lacks', async () => {
    expect(await asStaff.query(ask, { list: [{ __typename: 'Offer', month: '2026-01' }] })).toMatchObject({ errors: [{ message: 'representations[0] gives no key of Offer. It must have id, or region and month.', extensions: { code: 'BAD_REQUEST' } }] });
    expect(await asStaff.query(ask, { list: [{ __typename: 'Product', number: 'two' }] })).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    expect((await asStaff.query(ask, { list: [{ id: id(11) }] })).errors?.[0]?.message).toContain('A representation must be an object with __typename.');
  });

  it('goes through graphql-js with the same answer', async () => {
    const query = 'query ($list: [_Any!]!) { _entities(representations: $list) { __typename ... on Product { id name } ... on Offer { title } } _service { sdl } }';
    const list = [{ __typename: 'Product', sku: 'A1' }, { __typename: 'Offer', id: id(22) }];
    const { data } = await asStaff.query(query, { list });
    expect(data).toMatchObject({ _entities: [{ __typename: 'Product', id: id(11), name: 'Anvil' }, null], _service: { sdl: expect.stringContaining('type Product') as string } });
  });

  it('takes representations that the document itself writes', async () => {
    expect((await asStaff.query(`query ($sku: String!) { _entities(representations: [{ __typename: "Product", sku: $sku }, { __typename: "Product", id: "${id(12)}" }]) { ... on Product { name } } }`, { sku: 'A1' })).data).toEqual({ _entities: [{ name: 'Anvil' }, { name: 'Bolt' }] });
  });
});
