import type { Database } from '../../../src/database/database.ts';
import { automation } from '../../../src/plugins/automation/index.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const logged = (rule: string) => ({ name: 'log', type: 'create_record', objectName: 'entry', fields: { rule, item: '{id}', n: '{n}' } });

/** A platform whose automations leave an entry, and a count, for each thing that they did. */
export async function startCounting(database: Database, { run }: { readonly run: boolean }): Promise<TestPlatform> {
  const workflows = [
    { name: 'created', triggerType: 'on_create', actions: [logged('created'), { name: 'count', type: 'field_update', field: 'done', formula: 'done + 1' }] },
    { name: 'changed', triggerType: 'on_update', criteria: 'ISCHANGED(n)', actions: [logged('changed')] },
    { name: 'scripted', triggerType: 'on_update', criteria: 'ISCHANGED(n) AND n = 3', actions: [
      { name: 'script', type: 'custom_script', capabilities: ['write'], code: `await ctx.api.create('entry', { rule: 'scripted', item: ctx.record.id, n: ctx.record.n })` },
      { name: 'result', type: 'update_record', objectName: 'item', recordId: '{id}', fields: { scripts: '=1' } },
    ] },
    { name: 'due', triggerType: 'on_create', timeTriggers: [{ timeLength: 0, timeUnit: 'minutes', actions: [logged('due')] }] },
  ];
  const app = await startPlatform({
    database,
    objects: [
      { name: 'item', fields: { n: { type: 'number', defaultValue: 0 }, done: { type: 'number', defaultValue: 0 }, scripts: 'number' }, workflows },
      { name: 'entry', fields: { rule: 'text', item: { type: 'lookup', reference: 'item' }, n: 'number' } },
    ],
    plugins: [jobs({ pollSeconds: 60, leaseSeconds: 2 }), automation()],
  });
  if (run) await app.platform.kernel.start();
  return app;
}
