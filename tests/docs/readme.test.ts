import { expect, it } from 'vitest';
import { parse } from 'yaml';
import type { DefinitionInput } from '../../src/metadata/phase.ts';
import { automation } from '../../src/plugins/automation/index.ts';
import { jobs } from '../../src/plugins/jobs/index.ts';
import { describeEachDatabase } from '../support/database.ts';
import { soon, startLive } from '../plugins/realtime/support.ts';
import { blocksWith } from './blocks.ts';

const [automate] = blocksWith('yaml', 'workflows');
const [subscribe] = blocksWith('graphql', 'subscription');
const [message] = blocksWith('json', 'message');

describeEachDatabase('README.md', (open) => {
  it('shows an automation, and a subscription that hears of it', async () => {
    const workflows = (parse(automate?.text ?? '') as DefinitionInput[]).map(({ objectName: _, ...rule }) => rule);
    const objects = [
      { name: 'opportunity', fields: { name: 'text', stage: { type: 'select', options: ['prospecting', 'closed_won'] } }, workflows },
      { name: 'task', fields: { subject: 'text', due_date: 'date', opportunity: { type: 'lookup', reference: 'opportunity' } } },
    ];
    const app = await startLive({ objects, database: await open(), plugins: [jobs(), automation()] });
    const tasks = app.follow(subscribe?.text ?? '');
    await expect.poll(() => tasks.kinds, soon).toEqual(['READY']);
    const { createOpportunity } = (await app.system('mutation { createOpportunity(input: { name: "Dock cranes", stage: PROSPECTING }) { record { id } } }')) as { createOpportunity: { record: { id: string } } };
    await app.system('mutation ($id: ID!) { updateOpportunity(id: $id, input: { stage: CLOSED_WON }) { record { id } } }', { id: createOpportunity.record.id });
    await expect.poll(() => tasks.kinds, soon).toEqual(['READY', 'CREATED']);
    const shown = JSON.parse(message?.text ?? '{}') as { readonly data?: { readonly taskChanges?: unknown } };
    expect(tasks.messages[1]).toMatchObject(shown.data?.taskChanges ?? { missing: true });
    expect(await app.system('{ tasks { nodes { dueDate } } }')).toEqual({ tasks: { nodes: [{ dueDate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string }] } });
  });
});
