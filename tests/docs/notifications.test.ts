import { expect, it } from 'vitest';
import { compileCatalog } from '../../src/metadata/compile.ts';
import { fieldTypes } from '../../src/metadata/field-types/index.ts';
import { jobs } from '../../src/plugins/jobs/index.ts';
import { notifications } from '../../src/plugins/notifications/index.ts';
import { users } from '../../src/plugins/users/index.ts';
import { blocksWith, nameOf } from './blocks.ts';

it.each(blocksWith('yaml', 'template').map((block) => ({ block, name: nameOf(block) })))('$name loads', ({ block }) => {
  expect(compileCatalog({ files: [{ file: 'example.template.yml', text: block.text }], definitions: [{ name: 'deal', fields: { name: 'text' } }], plugins: [users(), jobs(), notifications()], fieldTypes }).diagnostics).toEqual([]);
});
