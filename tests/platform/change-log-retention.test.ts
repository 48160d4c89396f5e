import { expect, it } from 'vitest';
import { until } from '../support/cli.ts';
import { describeEachDatabase } from '../support/database.ts';
import { startPlatform } from '../support/platform.ts';

const yaml = 'name: city\nfields:\n  name: { type: text }\n';

describeEachDatabase('the change log', (open) => {
  it('loses changes older than the retention at start, and keeps the others', async () => {
    const database = await open();
    const count = async (): Promise<number> => {
      const { rows } = await database.query<{ count: number }>({ text: 'SELECT count(*)::int AS "count" FROM "objectos_change_log"', values: [] });
      return rows[0]?.count ?? -1;
    };
    const begin = await startPlatform({ yaml, database });
    for (const name of ['Graz', 'Linz']) await begin.query('mutation ($name: String) { createCity(input: { name: $name }) { record { id } } }', { name });
    await begin.close();
    expect(await count()).toBe(2);
    await database.query({ text: `UPDATE "objectos_change_log" SET "at" = now() - interval '3 days' WHERE "position" = (SELECT min("position") FROM "objectos_change_log")`, values: [] });

    const keeping = await startPlatform({ yaml, database, settings: { changeLog: { retentionDays: 0 } } });
    await keeping.platform.start();
    await keeping.close();
    expect(await count()).toBe(2);

    const pruning = await startPlatform({ yaml, database, settings: { changeLog: { retentionDays: 2 } } });
    await pruning.platform.start();
    await until(async () => ((await count()) === 1 ? true : undefined), () => 'The old change stayed.');
    await pruning.close();
  });
});
