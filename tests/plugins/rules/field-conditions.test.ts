import { beforeAll, expect, it } from 'vitest';
import { rules } from '../../../src/plugins/rules/index.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const definitions = `
name: category
fields:
  name: { type: text, required: true }
  tax: { type: number, scale: 2 }
  parent: { type: lookup, reference: category }
---
name: order
fields:
  name: { type: text, required: true }
  status: { type: select, options: [Draft, Sent, Closed], defaultValue: draft }
  price: { type: currency, precision: 18, scale: 2, readonlyWhen: "status = 'closed'" }
  quantity: { type: number, scale: 0, defaultValue: 1 }
  total: { type: currency, precision: 18, scale: 2, defaultValue: { dialect: cel, source: "net + ROUND(net * tax / 100, 2)" } }
  net: { type: currency, precision: 18, scale: 2, defaultValue: { dialect: cel, source: "price * quantity" } }
  tax: { type: number, scale: 2, required: true, defaultValue: { dialect: cel, source: "COALESCE(category.parent.tax, category.tax, 19)" } }
  due: { type: date, defaultValue: { dialect: cel, source: "TODAY() + 14" } }
  opened_by: { type: lookup, reference: sys_user, defaultValue: { dialect: cel, source: current_user.id } }
  reason: { type: text, requiredWhen: "status = 'closed' AND price = 0" }
  country: { type: select, options: [DE, US] }
  state:
    type: select
    dependsOn: [country]
    visibleWhen: "NOT ISBLANK(country)"
    options:
      - { value: bavaria, label: Bavaria, visibleWhen: "country = 'de'" }
      - { value: texas, label: Texas, visibleWhen: "country = 'us'" }
      - { value: other, label: Other }
  areas:
    type: multiselect
    options: [{ value: north }, { value: south, visibleWhen: "country = 'us'" }]
  category: { type: lookup, reference: category }
