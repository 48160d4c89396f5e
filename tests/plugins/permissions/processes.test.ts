import { expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const rep = '018f0000-0000-7000-8000-000000000001';
const boss = '018f0000-0000-7000-8000-000000000002';
const deal = '018f0000-0000-7000-8000-0000000000d1';
const objects = [{ name: 'deal', fields: { name: { type: 'text' }, owner: { type: 'user' } } }];
const definitions = [
  { kind: 'role', value: [{ name: 'boss' }, { name: 'rep', parent: 'boss' }] },
  { kind: 'permission', value: { name: 'reader', objects: { deal: { allowRead: true } } } },
] as const;

describeEachDatabase('two processes on one database', (openDatabase, kind) => {
  const onlyServer = it.runIf(kind === 'postgres');

  const start = async (database: Database): Promise<TestPlatform> => {
    const app = await startPlatform({ database, objects, plugins: [permissions({ definitions })], open: false });
    await app.platform.kernel.start();
    return app;
  };

  async function two() {
    const here = await openDatabase();
    const schema = (await here.query<{ name: string }>({ text: 'SELECT current_schema() AS name', values: [] })).rows[0]?.name ?? '';
    const a = await start(here);
    const b = await start(await openDatabase({ schema }));
    const system = a.as(systemCaller);
    const write = async (mutation: string): Promise<string> => {
      const { data, errors } = await system.query(`mutation { ${mutation} }`);
      expect(errors).toBeUndefined();
      return (Object.values(data ?? {})[0] as { record?: { id: string } }).record?.id ?? '';
    };
    await write(`createUsers(input: [{ id: "${rep}", name: "rep", email: "rep@example.com" }, { id: "${boss}", name: "boss", email: "boss@example.com" }]) { count }`);
    await write(`createDeal(input: { id: "${deal}", name: "d", ownerId: "${rep}" }) { record { id } }`);
    const grant = (user: string) => write(`createPermissionAssignment(input: { userId: "${user}", permissionSet: "reader" }) { record { id } }`);
    const sees = async (user: string): Promise<boolean> => ((await b.as({ userId: user }).query('{ deals { totalCount } }')).data?.['deals'] as { totalCount: number }).totalCount === 1;
    const stop = async (): Promise<void> => {
      await a.close();
      await b.close();
    };
    return { write, grant, sees, stop };
  }
  const soon = { timeout: 1_000, interval: 20 };

  onlyServer('agree about grants, revocations and roles within a second', async () => {
    const { write, grant, sees, stop } = await two();
    try {
      expect(await sees(rep)).toBe(false);
      const id = await grant(rep);
      await expect.poll(() => sees(rep), soon).toBe(true);
      await write(`deletePermissionAssignment(id: "${id}") { record { id } }`);
      await expect.poll(() => sees(rep), soon).toBe(false);

      await grant(boss);
      expect(await sees(boss)).toBe(false);
      await write(`createRoleAssignments(input: [{ userId: "${rep}", role: "rep" }, { userId: "${boss}", role: "boss" }]) { count }`);
      await expect.poll(() => sees(boss), soon).toBe(true);
    } finally {
      await stop();
    }
  });

  onlyServer('are not stale when the connection that hears of changes is cut', async () => {
    const { write, grant, sees, stop } = await two();
    const other = await openDatabase();
    const cut = () => other.query({ text: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'listen "objectos_permissions"' AND pid <> pg_backend_pid()`, values: [] });
    try {
      const id = await grant(rep);
      await expect.poll(() => sees(rep), soon).toBe(true);
      await cut();
      await write(`deletePermissionAssignment(id: "${id}") { record { id } }`);
      await expect.poll(() => sees(rep), { timeout: 2_000, interval: 20 }).toBe(false);

      // While no new connection is made, what is known lasts a second.
      await grant(rep);
      await expect.poll(() => sees(rep), { timeout: 2_000, interval: 20 }).toBe(true);
      await cut();
      await write('deletePermissionAssignments(where: {}) { count }');
      await expect.poll(async () => (await cut(), sees(rep)), { timeout: 2_000, interval: 20 }).toBe(false);
    } finally {
      await stop();
    }
  });
});
