import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it, describe } from 'vitest';
import type { Database, Statement } from '../../src/database/database.ts';
import { createPlatform, type Platform } from '../../src/platform.ts';
import { systemCaller } from '../../src/resolvers/caller.ts';
import { createLog } from '../../src/server/log.ts';
import { openEmpty } from '../support/database.ts';
import { recording } from '../support/recording.ts';

/**
 * Each `.graphql` here runs on the sample app; its answer (`.json`) and the SQL it became (`.sql`) stand beside it, so that a review sees
 * both change. `.variables.json` holds variables.
 */
describe('operations over the sample app', () => {
  let platform: Platform;
  let real: Database;
  const statements: Statement[] = [];

  beforeAll(async () => {
    real = await openEmpty();
    // Plans of operations are named; the platform's own upkeep may run beside them.
    const database = recording(real, (statement) => {
      if (statement.name?.startsWith('r') === true) statements.push(statement);
    });
    platform = await createPlatform({
      directory: resolve(import.meta.dirname, '../..'), database, env: {}, log: createLog({ level: 'silent' }), settings: { mode: 'test', server: { port: 0 } },
    });
    await platform.kernel.start();
  }, 120_000);

  afterAll(async () => {
    await platform.stop();
    await real.close();
  });

  for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.graphql'))) {
    it(file.replace('.graphql', '').replaceAll('-', ' '), async () => {
      const base = join(import.meta.dirname, file.replace('.graphql', ''));
      const variables = existsSync(`${base}.variables.json`) ? (JSON.parse(readFileSync(`${base}.variables.json`, 'utf8')) as Record<string, unknown>) : {};
      statements.length = 0;
      const result = await platform.execute({ query: readFileSync(`${base}.graphql`, 'utf8'), variables, caller: systemCaller });
      await expect(`${JSON.stringify(result, undefined, 2)}\n`).toMatchFileSnapshot(`${base}.json`);
      await expect(statements.map(({ text }) => `${readable(text)};\n`).join('\n')).toMatchFileSnapshot(`${base}.sql`);
      expect(statements).toHaveLength(1);
    });
  }
});

/** Line breaks before the clauses that a reader looks for. */
function readable(text: string): string {
  return text.replace(/ (FROM|WHERE|ORDER BY|GROUP BY|HAVING|LEFT JOIN|LIMIT) /g, '\n  $1 ');
}
