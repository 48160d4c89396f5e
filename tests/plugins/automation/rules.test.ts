import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import type { DefinitionInput } from '../../../src/metadata/phase.ts';
import { automation, type AutomationOptions } from '../../../src/plugins/automation/index.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { eventually } from '../jobs/support.ts';
import { ask } from './support.ts';

const deal: DefinitionInput = {
  name: 'deal',
  fields: { name: 'text', amount: { type: 'currency' }, stage: { type: 'select', options: ['open', 'won', 'lost'] }, rating: { type: 'select', options: ['hot', 'cold'] }, note: 'text', closed_on: 'date' },
};
const task: DefinitionInput = { name: 'task', fields: { subject: 'text', due_date: 'date', deal: { type: 'lookup', reference: 'deal' }, n: 'number' } };

async function start(database: Database, workflows: readonly DefinitionInput[], { options = {}, run = true }: { options?: AutomationOptions; run?: boolean } = {}): Promise<TestPlatform> {
  const app = await startPlatform({ database, objects: [{ ...deal, workflows }, task], plugins: [jobs({ pollSeconds: 60 }), automation(options)] });
  if (run) await app.platform.kernel.start();
  return app;
}

const id = '018f0000-0000-7000-8000-000000000001';
const create = (app: TestPlatform, input: object) => app.query('mutation ($input: DealCreateInput!) { createDeal(input: $input) { record { name rating note stage } } }', { input: { id, ...input } });
const update = (app: TestPlatform, input: object) => app.query('mutation ($id: ID!, $input: DealUpdateInput!) { updateDeal(id: $id, input: $input) { record { name rating note stage } } }', { id, input });
const runs = async (app: TestPlatform, fields = 'rule status attempts error') =>
  ((await app.query(`{ automationRuns(orderBy: [{ id: ASC }]) { nodes { ${fields} } } }`)).data?.['automationRuns'] as { nodes: readonly Readonly<Record<string, unknown>>[] }).nodes;
const started = 'automations { rule status run { rule status } }';
const tasks = async (app: TestPlatform, fields = 'subject') => ((await app.query(`{ tasks(orderBy: [{ id: ASC }]) { nodes { ${fields} } } }`)).data?.['tasks'] as { nodes: readonly unknown[] }).nodes;

