import { expect, it } from 'vitest';
import { compileCatalog } from '../../src/metadata/compile.ts';
import { fieldTypes } from '../../src/metadata/field-types/index.ts';
import { jobs } from '../../src/plugins/jobs/index.ts';
import { users } from '../../src/plugins/users/index.ts';
import { webhooks } from '../../src/plugins/webhooks/index.ts';
import { blocksWith, nameOf } from './blocks.ts';

const definitions = [
  { name: 'account', fields: { name: 'text' } },
  { name: 'deal', fields: { name: 'text', amount: { type: 'currency' }, account: { type: 'lookup', reference: 'account' } } },
  { name: 'payment', fields: { number: { type: 'text', unique: true }, amount: { type: 'currency' } } },
];

it.each(['webhook', 'receiver'].flatMap((kind) => blocksWith('yaml', kind).map((block) => ({ kind, block, name: nameOf(block) }))))('$name loads', ({ kind, block }) => {
  const plugins = [users(), jobs(), webhooks({ env: ['ERP_SECRET', 'BANK_SECRET', 'GITHUB_SECRET'] })];
  expect(compileCatalog({ files: [{ file: `example.${kind}.yml`, text: block.text }], definitions, plugins, fieldTypes }).diagnostics).toEqual([]);
});
