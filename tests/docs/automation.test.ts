import { expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Plugin } from '../../src/kernel/plugin.ts';
import { loadCatalog } from '../../src/metadata/load-catalog.ts';
import type { DefinitionInput } from '../../src/metadata/phase.ts';
import { automation } from '../../src/plugins/automation/index.ts';
import { jobs } from '../../src/plugins/jobs/index.ts';
import { users } from '../../src/plugins/users/index.ts';
import { eventually } from '../plugins/jobs/support.ts';
import { startPlatform } from '../support/platform.ts';
import { blocksOf, blocksWith, nameOf } from './blocks.ts';
import { loadBlock } from './load-block.ts';

const deal = {
  name: 'deal',
  fields: {
    name: 'text', amount: { type: 'currency' }, stage: { type: 'select', options: ['open', 'won'] }, rating: { type: 'select', options: ['hot', 'cold'] },
    score: 'number', close_date: 'date', owner: { type: 'lookup', reference: 'person' },
  },
};
const person = { name: 'person', fields: { active: 'boolean' } };
const task = { name: 'task', fields: { subject: 'text', due_date: 'date' } };

it.each(blocksWith('yaml', 'workflow').map((block) => ({ block, name: nameOf(block) })))('$name loads', async ({ block }) => {
  const workflows = (parse(block.text) as DefinitionInput[]).map(({ objectName: _, ...rule }) => rule);
  expect((await loadCatalog({ plugins: [users(), jobs(), automation({ env: ['ERP_TOKEN'] })], definitions: [{ ...deal, workflows }, task, person] })).diagnostics).toEqual([]);
});

it('handles changes as the example does, and tells of it in the payload', async () => {
  const make = loadBlock('docs/automation.md', 'export function followUps')['followUps'] as (order: () => Promise<{ number: string }>) => Plugin;
  const app = await startPlatform({ objects: [deal, person, task], plugins: [jobs({ pollSeconds: 60 }), automation(), make(() => Promise.resolve({ number: '1' }))] });
  await app.platform.kernel.start();
  const id = '018f0000-0000-7000-8000-000000000001';
  await app.query(`mutation { createDeal(input: { id: "${id}", stage: OPEN }) { record { id } } }`);
  const mutation = blocksOf('docs/automation.md').find(({ language }) => language === 'graphql');
  expect(await app.query(mutation?.text ?? '')).toMatchObject({ data: { updateDeal: { automations: [{ rule: 'deal.updated', status: 'PENDING' }] } } });
  await eventually(async () => expect(await app.query('{ tasks { nodes { subject } } automationRuns { nodes { status } } }')).toEqual({ data: { tasks: { nodes: [{ subject: `Thank ${id}` }] }, automationRuns: { nodes: [{ status: 'COMPLETED' }] } } }));
  await app.close();
});
