import { expect, it } from 'vitest';
import { parse } from 'yaml';
import type { DefinitionInput } from '../../src/metadata/phase.ts';
import { identity } from '../../src/plugins/identity/index.ts';
import { tenancy } from '../../src/plugins/tenancy/index.ts';
import { members, organizations, people } from '../plugins/tenancy/support.ts';
import { describeEachDatabase } from '../support/database.ts';
import { startPlatform } from '../support/platform.ts';
import { blocksOf } from './blocks.ts';

const blocks = blocksOf('docs/tenancy.md');
const written = (tag: string): readonly DefinitionInput[] => blocks.filter(({ tags }) => tags.includes('tenancy') && tags.includes(tag)).map(({ text }) => parse(text) as DefinitionInput);

describeEachDatabase('docs/tenancy.md', (open) => it('has definitions that load, and examples that answer as shown', async () => {
  const app = await startPlatform({ database: await open(), objects: written('object'), data: [...members, ...written('data')], plugins: [identity({ mode: 'test' }), tenancy()] });
  try {
    expect(app.platform.diagnostics).toEqual([]);
    const acting = (organization: keyof typeof organizations) => app.as({ userId: people.cat, organizationId: organizations[organization] });
    const asked = blocks.filter(({ language }) => language === 'graphql');
    for (const block of asked) expect(await acting('alpha').query(block.text)).toEqual(JSON.parse(blocks[blocks.indexOf(block) + 1]?.text ?? ''));
    expect(asked.length).toBe(1);
    expect(await acting('beta').query('{ projects { nodes { code } } }')).toEqual({ data: { projects: { nodes: [{ code: 'T-1' }] } } });
  } finally {
    await app.close();
  }
}));
