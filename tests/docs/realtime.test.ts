import { expect, it } from 'vitest';
import { realtime } from '../../src/plugins/realtime/index.ts';
import { systemCaller } from '../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../support/database.ts';
import { startPlatform } from '../support/platform.ts';
import { loadBlock } from './load-block.ts';

interface Following {
  readonly rows: ReadonlyMap<string, unknown>;
  stop(): Promise<void>;
}

describeEachDatabase('docs/realtime.md', (open) => {
  it('has a client that misses nothing while the server restarts', async () => {
    const follow = loadBlock('docs/realtime.md', 'followAccounts')['followAccounts'] as (url: string) => Following;
    const database = await open();
    const start = async (port: number) => {
      const app = await startPlatform({ database, objects: [{ name: 'account', fields: { name: { type: 'text' }, industry: { type: 'select', options: ['technology', 'retail'] } } }], plugins: [realtime()], settings: { server: { port } } });
      const { url } = await app.platform.start();
      const write = async (mutation: string) => expect((await app.as(systemCaller).query(`mutation { ${mutation} }`)).errors).toBeUndefined();
      return { app, url, write };
    };
    const first = await start(0);
    const client = follow(`${first.url.replace('http', 'ws')}/graphql`);
    const names = () => [...client.rows.values()].map((row) => (row as { name: string }).name).sort();
    try {
      await first.write('createAccounts(input: [{ name: "a", industry: TECHNOLOGY }, { name: "b", industry: TECHNOLOGY }, { name: "c", industry: RETAIL }]) { count }');
      await expect.poll(names, { timeout: 20_000 }).toEqual(['a', 'b']);
      await first.write('updateAccounts(where: { name: { eq: "a" } }, input: { name: "z" }) { count }');
      await expect.poll(names, { timeout: 20_000 }).toEqual(['b', 'z']);
      await first.app.close();
      const second = await start(Number(new URL(first.url).port));
      try {
        await second.write('deleteAccounts(where: { name: { eq: "b" } }) { count } createAccount(input: { name: "d", industry: TECHNOLOGY }) { record { id } }');
        await expect.poll(names, { timeout: 20_000 }).toEqual(['d', 'z']);
      } finally {
        await client.stop();
        await second.app.close();
      }
    } finally {
      await client.stop();
    }
  });
});
