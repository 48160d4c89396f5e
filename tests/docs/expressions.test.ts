import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { DefinitionInput } from '../../src/metadata/phase.ts';
import { rules } from '../../src/plugins/rules/index.ts';
import { describeEachDatabase } from '../support/database.ts';
import { startPlatform } from '../support/platform.ts';
import { blocksOf } from './blocks.ts';

const blocks = blocksOf('docs/expressions.md').filter(({ tags }) => tags.includes('rules'));

describeEachDatabase('docs/expressions.md', (openDatabase) => it('has formulas that load and do what it says', async () => {
  const objects = blocks.filter(({ tags }) => tags.includes('object')).flatMap(({ text }) => parseAllDocuments(text).map((document) => document.toJS() as DefinitionInput));
  const app = await startPlatform({ database: await openDatabase(), objects, plugins: [rules()] });
  try {
    expect(app.platform.diagnostics).toEqual([]);
    const { errors } = await app.query('mutation { createDeal(input: { name: "licences", amount: "2000", probability: 50, account: { create: { name: "Initech", industry: TECH } } }) { record { weighted } } }');
    expect(errors).toBeUndefined();
    const query = blocks.find(({ language }) => language === 'graphql');
    expect((await app.query(query?.text ?? '')).data).toEqual({
      deals: { nodes: [{ title: 'Initech: licences', weighted: '1000.00', rating: 'A' }] },
      dealsAggregate: { sum: { weighted: '1000.00' } },
    });
  } finally {
    await app.close();
  }
}));
