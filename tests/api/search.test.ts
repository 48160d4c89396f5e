import { beforeAll, expect, it } from 'vitest';
import { describeEachDatabase } from '../support/database.ts';
import { startPlatform, type TestPlatform } from '../support/platform.ts';

const objects = [{ name: 'article', search: { fields: ['title', 'body'] }, fields: { title: { type: 'text', required: true }, body: { type: 'textarea' } } }];

describeEachDatabase('full text', (open) => {
  let app: TestPlatform;

  beforeAll(async () => {
    app = await startPlatform({ objects, database: await open() });
    const { errors } = await app.query(`mutation { createArticles(input: [
      { title: "Wind turbines", body: "Blades and towers." }
      { title: "Solar panels", body: "No turbines here, only cells." }
      { title: "Heat pumps" }
    ]) { count } }`);
    expect(errors).toBeUndefined();
  });

  const titles = async (search: string | null) => {
    const { data, errors } = await app.query('query ($search: String) { articles(search: $search) { nodes { title } totalCount } }', { search });
    expect(errors).toBeUndefined();
    const { nodes, totalCount } = (data as { articles: { nodes: { title: string }[]; totalCount: number } }).articles;
    expect(nodes).toHaveLength(totalCount);
    return nodes.map(({ title }) => title);
  };

  it('ranks the better match first, knows word forms, phrases and exclusion', async () => {
    expect(await titles('turbine')).toEqual(['Wind turbines', 'Solar panels']);
    expect(await titles('"solar panels"')).toEqual(['Solar panels']);
    expect(await titles('turbines -solar')).toEqual(['Wind turbines']);
    expect(await titles('nothing')).toEqual([]);
  });

  it('an empty search is no search, in the same operation as a real one', async () => {
    for (const none of ['', '  ', null]) expect(await titles(none)).toEqual(['Wind turbines', 'Solar panels', 'Heat pumps']);
    expect(await titles('pump')).toEqual(['Heat pumps']);
    expect(await titles('')).toHaveLength(3);
  });
});