`;

interface Answer {
  readonly data: Readonly<Record<string, { readonly record: Readonly<Record<string, unknown>> & { readonly id: string } } | null>>;
  readonly errors?: readonly { readonly extensions: { readonly problems: readonly { readonly path: readonly unknown[]; readonly code: string; readonly message: string }[] } }[];
}

describeEachDatabase('conditions of fields and defaults', (open) => {
  let app: TestPlatform;
  beforeAll(async () => {
    app = await startPlatform({ yaml: definitions, plugins: [rules()], database: await open() });
    return () => app.close();
  });

  const fields = 'id total net tax due reason state price';
  const create = async (input: Readonly<Record<string, unknown>>) =>
    (await app.query(`mutation ($input: OrderCreateInput!) { createOrder(input: $input) { record { ${fields} } } }`, { input: { name: 'Order', ...input } })) as unknown as Answer;
  const update = async (id: string, input: Readonly<Record<string, unknown>>) =>
    (await app.query(`mutation ($id: ID!, $input: OrderUpdateInput!) { updateOrder(id: $id, input: $input) { record { ${fields} } } }`, { id, input })) as unknown as Answer;
  const idOf = async (input: Readonly<Record<string, unknown>>): Promise<string> => {
    const answer = await create(input);
    expect(answer.errors).toBeUndefined();
    return answer.data['createOrder']?.record.id ?? '';
  };
  const refused = ({ errors }: Answer): readonly unknown[] => (errors ?? []).flatMap(({ extensions }) => extensions.problems.map(({ path, code }) => [path.slice(1).join('.'), code]));

  it('asks for a value while a condition holds, whichever field makes it hold', async () => {
    expect(refused(await create({ status: 'CLOSED', price: '0' }))).toEqual([['reason', 'REQUIRED']]);
    const id = await idOf({ price: '0' });
    expect(refused(await update(id, { status: 'CLOSED' }))).toEqual([['reason', 'REQUIRED']]);
    expect(refused(await update(id, { status: 'CLOSED', reason: 'A gift' }))).toEqual([]);
    expect(refused(await update(id, { reason: '' }))).toEqual([['reason', 'REQUIRED']]);
  });

  it('refuses changes of a field that the stored record locks, and lets the last change lock it', async () => {
    const id = await idOf({ price: '10' });
    expect(refused(await update(id, { price: '12', status: 'CLOSED' }))).toEqual([]);
    expect(refused(await update(id, { price: '13' }))).toEqual([['price', 'READ_ONLY']]);
    expect(refused(await update(id, { price: '13', status: 'DRAFT' }))).toEqual([['price', 'READ_ONLY']]);
    expect(refused(await update(id, { price: '12.00', name: 'Same price' }))).toEqual([]);
    expect(refused(await update(id, { status: 'DRAFT' }))).toEqual([]);
    expect(refused(await update(id, { price: '13' }))).toEqual([]);
  });

  it('offers options of a dependent list only where their condition holds', async () => {
    expect(refused(await create({ country: 'US', state: 'BAVARIA' }))).toEqual([['state', 'NOT_AN_OPTION']]);
    const id = await idOf({ country: 'DE', state: 'BAVARIA' });
    expect(refused(await update(id, { country: 'US' }))).toEqual([['state', 'NOT_AN_OPTION']]);
    expect(refused(await update(id, { country: 'US', state: 'TEXAS' }))).toEqual([]);
    expect(refused(await update(id, { country: 'DE', state: 'OTHER' }))).toEqual([]);
    expect(refused(await create({ areas: ['NORTH', 'SOUTH'] }))).toEqual([['areas', 'NOT_AN_OPTION']]);
    expect(refused(await create({ country: 'US', areas: ['NORTH', 'SOUTH'] }))).toEqual([]);
  });

  it('tells what is missing together with what rules say', async () => {
    const answer = (await app.query('mutation ($input: OrderUpdateInput!) { updateOrder(id: "0197f3c0-0000-7000-8000-000000000001", input: $input) { record { id } } }', { input: {} })) as unknown as Answer;
    expect(answer.errors).toHaveLength(1);
    const id = await idOf({ country: 'DE' });
    expect(refused(await update(id, { name: '', country: 'US', state: 'BAVARIA' }))).toEqual([['name', 'REQUIRED'], ['state', 'NOT_AN_OPTION']]);
  });

  it('computes defaults from the record, each after those that it reads, and leaves what is given', async () => {
    expect((await create({ price: '10', quantity: 3 })).data['createOrder']?.record).toMatchObject({ net: '30.00', tax: '19.00', total: '35.70' });
    expect((await create({ price: '10', quantity: 3, net: '20' })).data['createOrder']?.record).toMatchObject({ net: '20.00', total: '23.80' });
    expect((await create({})).data['createOrder']?.record).toMatchObject({ net: null, total: null, due: new Date(Date.now() + 14 * 86_400_000).toISOString().slice(0, 10) });
  });

  it('reads defaults from records behind lookups, for all rows of a write at once', async () => {
    const { data } = (await app.query('mutation { createCategory(input: { name: "Food", tax: 7, parent: { create: { name: "Basics", tax: 5 } } }) { record { id parentId } } }')) as unknown as Answer;
    const record = data['createCategory']?.record;
    const { id, parentId } = { id: record?.id, parentId: record?.['parentId'] };
    const answer = await app.query('mutation ($input: [OrderCreateInput!]!) { createOrders(input: $input) { records { tax } } }', { input: [{ name: 'A', categoryId: id }, { name: 'B', categoryId: parentId }, { name: 'C' }, { name: 'D', categoryId: id, tax: 1 }] });
    expect(answer).toEqual({ data: { createOrders: { records: [{ tax: '5.00' }, { tax: '5.00' }, { tax: '19.00' }, { tax: '1.00' }] } } });
  });

  it('gives conditions to clients', async () => {
    const { data } = await app.query('{ metadata { object(name: "order") { price: field(name: "price") { readonlyWhen requiredWhen } reason: field(name: "reason") { requiredWhen } state: field(name: "state") { visibleWhen dependsOn options { value visibleWhen } } } } }');
    expect(data).toEqual({
      metadata: {
        object: {
          price: { readonlyWhen: "status = 'closed'", requiredWhen: null },
          reason: { requiredWhen: "status = 'closed' AND price = 0" },
          state: { visibleWhen: 'NOT ISBLANK(country)', dependsOn: ['country'], options: [{ value: 'bavaria', visibleWhen: "country = 'de'" }, { value: 'texas', visibleWhen: "country = 'us'" }, { value: 'other', visibleWhen: null }] },
        },
      },
    });
  });
});
