import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadCatalog } from '../../src/metadata/load-catalog.ts';
import type { DefinitionInput } from '../../src/metadata/phase.ts';
import { rules } from '../../src/plugins/rules/index.ts';
import { blocksWith, nameOf } from './blocks.ts';

describe('definitions with rules', () => {
  it.each(blocksWith('yaml', 'computed').map((block) => ({ block, name: nameOf(block) })))('$name loads', async ({ block }) => {
    const definitions = parseAllDocuments(block.text).map((document) => document.toJS() as DefinitionInput);
    expect((await loadCatalog({ plugins: [rules()], definitions })).diagnostics).toEqual([]);
  });
});
