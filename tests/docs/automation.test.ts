import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadCatalog } from '../../src/metadata/load-catalog.ts';
import type { DefinitionInput } from '../../src/metadata/phase.ts';
import { automation } from '../../src/plugins/automation/index.ts';
import { jobs } from '../../src/plugins/jobs/index.ts';
import { users } from '../../src/plugins/users/index.ts';
import { blocksWith, nameOf } from './blocks.ts';

it.each(blocksWith('yaml', 'workflow').map((block) => ({ block, name: nameOf(block) })))('$name loads', async ({ block }) => {
  const workflows = (parse(block.text) as DefinitionInput[]).map(({ objectName: _, ...rule }) => rule);
  const settings = { env: ['ERP_TOKEN'] };
  const deal = { name: 'deal', fields: { name: 'text', amount: { type: 'currency' }, stage: { type: 'select', options: ['open', 'won'] }, rating: { type: 'select', options: ['hot', 'cold'] } }, workflows };
  const task = { name: 'task', fields: { subject: 'text', due_date: 'date' } };
  expect((await loadCatalog({ plugins: [users(), jobs(), automation(settings)], definitions: [deal, task] })).diagnostics).toEqual([]);
});
