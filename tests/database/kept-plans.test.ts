import { expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { describeEachDatabase } from '../support/database.ts';
import { sql } from './support.ts';

const comparisons = 40;

describeEachDatabase('plans of prepared statements', (open) => {
  const filled = async (): Promise<Database> => {
    const database = await open({ pool: 1 });
    await database.exec(`
      CREATE TABLE item (id int PRIMARY KEY, kind text, amount numeric);
      INSERT INTO item SELECT n, CASE WHEN n % 1000 = 0 THEN 'rare' ELSE 'common' END, n FROM generate_series(1, 20000) n;
      CREATE INDEX ON item (amount);
      CREATE INDEX ON item (kind)`);
    await database.query(sql('VACUUM ANALYZE item'));
    return database;
  };
  const run = async (database: Database, name: string, text: string, valuesOf: (n: number) => readonly unknown[], times: number) => {
    for (let n = 0; n < times; n += 1) await database.query({ name, text, values: valuesOf(n) });
  };
  const plansOf = async (database: Database, name: string) => {
    const { rows: [plans] } = await database.query<{ kept: number; own: number }>(sql('SELECT generic_plans::int AS kept, custom_plans::int AS own FROM pg_prepared_statements WHERE name = $1', name));
    return plans;
  };
  const modeOf = async (database: Database) => (await database.query<{ mode: string }>(sql("SELECT current_setting('plan_cache_mode') AS mode"))).rows[0]?.mode;

  const above = 'SELECT count(*)::int AS count FROM item WHERE amount >= $1::numeric';
  const ofKind = 'SELECT sum(amount)::int AS sum FROM item WHERE kind = $1::text AND amount >= $2::numeric';

  it('are kept where all values lead to the same one', async () => {
    const database = await filled();
    await run(database, 'above', above, (n) => [19_900 + n], comparisons + 1);
    const before = await plansOf(database, 'above');
    await run(database, 'above', above, (n) => [19_900 + n], 10);
    const after = await plansOf(database, 'above');
    expect([Number(after?.kept) - Number(before?.kept), Number(after?.own) - Number(before?.own)]).toEqual([10, 0]);
    expect((await database.query({ name: 'above', text: above, values: [19_991] })).rows).toEqual([{ count: 10 }]);
    expect(await modeOf(database)).toBe('auto');
  });

  it('are made anew where a value leads to another one, also when it comes late', async () => {
    const database = await filled();
    // Most of the table is better read as a whole.
    await run(database, 'mixed', above, (n) => [n % 10 === 9 ? 5 : 19_900], comparisons + 10);
    await run(database, 'late', above, (n) => [n < 990 ? 19_900 : 5], 1_010);
    for (const name of ['mixed', 'late']) {
      const before = await plansOf(database, name);
      await run(database, name, above, () => [19_900], 10);
      const after = await plansOf(database, name);
      expect([name, Number(after?.kept) - Number(before?.kept)]).toEqual([name, 0]);
    }
  });

  it('leave nothing behind when a statement fails or runs in a transaction', async () => {
    const database = await filled();
    const text = 'SELECT count(*)::int / $2::int AS count FROM item WHERE amount >= $1::numeric';
    await run(database, 'divide', text, () => [19_901, 10], comparisons + 5);
    await expect(database.query({ name: 'divide', text, values: [19_901, 0] })).rejects.toThrow();
    expect(await modeOf(database)).toBe('auto');
    expect((await database.query({ name: 'divide', text, values: [19_901, 10] })).rows).toEqual([{ count: 10 }]);
    await database.transaction(async () => {
      expect((await database.query({ name: 'divide', text, values: [19_901, 20] })).rows).toEqual([{ count: 5 }]);
      expect(await modeOf(database)).toBe('auto');
    });
    await run(database, 'kind', ofKind, (n) => [n % 2 === 0 ? 'rare' : 'common', 19_000], comparisons + 5);
    expect((await database.query({ name: 'kind', text: ofKind, values: ['rare', 19_500] })).rows).toEqual([{ sum: 20_000 }]);
  });
});
