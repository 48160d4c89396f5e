import { beforeAll, expect, it } from 'vitest';
import { rules } from '../../../src/plugins/rules/index.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const definitions = `
name: account
fields:
  name: { type: text, required: true }
  industry: { type: select, options: [Tech, Retail] }
  blocked: { type: boolean }
  parent: { type: tree }
  title: { type: formula, expression: "parent.name & '/' & name" }
---
name: deal
fields:
  name: { type: text, required: true }
  stage: { type: select, options: [Open, Offer, Won, Lost], defaultValue: open }
  amount: { type: currency, precision: 18, scale: 2 }
  discount: { type: number }
  start_date: { type: date }
  end_date: { type: date }
  phone: { type: text }
  code: { type: text }
  lines: { type: json }
  reason: { type: text }
  account: { type: lookup, reference: account }
  worth: { type: formula, expression: "amount * (100 - COALESCE(discount, 0)) / 100", returnType: currency, scale: 0 }
validations:
  - { name: end_after_start, type: cross_field, condition: "end_date < start_date", fields: [start_date, end_date], message: The end comes before the start. }
  - { name: discount_limit, type: script, condition: "discount > 30", message: At most 30 %., priority: 10 }
  - { name: large_discount, type: script, condition: "discount > 20", severity: warning, message: A large discount. }
  - { name: no_amount, type: script, condition: "ISBLANK(amount)", severity: info, events: [insert], message: The amount is missing. }
  - { name: stages, type: state_machine, field: stage, initialStates: [open, offer], transitions: { open: [offer, lost], offer: [won, lost] }, message: This stage does not follow. }
  - { name: phone_form, type: format, field: phone, format: phone, message: No phone number. }
  - { name: code_form, type: format, field: code, regex: "^[A-Z]{2}-[0-9]{3}$", message: A code is like AB-123. }
  - name: lines_form
    type: json_schema
    field: lines
    message: The lines do not fit.
    schema: { type: array, items: { type: object, required: [sku], properties: { sku: { type: string }, count: { type: integer, minimum: 1 } } } }
  - name: reasons
    type: conditional
    when: "stage = 'lost'"
    then: { type: script, condition: "ISBLANK(reason)", message: Say why it was lost. }
    otherwise: { type: script, condition: "NOT ISBLANK(reason)", message: Only lost deals have a reason. }
    message: The reason does not fit the stage.
  - { name: keep_won, type: script, condition: "record.stage = 'won'", events: [delete], message: Won deals stay. }
  - { name: idle, type: script, condition: "true", active: false, message: Never. }
  - { name: blocked_account, type: script, condition: "account.blocked AND (ISNEW() OR ISCHANGED(account))", message: The account is blocked. }
  - { name: blocked_group, type: script, condition: "account.parent.blocked OR account.parent.parent.name = 'Banned'", message: The group of the account is blocked. }
  - { name: too_much, type: script, condition: "worth > 1000000", message: Too much. }
  - { name: wrong_title, type: script, condition: "account.title = 'Lost/Found'", message: No such title. }
---
name: visit
fields:
  topic: { type: text }
  hours: { type: number, max: 12 }
hooks:
  - { name: topics, events: [beforeInsert], actions: [{ assign: { topic: "'Any'" } }] }
validations:
  - { name: no_topic, type: script, condition: ISBLANK(topic), message: What was it about? }
