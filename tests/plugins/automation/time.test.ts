import { expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import type { DefinitionInput } from '../../../src/metadata/phase.ts';
import { automation } from '../../../src/plugins/automation/index.ts';
import type { TimeTrigger } from '../../../src/plugins/automation/rule.ts';
import { dueAt } from '../../../src/plugins/automation/triggers/due-at.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform } from '../../support/platform.ts';
import { eventually } from '../jobs/support.ts';
import { ask, listOf, startAutomation, type StartOptions } from './support.ts';

const client: DefinitionInput = { name: 'client', fields: { name: 'text', active: 'boolean' } };
const call: DefinitionInput = { name: 'call', fields: { subject: 'text', status: { type: 'select', options: ['open', 'done'] }, at: 'datetime', client: { type: 'lookup', reference: 'client' } } };
const note: DefinitionInput = { name: 'note', fields: { text: 'text', call: { type: 'lookup', reference: 'call' } } };
const remind = { name: 'remind', type: 'create_record', objectName: 'note', fields: { text: '{subject}', call: '{id}' } };
const hour = 3_600_000;
const inHours = (hours: number): string => new Date(Date.now() + hours * hour).toISOString();

const start = (database: Database, workflows: readonly DefinitionInput[], options?: StartOptions) => startAutomation(database, [client, { ...call, workflows }, note], options);
const create = async (app: Parameters<typeof ask>[0], input: object) => {
  const { createCall } = await ask(app, 'mutation ($input: CallCreateInput!) { createCall(input: $input) { record { id } automations { rule status run { id dueAt } } } }', { input });
  return createCall as { record: { id: string }; automations: readonly { rule: string; status: string; run: { id: string; dueAt: string } }[] };
};
const update = (app: Parameters<typeof ask>[0], id: string, input: object) => ask(app, 'mutation ($id: ID!, $input: CallUpdateInput!) { updateCall(id: $id, input: $input) { automations { rule status } } }', { id, input });
const notes = (app: Parameters<typeof ask>[0]) => listOf(app, 'notes', 'text');
const runs = (app: Parameters<typeof ask>[0], fields = 'status dueAt error') => listOf(app, 'automationRuns', fields);

describeEachDatabase('time triggers', (open) => {
  const reminder = { name: 'reminder', triggerType: 'on_create_or_update', criteria: "status = 'open'", timeTriggers: [{ id: 'late', timeLength: 1, timeUnit: 'hours', offsetDirection: 'after', dateField: 'at', actions: [remind] }] };

  it('fire once for each moment, with the record as it is then', async () => {
    const app = await start(await open(), [reminder], { run: false });
    const at = inHours(-1.5);
    const { record: { id }, automations } = await create(app, { subject: 'first', status: 'OPEN', at });
    expect(automations).toEqual([{ rule: 'reminder', status: 'SCHEDULED', run: { id: expect.any(String) as string, dueAt: new Date(Date.parse(at) + hour).toISOString() } }]);
    await update(app, id, { subject: 'second' });
    await app.platform.kernel.start();
    await eventually(async () => expect(await runs(app, 'status event')).toEqual([{ status: 'COMPLETED', event: 'TIME' }]));
    expect(await update(app, id, { subject: 'third' })).toEqual({ updateCall: { automations: [] } });
    expect(await update(app, id, { at: inHours(-2) })).toEqual({ updateCall: { automations: [{ rule: 'reminder', status: 'SCHEDULED' }] } });
    await eventually(async () => expect(await notes(app)).toEqual([{ text: 'second' }, { text: 'third' }]));
    await app.close();
  });

  it('fire when their moment comes', async () => {
    const app = await start(await open(), [reminder]);
    await create(app, { subject: 'soon', status: 'OPEN', at: new Date(Date.now() - hour + 700).toISOString() });
    expect(await notes(app)).toEqual([]);
    await eventually(async () => expect(await notes(app)).toEqual([{ text: 'soon' }]));
    const [run] = await runs(app, 'dueAt startedAt');
    expect(Date.parse(String(run?.['startedAt']))).toBeGreaterThanOrEqual(Date.parse(String(run?.['dueAt'])));
    await app.close();
  });

  it('move with their date, and end with their criteria and their record', async () => {
    const app = await start(await open(), [reminder]);
    const [{ record: { id: first } }, { record: { id: second } }] = [await create(app, { subject: 'a', status: 'OPEN', at: inHours(5) }), await create(app, { subject: 'b', status: 'OPEN', at: inHours(5) })];
    const at = inHours(9);
    await update(app, first, { at });
    expect((await runs(app))[0]).toEqual({ status: 'SCHEDULED', dueAt: new Date(Date.parse(at) + hour).toISOString(), error: null });
    expect(await update(app, first, { status: 'DONE' })).toEqual({ updateCall: { automations: [] } });
    await ask(app, 'mutation ($id: ID!) { deleteCall(id: $id) { deletedId: record { id } } }', { id: second });
    expect(await runs(app, 'status error')).toEqual(Array.from({ length: 2 }, () => ({ status: 'CANCELLED', error: 'The criteria do not hold any more.' })));
    expect(await listOf(app, 'jobs', 'name status').then((list) => list.filter(({ name, status }) => name === 'automation.due' && status === 'WAITING'))).toEqual([]);
    // What begins anew waits anew.
    expect(await update(app, first, { status: 'OPEN', at: inHours(-2) })).toEqual({ updateCall: { automations: [{ rule: 'reminder', status: 'SCHEDULED' }] } });
    await eventually(async () => expect(await notes(app)).toEqual([{ text: 'a' }]));
    await app.close();
  });

  it('look at their criteria again when their moment comes', async () => {
    const app = await start(await open(), [{ ...reminder, criteria: 'client.active = true' }], { run: false });
    const { createClient } = (await ask(app, 'mutation { createClient(input: { name: "Acme", active: true }) { record { id } } }')) as { createClient: { record: { id: string } } };
    await create(app, { subject: 'x', at: inHours(-2), clientId: createClient.record.id });
    await ask(app, 'mutation ($id: ID!) { updateClient(id: $id, input: { active: false }) { record { id } } }', { id: createClient.record.id });
    await app.platform.kernel.start();
    await eventually(async () => expect(await runs(app, 'status error')).toEqual([{ status: 'CANCELLED', error: 'The criteria do not hold any more.' }]));
    expect(await notes(app)).toEqual([]);
    await app.close();
  });

  it('count from the moment at which criteria begin to hold', async () => {
    const app = await start(await open(), [{ name: 'follow', triggerType: 'on_update', criteria: "status = 'done'", timeTriggers: [{ timeLength: 2, timeUnit: 'weeks', actions: [remind] }] }], { run: false });
    const { record: { id }, automations } = await create(app, { subject: 'x', status: 'DONE' });
    expect(automations).toEqual([]);
    await update(app, id, { status: 'OPEN' });
    const before = Date.now();
    await update(app, id, { status: 'DONE' });
    const [first] = await runs(app);
    expect(Math.abs(Date.parse(String(first?.['dueAt'])) - before - 14 * 24 * hour)).toBeLessThan(2 * hour);
    await update(app, id, { subject: 'y' });
    expect(await runs(app)).toEqual([first]);
    await app.close();
  });

  it('are set and taken back for many records at once', async () => {
    const app = await start(await open(), [reminder], { run: false });
    const input = Array.from({ length: 300 }, (_, n) => ({ subject: String(n), status: 'OPEN', at: inHours(n) }));
    await ask(app, 'mutation ($input: [CallCreateInput!]!) { createCalls(input: $input) { count } }', { input });
    const count = async (status: string) => ((await ask(app, `{ automationRunsAggregate(where: { status: { eq: ${status} } }) { count } }`))['automationRunsAggregate'] as { count: number }).count;
    expect(await count('SCHEDULED')).toBe(300);
    await ask(app, 'mutation { updateCalls(where: {}, input: { status: DONE }) { count } }');
    expect([await count('SCHEDULED'), await count('CANCELLED')]).toEqual([0, 300]);
    await app.close();
  });
});

describeEachDatabase('rules on a schedule', (open, kind) => {
  it.skipIf(kind === 'pglite')('fire once each time, however many processes there are', async () => {
    const database = await open();
    const { rows: [named] } = await database.query<{ name: string }>({ text: 'SELECT current_schema() AS name', values: [] });
    const rule = { name: 'tick', triggerType: 'schedule', schedule: '* * * * * *', criteria: "subject = 'listed'", actions: [{ name: 'note', type: 'create_record', objectName: 'note', fields: { text: 'tick' } }] };
    const app = await start(database, [rule], { run: false });
    const others = [await start(await open({ schema: named?.name ?? '' }), [rule], { run: false }), await start(await open({ schema: named?.name ?? '' }), [rule], { run: false })];
    for (const subject of ['listed', 'not listed']) await create(app, { subject });
    await Promise.all([app, ...others].map(({ platform }) => platform.kernel.start()));
    await eventually(async () => expect((await notes(app)).length).toBeGreaterThanOrEqual(4));
    for (const one of [...others, app]) await one.platform.kernel.stop();
    const { rows: [fired] } = await database.query<{ times: number; moments: number; runs: number }>({
      text: `SELECT count(*)::int AS times, count(DISTINCT run_at)::int AS moments, (SELECT count(*)::int FROM sys_automation_run) AS runs FROM sys_job WHERE name = 'automation.schedule.tick' AND status = 'completed'`, values: [],
    });
    expect(fired).toEqual({ times: fired?.moments, moments: fired?.moments, runs: fired?.moments });
    await Promise.all([app, ...others].map((one) => one.close()));
  });

  it('run for the records that meet their criteria, or for none', async () => {
    const scheduled = await startAutomation(await open(), [client, {
      ...call,
      workflows: [{ name: 'sweep', triggerType: 'schedule', schedule: { cron: '*/3 * * * * *', timeZone: 'Asia/Kathmandu' }, criteria: "status = 'open' AND at < NOW() AND client.active = true", actions: [{ name: 'close', type: 'field_update', field: 'status', value: 'done' }, remind] }],
    }, note]);
    const { createClients } = (await ask(scheduled, 'mutation { createClients(input: [{ active: true }, { active: false }]) { records { id } } }')) as { createClients: { records: { id: string }[] } };
    const [on, off] = createClients.records.map(({ id }) => id);
    const input = [{ subject: 'late', status: 'OPEN', at: inHours(-1), clientId: on }, { subject: 'early', status: 'OPEN', at: inHours(1), clientId: on }, { subject: 'off', status: 'OPEN', at: inHours(-1), clientId: off }];
    await ask(scheduled, 'mutation ($input: [CallCreateInput!]!) { createCalls(input: $input) { count } }', { input });
    await eventually(async () => expect(await listOf(scheduled, 'calls', 'subject status')).toEqual([{ subject: 'late', status: 'DONE' }, { subject: 'early', status: 'OPEN' }, { subject: 'off', status: 'OPEN' }]));
    await eventually(async () => expect(await runs(scheduled, 'event status runAs')).toEqual([{ event: 'SCHEDULE', status: 'COMPLETED', runAs: 'SYSTEM' }]));
    expect(await notes(scheduled)).toEqual([{ text: 'late' }]);
    await scheduled.close();
  });
});

it('counts days by the calendar, and hours by the clock', () => {
  const trigger = (length: number, unit: TimeTrigger['unit']) => ({ id: 't', length, unit, from: undefined, actions: [], written: [] });
  const due = (length: number, unit: TimeTrigger['unit'], base: unknown) => dueAt(trigger(length, unit), base, 'Europe/Berlin')?.toISOString();
  // Clocks go forward in the night to 2026-03-29.
  expect(due(0, 'days', '2026-03-29')).toBe('2026-03-28T23:00:00.000Z');
  expect(due(1, 'days', '2026-03-29')).toBe('2026-03-29T22:00:00.000Z');
  expect(due(-1, 'weeks', '2026-04-02')).toBe('2026-03-25T23:00:00.000Z');
  expect(due(1, 'days', '2026-03-28T12:00:00Z')).toBe('2026-03-29T11:00:00.000Z');
  expect(due(24, 'hours', '2026-03-28T12:00:00Z')).toBe('2026-03-29T12:00:00.000Z');
  expect(due(-90, 'minutes', new Date('2026-03-28T12:00:00Z'))).toBe('2026-03-28T10:30:00.000Z');
  expect(due(1, 'days', null)).toBeUndefined();
});

const timer = { timeLength: 1, timeUnit: 'days', dateField: 'at', actions: [remind] };
it.each<[string, object, string]>([
  ['a date field that is none', { triggerType: 'on_create', timeTriggers: [{ ...timer, dateField: 'subject' }] }, 'subject holds no date'],
  ['a time before the trigger', { triggerType: 'on_create', timeTriggers: [{ timeLength: 1, timeUnit: 'days', offsetDirection: 'before', actions: [remind] }] }, 'nothing happens before the moment of the trigger'],
  ['a time without an end', { triggerType: 'on_create', timeTriggers: [{ ...timer, timeLength: 1e9 }] }, 'must be a whole number of days from 0 to 3650'],
  ['a time trigger of deleted records', { triggerType: 'on_delete', timeTriggers: [timer] }, 'nothing is left of a deleted record by then'],
  ['an unknown key of a time trigger', { triggerType: 'on_create', timeTriggers: [{ ...timer, unit: 'x' }] }, 'unknown key "unit"'],
  ['a schedule that cannot be read', { triggerType: 'schedule', schedule: '99 * * * *', actions: [remind] }, 'Constraint error'],
  ['a schedule in a time zone that is none', { triggerType: 'schedule', schedule: { cron: '0 8 * * *', timeZone: 'Mars/Olympus' }, actions: [remind] }, 'Mars/Olympus'],
  ['a webhook with the rights of a user', { triggerType: 'webhook', runAs: 'user', actions: [remind] }, 'nobody makes the change that starts a rule on a webhook'],
  ['a webhook with criteria', { triggerType: 'webhook', criteria: 'subject = null', actions: [remind] }, 'criteria need an objectName'],
  ['a message where there is none', { triggerType: 'on_create', actions: [{ ...remind, fields: { text: '{payload.text}' } }] }, 'payload'],
  ['no schedule', { triggerType: 'schedule', actions: [remind] }, '"schedule" is missing'],
  ['a schedule for changes', { triggerType: 'on_create', schedule: '0 8 * * *', actions: [remind] }, 'counts only with triggerType: schedule'],
  ['changes on a schedule', { triggerType: 'schedule', schedule: '0 8 * * *', criteria: 'ISCHANGED(subject)', actions: [remind] }, 'nothing changes when a rule on a schedule looks at records'],
])('refuses %s', async (_, rule, message) => {
  await expect(startPlatform({ objects: [client, { ...call, workflows: [{ name: 'r', ...rule }] }, note], plugins: [jobs(), automation()] })).rejects.toThrow(message);
});
