import { expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import type { DefinitionInput } from '../../../src/metadata/phase.ts';
import { automation } from '../../../src/plugins/automation/index.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { eventually } from '../jobs/support.ts';
import { ask } from './support.ts';

/** Starts at every change, and does nothing that fails. */
const seen = { name: 'seen', triggerType: 'on_create_or_update', reevaluateOnChange: true, actions: [{ type: 'create_record', objectName: 'entry', fields: { text: 'x' } }] };
const entry: DefinitionInput = { name: 'entry', fields: { text: 'text' } };
const values: DefinitionInput = {
  title: 'text', done: 'boolean', count: 'number', price: { type: 'currency' }, day: 'date', moment: 'datetime', clock: 'time', kind: { type: 'select', options: ['a_one', 'b_two'], defaultValue: 'b_two' },
  kinds: { type: 'multiselect', options: ['x', 'y'] }, tags: 'tags', place: 'location', shape: 'json', link: 'url', share: 'percent', other: { type: 'lookup', reference: 'entry' }, untouched: 'text',
};
const objects: readonly DefinitionInput[] = [
  entry,
  { name: 'shown', fields: values, workflows: [seen] },
  // Of these, the log does not say all.
  { name: 'veiled', softDelete: true, fields: { ...values, number: { type: 'autonumber', format: 'N-{000}' }, hidden: { type: 'text', internal: true, defaultValue: 'h' }, token: 'secret', twice: { type: 'formula', expression: 'count * 2', returnType: 'number' } }, workflows: [{ ...seen, name: 'veiled' }] },
];
const input = {
  title: 'Ä "quoted" \\ text', done: false, count: 12.5, price: '1234.50', day: '2026-02-03', moment: '2026-02-03T04:05:06.070Z', clock: '07:08:09', kinds: ['Y', 'X'], tags: ['one', 'two'],
  place: { lat: 1.5, lng: -2 }, shape: { deep: [1, null, { a: 'b' }] }, link: 'https://example.com/?a=b', share: 0.25,
};

const start = (database: Database, given = objects): Promise<TestPlatform> =>
  startPlatform({ database, objects: given, plugins: [jobs({ pollSeconds: 60 }), rules(), automation()], settings: { encryption: { key: Buffer.alloc(32, 7).toString('base64') } } });
const query = async (database: Database, text: string) => (await database.query<Readonly<Record<string, unknown>>>({ text, values: [] })).rows;
const triggers = (database: Database, rule: string) => query(database, `SELECT trigger -> 'record' AS record, trigger -> 'previous' AS previous FROM sys_automation_run WHERE rule = '${rule}' ORDER BY place::bigint`);

describeEachDatabase('outbox of automations', (open) => {
  it('keeps a new record as a later change sees it, whether alone, beside others or in one list', async () => {
    const database = await open();
    const app = await start(database);
    for (const [object, Type, Types] of [['shown', 'Shown', 'Showns'], ['veiled', 'Veiled', 'Veileds']] as const) {
      const one = `mutation ($input: ${Type}CreateInput!) { made: create${Type}(input: $input) { record { id } } }`;
      await Promise.all(Array.from({ length: 6 }, () => ask(app, one, { input })));
      await ask(app, `mutation ($input: [${Type}CreateInput!]!) { create${Types}(input: $input) { count } }`, { input: [input, { title: 'second' }] });
      await ask(app, `mutation { bare: create${Type}(input: {}) { record { id } } }`);
      const ids = (await query(database, `SELECT id FROM ${object} ORDER BY id`)).map(({ id }) => id);
      for (const id of ids) await ask(app, `mutation ($id: ID!) { update${Type}(id: $id, input: { untouched: "now" }) { record { id } } }`, { id });
      expect(ids).toHaveLength(9);
    }
    const kept = await query(database, `SELECT r.version ->> 'object' AS object, created IS NULL AS whole FROM objectos_automation_outbox o LEFT JOIN objectos_automation_rule_version r ON o.note LIKE '%' || r.hash || '%' WHERE o.note LIKE '%"create"%' AND r.hash IS NOT NULL GROUP BY 1, 2 ORDER BY 1`);
    expect(kept).toMatchObject([{ object: 'shown', whole: false }, { object: 'veiled', whole: true }]);
    await app.platform.kernel.start();
    for (const rule of ['seen', 'veiled']) {
      await eventually(async () => expect(await triggers(database, rule)).toHaveLength(18));
      const all = await triggers(database, rule);
      const created = all.filter((run) => run['previous'] === null).map(({ record }) => record as { id: string });
      expect(created).toHaveLength(9);
      for (const record of created) expect(record).toEqual(all.find((run) => (run['previous'] as { id: string } | null)?.id === record.id)?.['previous']);
    }
    await app.close();
  });

  it('keeps each rule once, and all versions of it that started runs', async () => {
    const database = await open();
    const versions = () => query(database, 'SELECT version FROM objectos_automation_rule_version');
    const first = await start(database);
    const create = (app: TestPlatform) => ask(app, 'mutation { createShown(input: {}) { record { id } } }');
    await create(first);
    await eventually(async () => expect(await versions()).toHaveLength(1));
    await create(first);
    const notes = (await query(database, 'SELECT note FROM objectos_automation_outbox ORDER BY position')).map(({ note }) => JSON.parse(String(note)) as { runs: readonly { rule: unknown }[] });
    expect(notes).toMatchObject([{ event: 'create', runs: [{ rule: { rule: 'seen', object: 'shown' } }] }, { event: 'create', runs: [{ rule: expect.any(String) as string }] }]);
    await first.close();

    const action = { ...seen.actions[0], fields: { text: 'new' } };
    const second = await start(database, objects.map((object) => (object['name'] === 'shown' ? { ...object, workflows: [{ ...seen, actions: [action] }] } : object)));
    await second.platform.kernel.start();
    await create(second);
    await eventually(async () => expect((await query(database, 'SELECT text FROM entry ORDER BY text')).map(({ text }) => text)).toEqual(['new', 'x', 'x']));
    await eventually(async () => expect(await versions()).toHaveLength(2));
    await second.close();
  });

  it('keeps a rule although the write that named it first is undone', async () => {
    const database = await open();
    const app = await start(database);
    await ask(app, 'mutation { createShown(input: { title: "undone" }, dryRun: true) { record { id } } }');
    await ask(app, 'mutation { createShown(input: { title: "kept" }) { record { id } } }');
    await app.platform.kernel.start();
    await eventually(async () => expect(await query(database, 'SELECT text FROM entry')).toEqual([{ text: 'x' }]));
    await app.close();
  });

  it('gives up runs of a rule that is nowhere, and makes the others', async () => {
    const database = await open();
    const app = await start(database);
    const create = () => ask(app, 'mutation { createShown(input: {}) { record { id } } }');
    await create();
    await create();
    await query(database, `UPDATE objectos_automation_outbox SET note = '{"event":"create","runs":[{"id":"018f0000-0000-7000-8000-000000000001","rule":"lost"}]}' WHERE position = (SELECT min(position) FROM objectos_automation_outbox)`);
    await app.platform.kernel.start();
    await eventually(async () => expect(await query(database, 'SELECT text FROM entry')).toEqual([{ text: 'x' }]));
    expect(await query(database, 'SELECT position FROM objectos_automation_outbox')).toEqual([]);
    await app.close();
  });
});