`;

interface Told {
  readonly path: readonly unknown[];
  readonly code: string;
  readonly rule?: string;
}

describeEachDatabase('validation rules', (open) => {
  let app: TestPlatform;
  beforeAll(async () => {
    app = await startPlatform({ yaml: definitions, plugins: [rules()], database: await open() });
    return () => app.close();
  });

  const create = (input: Readonly<Record<string, unknown>>, selection = 'record { id } warnings { path code message severity rule }') =>
    app.query(`mutation ($input: DealCreateInput!) { createDeal(input: $input) { ${selection} } }`, { input: { name: 'Deal', amount: '1', ...input } });
  const created = async (input: Readonly<Record<string, unknown>> = {}): Promise<string> => {
    const { data, errors } = (await create(input)) as { data: { createDeal: { record: { id: string } } | null }; errors?: unknown };
    expect(errors).toBeUndefined();
    return data.createDeal?.record.id ?? '';
  };
  const update = (id: string, input: Readonly<Record<string, unknown>>) => app.query('mutation ($id: ID!, $input: DealUpdateInput!) { updateDeal(id: $id, input: $input) { record { id } warnings { rule severity } } }', { id, input });
  const problems = (result: unknown): readonly Told[] => ((result as { errors?: readonly { extensions: { problems: readonly Told[] } }[] }).errors ?? []).flatMap(({ extensions }) => extensions.problems);
  const broken = (result: unknown): readonly unknown[] => problems(result).map(({ path, code, rule }) => [path.slice(1).join('.'), code, rule]);

  it('reports everything that is wrong with a record at once, in the order of the rules', async () => {
    const result = await create({ discount: 40, startDate: '2026-02-01', endDate: '2026-01-01', phone: 'call me', code: 'ab-1', stage: 'WON', reason: 'none' });
    expect(broken(result)).toEqual([
      ['', 'RULE_FAILED', 'discount_limit'],
      ['startDate', 'RULE_FAILED', 'end_after_start'],
      ['endDate', 'RULE_FAILED', 'end_after_start'],
      ['stage', 'NOT_A_TRANSITION', 'stages'],
      ['phone', 'BAD_FORMAT', 'phone_form'],
      ['code', 'BAD_FORMAT', 'code_form'],
      ['', 'RULE_FAILED', 'reasons'],
    ]);
    expect(result).toMatchObject({ data: { createDeal: null }, errors: [{ extensions: { code: 'VALIDATION_FAILED' } }] });
  });

  it('reports values that cannot be, and rules that do not look at them, together', async () => {
    // What the amount and the worth of the deal would be is not known: no rule says that they are missing, or too much.
    const wrong = { amount: '1.234', discount: 40, code: 'ab-1', reason: 'none' };
    const found = [['amount', 'TOO_PRECISE', undefined], ['', 'RULE_FAILED', 'discount_limit'], ['code', 'BAD_FORMAT', 'code_form'], ['', 'RULE_FAILED', 'reasons']];
    expect(broken(await create(wrong))).toEqual(found);
    const bulk = await app.query('mutation ($input: [DealCreateInput!]!) { createDeals(mode: PARTIAL, input: $input) { rows { problems { path code } } } }', { input: [{ name: 'A', ...wrong }, { name: 'B' }] });
    expect(bulk.data).toMatchObject({ createDeals: { rows: [{ problems: found.map(([, code]) => ({ code })) }, { problems: [] }] } });
    const id = await created();
    expect(broken(await update(id, { amount: '1.234', discount: 25, phone: 'x' }))).toEqual([['amount', 'TOO_PRECISE', undefined], ['phone', 'BAD_FORMAT', 'phone_form']]);
    // Where a hook would have changed the record first, nobody knows what rules would say.
    expect(broken(await app.query('mutation { createVisit(input: { hours: 13 }) { record { id } } }'))).toEqual([['hours', 'OUT_OF_RANGE', undefined]]);
  });

  it('writes a record of which nothing is wrong, and tells warnings in the payload', async () => {
    expect(await create({ discount: 25, amount: null })).toMatchObject({
      data: {
        createDeal: {
          warnings: [
            { path: ['input'], code: 'RULE_FAILED', message: 'A large discount.', severity: 'WARNING', rule: 'large_discount' },
            { path: ['input'], message: 'The amount is missing.', severity: 'INFO', rule: 'no_amount' },
          ],
        },
      },
    });
    expect(await create({})).toMatchObject({ data: { createDeal: { warnings: [] } } });
  });

  it('tells warnings over HTTP too, where the operation is compiled', async () => {
    const { body } = await app.fetch('mutation { createDeal(input: { name: "Deal", amount: "1", discount: 25 }) { warnings { severity __typename } } }');
    expect(body).toEqual({ data: { createDeal: { warnings: [{ severity: 'WARNING', __typename: 'Problem' }] } } });
  });

  it('looks at the record as it will be when only a part of it is written', async () => {
    const id = await created({ startDate: '2026-02-01' });
    expect(broken(await update(id, { endDate: '2026-01-01' }))).toEqual([['startDate', 'RULE_FAILED', 'end_after_start'], ['endDate', 'RULE_FAILED', 'end_after_start']]);
    expect(problems(await update(id, { endDate: '2026-03-01' }))).toEqual([]);
  });

  it('lets a state change only to those that follow it, and a final one not at all', async () => {
    const id = await created();
    expect(broken(await update(id, { stage: 'WON' }))).toEqual([['stage', 'NOT_A_TRANSITION', 'stages']]);
    expect(problems(await update(id, { stage: 'OFFER' }))).toEqual([]);
    expect(broken(await update(id, { stage: null }))).toEqual([['stage', 'NOT_A_TRANSITION', 'stages']]);
    expect(problems(await update(id, { stage: 'WON' }))).toEqual([]);
    expect(broken(await update(id, { stage: 'OPEN' }))).toEqual([['stage', 'NOT_A_TRANSITION', 'stages']]);
    expect(problems(await update(id, { stage: 'WON', name: 'Again' }))).toEqual([]);
  });

  it('names the places of a JSON value that do not fit its schema', async () => {
    expect(broken(await create({ lines: [{ sku: 'a', count: 1 }, { count: 0 }] }))).toEqual([['lines.1', 'SCHEMA_MISMATCH', 'lines_form'], ['lines.1.count', 'SCHEMA_MISMATCH', 'lines_form']]);
    expect(problems(await create({ lines: [{ sku: 'a' }] }))).toEqual([]);
  });

  it('applies one rule or the other by a condition, in its own words', async () => {
    const id = await created();
    expect(problems(await update(id, { stage: 'LOST' }))).toMatchObject([{ message: 'Say why it was lost.' }]);
    expect(problems(await update(id, { stage: 'LOST', reason: 'Price' }))).toEqual([]);
    expect(problems(await create({ reason: 'Price' }))).toMatchObject([{ message: 'Only lost deals have a reason.' }]);
  });

  it('asks rules about deletion when a record is deleted', async () => {
    const id = await created({ stage: 'OFFER' });
    await update(id, { stage: 'WON' });
    const remove = () => app.query('mutation ($id: ID!) { deleteDeal(id: $id) { record { id } } }', { id });
    expect(broken(await remove())).toEqual([['', 'RULE_FAILED', 'keep_won']]);
    expect(problems(await app.query('mutation ($id: ID!) { deleteDeal(id: $id) { record { id } } }', { id: await created() }))).toEqual([]);
  });

  it('looks behind lookups, also at records that the same write creates', async () => {
    const { data } = (await app.query('mutation { good: createAccount(input: { name: "Good" }) { record { id } } bad: createAccount(input: { name: "Bad", blocked: true }) { record { id } } }')) as { data: { good: { record: { id: string } }; bad: { record: { id: string } } } };
    expect(broken(await create({ accountId: data.bad.record.id }))).toEqual([['', 'RULE_FAILED', 'blocked_account']]);
    expect(problems(await create({ accountId: data.good.record.id }))).toEqual([]);
    expect(broken(await create({ account: { create: { name: 'New', blocked: true } } }))).toEqual([['', 'RULE_FAILED', 'blocked_account']]);
    expect(problems(await create({ account: { create: { name: 'New' } } }))).toEqual([]);
  });

  it('looks along paths whose records the same write creates, changes and finds', async () => {
    const account = async (input: Readonly<Record<string, unknown>>): Promise<string> =>
      ((await app.query('mutation ($input: AccountCreateInput!) { createAccount(input: $input) { record { id } } }', { input })).data as { createAccount: { record: { id: string } } }).createAccount.record.id;
    const [bad, banned] = [await account({ name: 'Group', blocked: true }), await account({ name: 'Banned' })];
    const below = await account({ name: 'Below', parentId: banned });
    const group = [['', 'RULE_FAILED', 'blocked_group']];
    expect(broken(await create({ account: { create: { name: 'New', parentId: bad } } }))).toEqual(group);
    expect(broken(await create({ account: { create: { name: 'New', parent: { create: { name: 'Also new', blocked: true } } } } }))).toEqual(group);
    expect(broken(await create({ account: { create: { name: 'New', parentId: below } } }))).toEqual(group);
    expect(broken(await create({ account: { create: { name: 'New', parent: { create: { name: 'Also new', parent: { connect: { id: banned } } } } } } }))).toEqual(group);
    expect(problems(await create({ account: { create: { name: 'New', parent: { create: { name: 'Also new', parent: { create: { name: 'Top' } } } } } } }))).toEqual([]);
    const free = await account({ name: 'Free' });
    const deals = { create: [{ name: 'D', amount: '1' }] };
    const move = (parentId: string | null) => app.query('mutation ($id: ID!, $input: AccountUpdateInput!) { updateAccount(id: $id, input: $input) { record { id } } }', { id: free, input: { parentId, deals } });
    expect(broken(await move(bad))).toEqual([['deals.create.0', 'RULE_FAILED', 'blocked_group']]);
    expect(problems(await move(null))).toEqual([]);
  });

  it('reads formulas, of the record and behind lookups', async () => {
    expect(broken(await create({ amount: '1100000', discount: 10 }))).toEqual([]);
    expect(broken(await create({ amount: '1111111.66', discount: 10 }))).toEqual([]);
    expect(broken(await create({ amount: '1111111.67', discount: 10 }))).toEqual([['', 'RULE_FAILED', 'too_much']]);
    expect(broken(await create({ account: { create: { name: 'Found', parent: { create: { name: 'Lost' } } } } }))).toEqual([['', 'RULE_FAILED', 'wrong_title']]);
  });

  it('refuses rows of a bulk write one by one', async () => {
    const input = [{ name: 'A', amount: '1' }, { name: 'B', amount: '1', discount: 50 }, { name: 'C', amount: '1', discount: 25 }];
    const result = await app.query('mutation ($input: [DealCreateInput!]!) { createDeals(input: $input, mode: PARTIAL) { count rows { index problems { path rule severity } } warnings { path rule } } }', { input });
    expect(result).toEqual({
      data: {
        createDeals: {
          count: 2,
          rows: [{ index: 0, problems: [] }, { index: 1, problems: [{ path: ['input', '1'], rule: 'discount_limit', severity: 'ERROR' }] }, { index: 2, problems: [] }],
          warnings: [{ path: ['input', '2'], rule: 'large_discount' }],
        },
      },
    });
  });

  it('checks records of nested writes at their place', async () => {
    const result = await app.query('mutation { createAccount(input: { name: "A", deals: { create: [{ name: "D", amount: "1" }, { name: "E", amount: "1", phone: "x" }] } }) { record { id } } }');
    expect(broken(result)).toEqual([['deals.create.1.phone', 'BAD_FORMAT', 'phone_form']]);
  });

  it('tells what is wrong with all records of a nested write together', async () => {
    const deals = [{ name: 'D', amount: '1', phone: 'x', discount: 50 }, { name: 'E', amount: '1', startDate: '2026-02-02', endDate: '2026-01-01' }];
    const result = await app.query('mutation ($deals: [DealCreateInput!]!) { createAccount(input: { name: "", deals: { create: $deals } }) { record { id } } }', { deals });
    expect(broken(result)).toEqual([
      ['name', 'REQUIRED', undefined],
      ['deals.create.0', 'RULE_FAILED', 'discount_limit'],
      ['deals.create.1.startDate', 'RULE_FAILED', 'end_after_start'], ['deals.create.1.endDate', 'RULE_FAILED', 'end_after_start'],
      ['deals.create.0.phone', 'BAD_FORMAT', 'phone_form'],
    ]);
  });
});