describeEachDatabase('workflow rules', (open) => {
  it('set fields as a part of the write, in their order', async () => {
    const app = await start(await open(), [
      { name: 'second', triggerType: 'on_create_or_update', criteria: "rating = 'hot'", executionOrder: 2, reevaluateOnChange: true, actions: [{ name: 'a', type: 'field_update', field: 'note', value: 'Call {name} about {{deal.amount}}' }] },
      { name: 'first', object: 'deal', triggerType: 'on_create', criteria: 'amount > 100', executionOrder: 1, actions: [{ name: 'a', type: 'assign', field: 'rating', value: 'Hot' }, { name: 'b', type: 'field_update', field: 'closed_on', value: 'TODAY() + 1' }] },
    ].map(({ object: _, ...rule }) => rule));
    expect(await create(app, { name: 'Big', amount: '200' })).toMatchObject({ data: { createDeal: { record: { rating: 'HOT', note: 'Call Big about 200' } } } });
    expect(await runs(app)).toEqual([]);
    await app.close();
  });

  it('fire when their criteria begin to hold, or every time', async () => {
    const won = { triggerType: 'on_update', criteria: "stage = 'won'" };
    const app = await start(await open(), [
      { ...won, name: 'begins', actions: [{ type: 'create_record', objectName: 'task', fields: { subject: 'begins {name}' } }] },
      { ...won, name: 'every', reevaluateOnChange: true, actions: [{ type: 'create_record', objectName: 'task', fields: { subject: 'every {name}' } }] },
      { ...won, name: 'changed', criteria: [{ field: 'name', operator: 'changed' }], actions: [{ type: 'create_record', objectName: 'task', fields: { subject: 'changed {name}' } }] },
    ]);
    await create(app, { name: 'A', stage: 'OPEN' });
    await update(app, { stage: 'WON' });
    await update(app, { name: 'B' });
    await eventually(async () => expect((await tasks(app)).map((one) => (one as { subject: string }).subject).sort()).toEqual(['begins A', 'changed B', 'every A', 'every B']));
    await eventually(async () => expect(new Set((await runs(app)).map(({ status }) => status))).toEqual(new Set(['COMPLETED'])));
    await app.close();
  });

  it('start no run when the write is undone', async () => {
    const database = await open();
    const app = await start(database, [{ name: 'r', triggerType: 'on_create', actions: [{ type: 'create_record', objectName: 'task', fields: { subject: 'x' } }] }]);
    expect(await app.query('mutation { createDeal(input: { name: "A" }, dryRun: true) { record { name } } }')).not.toHaveProperty('errors');
    expect(await runs(app)).toEqual([]);
    await app.close();
  });

  it('run on one record in order, also after failures', async () => {
    const app = await start(await open(), [
      { name: 'log', triggerType: 'on_create_or_update', reevaluateOnChange: true, actions: [{ type: 'create_record', objectName: 'task', fields: { subject: '{name}' } }] },
    ], { run: false });
    await create(app, { name: '0' });
    for (let n = 1; n < 8; n += 1) await update(app, { name: String(n) });
    await app.platform.kernel.start();
    await eventually(async () => expect(await tasks(app)).toEqual(Array.from({ length: 8 }, (_, n) => ({ subject: String(n) }))));
    await app.close();
  });

  it('run on one record in the order of its changes, whatever the clocks of those who wrote said', async () => {
    const database = await open();
    const app = await start(database, [
      { name: 'log', triggerType: 'on_create_or_update', reevaluateOnChange: true, actions: [{ type: 'create_record', objectName: 'task', fields: { subject: '{name}' } }] },
      { name: 'call', triggerType: 'on_create_or_update', reevaluateOnChange: true, actions: [{ type: 'custom_script', capabilities: ['write'], code: "await ctx.api.create('task', { subject: 'script ' + ctx.record.name })" }] },
    ], { run: false });
    await create(app, { name: '0' });
    for (let n = 1; n < 4; n += 1) await update(app, { name: String(n) });
    // As a machine writes it whose clock is ahead, the more the earlier its change: ids begin with the time.
    await database.query({ text: `UPDATE objectos_automation_outbox o SET note = replace(note, '"id":"01', '"id":"' || (SELECT 10 + count(*) FROM objectos_automation_outbox later WHERE later.position > o.position)) WHERE position > 0`, values: [] });
    await app.platform.kernel.start();
    await eventually(async () => expect(await tasks(app)).toEqual(['script 0', '0', 'script 1', '1', 'script 2', '2', 'script 3', '3'].map((subject) => ({ subject }))));
    await app.close();
  });

  it('keep effects that fail together with their steps apart from those that were done', async () => {
    let broken = true;
    const keys: unknown[] = [];
    const server = createServer((request, response) => {
      keys.push(request.headers['idempotency-key']);
      response.statusCode = broken ? 503 : 200;
      response.end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=secret`;
    const app = await start(await open(), [
      { name: 'tell', triggerType: 'on_create', actions: [{ name: 'make', type: 'create_record', objectName: 'task', fields: { subject: 'once', deal: '{id}' } }, { name: 'post', type: 'http_call', url, body: { name: '{name}' } }] },
    ], { options: { allowPrivateAddresses: true, attempts: 50 } });
    await create(app, { name: 'A' });
    await eventually(async () => expect(await runs(app)).toMatchObject([{ status: 'RETRYING', error: expect.stringMatching(/^POST http:\/\/127\.0\.0\.1:\d+\/hook answered with status 503\.$/) as string }]));
    broken = false;
    await eventually(async () => expect(await runs(app)).toMatchObject([{ status: 'COMPLETED', error: null }]));
    expect(await tasks(app, 'subject deal { id }')).toEqual([{ subject: 'once', deal: { id } }]);
    expect(new Set(keys).size).toBe(1);
    expect(await runs(app, 'steps')).toMatchObject([{ steps: [{ name: 'make', type: 'create_record' }, { name: 'post', output: { status: 200 } }] }]);
    expect(JSON.stringify(await runs(app, 'steps'))).not.toContain('secret');
    await app.close();
    await new Promise((done) => server.close(done));
  });

  it('call no address of the own network', async () => {
    const app = await start(await open(), [{ name: 'inside', triggerType: 'on_create', actions: [{ name: 'ask', type: 'http_call', url: 'http://localhost:1/x' }] }]);
    await create(app, { name: 'A' });
    await eventually(async () => expect(await runs(app)).toEqual([{ rule: 'inside', status: 'FAILED', attempts: 1, error: 'The action "ask" calls localhost:1, which has an address of the own machine or network. Set automation.allowPrivateAddresses when that is meant.' }]));
    await app.close();
  });

  it('end circles with the chain', async () => {
    const app = await start(await open(), [
      { name: 'more', triggerType: 'on_update', criteria: 'ISCHANGED(note)', actions: [{ type: 'update_record', objectName: 'deal', recordId: '{id}', fields: { note: '{note}x' } }] },
    ], { options: { maxChain: 3 } });
    await create(app, { name: 'A' });
    await update(app, { note: 'x' });
    await eventually(async () => expect((await runs(app)).at(-1)).toEqual({ rule: 'more', status: 'FAILED', attempts: 1, error: 'Automations started each other more than 3 times: more → more → more → more.' }));
    expect(await runs(app, 'status chain')).toMatchObject([{ chain: [] }, { chain: ['more'] }, { status: 'FAILED', chain: ['more', 'more'] }]);
    await app.close();
  });

  it('tell the client what its write started', async () => {
    const app = await start(await open(), [
      { name: 'sets', triggerType: 'on_create', actions: [{ type: 'field_update', field: 'note', value: 'x' }] },
      { name: 'within', triggerType: 'on_create_or_update', runIn: 'transaction', reevaluateOnChange: true, actions: [{ type: 'create_record', objectName: 'task', fields: { subject: '{name}' } }] },
      { name: 'later', triggerType: 'on_create', criteria: 'amount > 1', actions: [{ type: 'create_record', objectName: 'task', fields: { subject: '{name}' } }] },
      { name: 'gone', triggerType: 'on_delete', actions: [{ type: 'create_record', objectName: 'task', fields: { subject: 'gone' } }] },
    ], { run: false });
    const [sets, within, later] = [{ rule: 'sets', status: 'COMPLETED', run: null }, { rule: 'within', status: 'COMPLETED', run: null }, { rule: 'later', status: 'PENDING', run: { rule: 'later', status: 'PENDING' } }];
    expect(await app.query(`mutation { a: createDeal(input: { id: "${id}", name: "A", amount: "2" }) { record { note } ${started} } b: createDeal(input: { name: "B" }) { automations { rule __typename } } }`)).toEqual({
      data: { a: { record: { note: 'x' }, automations: [sets, within, later] }, b: { automations: [{ rule: 'sets', __typename: 'StartedAutomation' }, { rule: 'within', __typename: 'StartedAutomation' }] } },
    });
    expect(await app.query(`mutation { createDeals(input: [{ name: "C", amount: "1" }, { name: "D", amount: "3" }]) { count ${started} } }`)).toEqual({ data: { createDeals: { count: 2, automations: [sets, sets, within, within, later] } } });
    expect(await app.query(`mutation { updateDeal(id: "${id}", input: { name: "E" }) { ${started} } }`)).toEqual({ data: { updateDeal: { automations: [within] } } });
    expect(await app.query(`mutation { deleteDeal(id: "${id}") { record { name } ${started} } }`)).toEqual({ data: { deleteDeal: { record: { name: 'E' }, automations: [{ rule: 'gone', status: 'PENDING', run: { rule: 'gone', status: 'PENDING' } }] } } });
    // What runs in the transaction is there without any worker.
    expect((await tasks(app)).length).toBe(5);
    await app.close();
  });

  it('leave records of data files as they are', async () => {
    const app = await startPlatform({
      database: await open(),
      objects: [{ ...deal, workflows: [
        { name: 'sets', triggerType: 'on_create', actions: [{ type: 'field_update', field: 'note', value: 'x' }] },
        { name: 'later', triggerType: 'on_create', actions: [{ type: 'create_record', objectName: 'task', fields: { subject: '{name}' } }] },
      ] }, task],
      data: [{ object: 'deal', records: [{ name: 'A' }] }],
      plugins: [jobs({ pollSeconds: 60 }), automation()],
    });
    expect((await app.query('{ deals { nodes { name note } } automationRuns { nodes { id } } }')).data).toEqual({ deals: { nodes: [{ name: 'A', note: null }] }, automationRuns: { nodes: [] } });
    await app.close();
  });

  it('write other records as a part of the write, or fail it', async () => {
    const app = await start(await open(), [
      { name: 'rated', triggerType: 'on_update', reevaluateOnChange: true, criteria: "rating != 'hot'", runIn: 'transaction', actions: [{ type: 'field_update', field: 'rating', value: 'hot' }, { type: 'create_record', objectName: 'task', fields: { subject: '{name} is {rating}', n: '=LEN(name)' } }] },
      { name: 'circle', triggerType: 'on_update', criteria: 'ISCHANGED(note)', runIn: 'transaction', actions: [{ type: 'update_record', objectName: 'deal', recordId: '{id}', fields: { note: '{note}x' } }] },
    ], { run: false, options: { maxChain: 3 } });
    await create(app, { name: 'A', rating: 'COLD' });
    expect(await update(app, { name: 'BCD' })).toMatchObject({ data: { updateDeal: { record: { rating: 'HOT' } } } });
    expect(await tasks(app, 'subject n')).toEqual([{ subject: 'BCD is hot', n: 3 }]);
    expect(await update(app, { note: 'y' })).toMatchObject({ errors: [{ message: 'Automations started each other more than 3 times: circle → circle → circle → circle.', extensions: { code: 'RECURSION_LIMIT' } }] });
    expect((await app.query(`{ deal(id: "${id}") { note } }`)).data).toEqual({ deal: { note: null } });
    await app.close();
  });

  it('look at formulas and at what lookups lead to', async () => {
    const app = await startPlatform({
      database: await open(),
      objects: [
        { ...deal, fields: { ...(deal['fields'] as object), twice: { type: 'formula', expression: 'amount * 2', returnType: 'number' } } },
        { ...task, workflows: [
          { name: 'set', triggerType: 'on_create_or_update', reevaluateOnChange: true, criteria: "deal.rating = 'hot' AND deal.twice > 100", actions: [{ type: 'field_update', field: 'n', formula: 'deal.twice + 1' }] },
          { name: 'later', triggerType: 'on_create', criteria: 'deal.amount > 10', actions: [{ type: 'update_record', objectName: 'deal', recordId: '{deal}', fields: { note: '{subject} for {deal.name}' } }] },
        ] },
      ],
      plugins: [rules(), jobs({ pollSeconds: 60 }), automation()],
    });
    await app.platform.kernel.start();
    await create(app, { name: 'Big', rating: 'HOT', amount: '60' });
    const add = (subject: string) => app.query(`mutation { createTask(input: { subject: "${subject}", dealId: "${id}" }) { record { n } automations { rule } } }`);
    expect(await add('Call')).toEqual({ data: { createTask: { record: { n: 121 }, automations: [{ rule: 'set' }, { rule: 'later' }] } } });
    await eventually(async () => expect((await app.query(`{ deal(id: "${id}") { note } }`)).data).toEqual({ deal: { note: 'Call for Big' } }));
    await update(app, { amount: '5' });
    expect(await add('No')).toEqual({ data: { createTask: { record: { n: null }, automations: [] } } });
    await app.close();
  });

  it('carry out the runs of a bulk write together', async () => {
    const app = await start(await open(), [
      { name: 'first', executionOrder: 1, triggerType: 'on_create', actions: [{ type: 'create_record', objectName: 'task', fields: { subject: '{name}', deal: '{id}' } }] },
      { name: 'second', executionOrder: 2, triggerType: 'on_create', actions: [{ type: 'update_record', objectName: 'deal', recordId: '{id}', fields: { note: 'of {name}', amount: '=amount + 1' } }] },
    ]);
    const input = Array.from({ length: 1_000 }, (_, n) => ({ name: `D${n}`, amount: String(n), ...(n === 7 && { amount: null }) }));
    expect(await app.query('mutation ($input: [DealCreateInput!]!) { createDeals(input: $input) { count } }', { input })).toEqual({ data: { createDeals: { count: 1_000 } } });
    const counted = async () => (await app.query('{ tasksAggregate { count } automationRunsAggregate(where: { status: { eq: COMPLETED } }) { count } dealsAggregate(where: { note: { startsWith: "of D" } }) { count } jobsAggregate(where: { name: { eq: "automation.run" } }) { count } }')).data;
    await eventually(async () => expect(await counted()).toMatchObject({ tasksAggregate: { count: 1_000 }, automationRunsAggregate: { count: 2_000 }, dealsAggregate: { count: 1_000 } }));
    // Ten would do; one that comes before its time finds nothing to do.
    expect(((await counted())?.['jobsAggregate'] as { count: number }).count).toBeLessThan(100);
    await app.close();
  });

  it('keep the actions as they were when the run began', async () => {
    const database = await open();
    const rule = (subject: string) => [{ name: 'r', triggerType: 'on_create', actions: [{ type: 'create_record', objectName: 'task', fields: { subject } }] }];
    const before = await start(database, rule('before {name}'), { run: false });
    await create(before, { name: 'A' });
    await before.close();
    const after = await start(database, rule('after {name}'));
    await eventually(async () => expect(await tasks(after)).toEqual([{ subject: 'before A' }]));
    await after.query('mutation { createDeal(input: { name: "B" }) { record { id } } }');
    await eventually(async () => expect(await tasks(after)).toEqual([{ subject: 'before A' }, { subject: 'after B' }]));
    await after.close();
  });

  it('are carried out one by one when they cannot be together', async () => {
    const app = await start(await open(), [
      { name: 'point', triggerType: 'on_create', actions: [{ type: 'create_record', objectName: 'task', fields: { subject: '{name}', deal: '{note}' } }] },
    ]);
    const nowhere = '018f0000-0000-7000-8000-00000000dead';
    await app.query('mutation ($input: [DealCreateInput!]!) { createDeals(input: $input) { count } }', { input: [{ name: 'A' }, { name: 'B', note: nowhere }, { name: 'C' }] });
    await eventually(async () => expect((await runs(app, 'status error')).map(({ status, error }) => [status, error])).toEqual([['COMPLETED', null], ['FAILED', 'The record that Deal names does not exist.'], ['COMPLETED', null]]));
    expect(new Set(await tasks(app))).toEqual(new Set([{ subject: 'A' }, { subject: 'C' }]));
    await app.close();
  });

  it('take along what waits of their rule, and leave behind what cannot be done', async () => {
    const workflows = [{ name: 'call', triggerType: 'on_create', actions: [{ type: 'create_record', objectName: 'task', fields: { subject: '{name}', n: '{note}' } }] }];
    const database = await open();
    const fill = async (app: TestPlatform, notes: readonly string[]): Promise<void> => {
      for (const note of notes) await app.query('mutation ($input: DealCreateInput!) { createDeal(input: $input) { record { id } } }', { input: { name: 'Deal', note } });
      await app.platform.kernel.start();
    };
    const numbers = Array.from({ length: 12 }, (_, n) => String(n));
    const first = await start(database, workflows, { run: false });
    await fill(first, numbers);
    await eventually(async () => expect((await runs(first, 'status')).map(({ status }) => status)).toEqual(numbers.map(() => 'COMPLETED')));
    // The queue has five places, and each job may find others that wait.
    expect(new Set((await runs(first, 'job')).map(({ job }) => job)).size).toBeLessThanOrEqual(5);
    await eventually(async () => expect(await first.query('{ jobs(where: { name: { eq: "automation.run" }, status: { ne: COMPLETED } }) { nodes { status } } }')).toEqual({ data: { jobs: { nodes: [] } } }));
    await first.close();

    const second = await start(database, workflows, { run: false });
    await fill(second, ['20', 'no number', '21', '22']);
    await eventually(async () => expect((await runs(second, 'status')).slice(12).map(({ status }) => status)).toEqual(['COMPLETED', 'FAILED', 'COMPLETED', 'COMPLETED']));
    expect((await tasks(second, 'n')).map((one) => (one as { n: number }).n).sort((one, other) => one - other)).toEqual([...numbers.map(Number), 20, 21, 22]);
    await second.close();
  });

  it('start runs whose process ends after the commit, once and in order', async () => {
    const database = await open();
    const workflows = [{ name: 'r', triggerType: 'on_create_or_update', criteria: 'amount > 10', reevaluateOnChange: true, actions: [{ type: 'create_record', objectName: 'task', fields: { subject: '{name}', n: '{amount}' } }] }];
    const waiting = async (): Promise<unknown> => (await database.query<{ count: number }>({ text: 'SELECT count(*)::int AS count FROM objectos_automation_outbox', values: [] })).rows[0]?.count;
    const first = await start(database, workflows, { run: false });
    const { createDeal } = await ask(first, 'mutation { createDeal(input: { name: "A", amount: 11 }) { record { id } automations { run { id __typename } } } }');
    const made = createDeal as { record: { id: string }; automations: { run: { id: string } }[] };
    expect(made.automations).toEqual([{ run: { id: expect.any(String) as unknown, __typename: 'AutomationRun' } }]);
    for (const amount of [12, 13]) await ask(first, 'mutation ($id: ID!, $amount: Decimal!) { updateDeal(id: $id, input: { amount: $amount }) { record { id } } }', { id: made.record.id, amount });
    await ask(first, 'mutation ($input: [DealCreateInput!]!) { createDeals(input: $input) { count } }', { input: [{ name: 'B', amount: 14 }, { name: 'none', amount: 1 }] });
    expect([await runs(first, 'id'), await waiting()]).toEqual([[], 4]);
    // Whoever wants to see more than the id of a run sees it, after those before it on its record.
    expect(await ask(first, 'mutation ($id: ID!) { updateDeal(id: $id, input: { note: "x" }) { automations { run { status } } } }', { id: made.record.id })).toEqual({ updateDeal: { automations: [{ run: { status: 'PENDING' } }] } });
    expect([(await runs(first, 'id')).length, await waiting()]).toEqual([4, 1]);
    expect((await runs(first, 'id'))[0]).toEqual({ id: made.automations[0]?.run.id });
    await first.close();

    const second = await start(database, workflows);
    await eventually(async () => expect(await tasks(second, 'subject n')).toHaveLength(5));
    expect((await tasks(second, 'subject n')).filter((task) => (task as { subject: string }).subject === 'A')).toEqual([11, 12, 13, 13].map((n) => ({ subject: 'A', n })));
    expect(await waiting()).toBe(0);
    await second.close();
  });

  it('are cancelled and begun again by hand', async () => {
    const app = await start(await open(), [{ name: 'r', triggerType: 'on_delete', actions: [{ type: 'task_creation', taskObject: 'task', subject: 'Gone: {name}', dueDate: 'TODAY() + 3', additionalFields: { n: 5 } }] }], { run: false });
    await create(app, { name: 'A' });
    const { deleteDeal } = await ask(app, 'mutation ($id: ID!) { deleteDeal(id: $id) { automations { run { id } } } }', { id });
    const [{ run }] = (deleteDeal as { automations: [{ run: Readonly<Record<string, unknown>> }] }).automations;
    expect(await app.query('mutation ($id: ID!) { cancelRun(id: $id) }', { id: run['id'] })).toEqual({ data: { cancelRun: run['id'] } });
    await app.platform.kernel.start();
    expect(await app.query('mutation ($id: ID!) { retryRun(id: $id) }', { id: run['id'] })).toEqual({ data: { retryRun: run['id'] } });
    await eventually(async () => expect(await tasks(app, 'subject n')).toEqual([{ subject: 'Gone: A', n: 5 }]));
    await eventually(async () => expect(await runs(app, 'status event')).toEqual([{ status: 'COMPLETED', event: 'DELETE' }]));
    await app.close();
  });
});

it.each<[string, DefinitionInput, string | RegExp]>([
  ['an action that nothing carries out', { name: 'r', triggerType: 'on_create', actions: [{ type: 'email_alert', template: 'x', recipients: ['a@example.com'] }] }, '"email_alert" cannot be carried out: no plugin sends notifications'],
  ['a field that is not there', { name: 'r', triggerType: 'on_create', actions: [{ type: 'field_update', field: 'amont', value: 1 }] }, 'deal has no field "amont" that can be written'],
  ['criteria with a mistake', { name: 'r', triggerType: 'on_create', criteria: 'amont > 1', actions: [{ type: 'field_update', field: 'note', value: 'x' }] }, '"amont"'],
  ['a template with a mistake', { name: 'r', triggerType: 'on_create', actions: [{ type: 'field_update', field: 'note', value: 'Hi {nam}' }] }, '"nam"'],
  ['a call within the transaction', { name: 'r', triggerType: 'on_create', runIn: 'transaction', actions: [{ type: 'http_call', url: 'https://example.com' }] }, 'only actions that write records run in the transaction'],
  ['an object that is not there, with one mistake', { name: 'r', triggerType: 'on_create', actions: [{ type: 'create_record', objectName: 'taks', fields: { subject: 'x' } }] }, /there is no object "taks" whose records can be written\s+Did you mean "task"\?\s+1 error,/],
  ['a script that cannot be read', { name: 'r', triggerType: 'on_create', actions: [{ type: 'custom_script', code: 'const a = 1;\nconst a = 2;' }] }, "the script has a mistake in line 2: Identifier 'a' has already been declared"],
  ['a script that calls what it may not', { name: 'r', triggerType: 'on_create', actions: [{ type: 'custom_script', capabilities: ['read'], code: "// not ctx.api.create()\nreturn ctx.http({ url: 'https://example.com' });" }] }, /the script calls ctx\.http, which takes the capability "http"\s+Name it: capabilities: \[read, http\]\.\s+1 error/],
  ['a time zone that is not there', { name: 'r', triggerType: 'schedule', schedule: { cron: '0 8 * * *', timeZone: 'Europe/Berln' }, actions: [{ type: 'create_record', objectName: 'task', fields: {} }] }, 'Write one such as "Europe/Berlin".'],
  ['an unknown key', { name: 'r', triggerType: 'on_create', actoins: [], actions: [{ type: 'field_update', field: 'note', value: 'x' }] }, 'unknown key "actoins"'],
])('refuses %s', async (_, rule, message) => {
  await expect(startPlatform({ objects: [{ ...deal, workflows: [rule] }, task], plugins: [jobs(), automation()] })).rejects.toThrow(message);
});
