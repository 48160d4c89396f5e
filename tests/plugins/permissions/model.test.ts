import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { Oracle, type Deal } from './oracle.ts';
import { dealId, definitionsOf, objectsOf, personId, taskId, worlds, type World } from './world.ts';

/** Worlds per engine; every world is asked some 400 questions. `PERMISSION_WORLDS=500` is the long mode. */
const runs = Number(process.env['PERMISSION_WORLDS'] ?? 10);

const nobody = '018f0000-0000-7000-8000-00000000dead';

async function build(world: World, database: Database): Promise<TestPlatform> {
  const app = await startPlatform({ database, objects: objectsOf(world), plugins: [permissions({ definitions: definitionsOf(world) })], open: false });
  for (const table of ['task', 'deal', 'sys_record_share', 'sys_group_member', 'sys_role_assignment', 'sys_permission_assignment', 'sys_user']) await database.exec(`DELETE FROM "${table}"`);
  const people = world.people.map((person, n) => ({ ...person, n }));
  const { errors } = await app.as(systemCaller).query(
    `mutation($users: [UserInput!]!, $roles: [RoleAssignmentInput!]!, $sets: [PermissionAssignmentInput!]!, $groups: [GroupMemberInput!]!, $deals: [DealInput!]!, $tasks: [TaskInput!]!, $shares: [RecordShareInput!]!) {
      createUsers(input: $users) { count } createRoleAssignments(input: $roles) { count } createPermissionAssignments(input: $sets) { count }
      createGroupMembers(input: $groups) { count } createDeals(input: $deals) { count } createTasks(input: $tasks) { count } createRecordShares(input: $shares) { count }
    }`.replaceAll(/\[(\w+)Input!\]/g, '[$1CreateInput!]'),
    {
      users: people.map(({ n }) => ({ id: personId(n), name: `p${n}`, email: `p${n}@example.com` })),
      roles: people.flatMap(({ n, role }) => (role === undefined ? [] : [{ userId: personId(n), role: `role${role}` }])),
      sets: people.flatMap(({ n, sets }) => sets.map((set) => ({ userId: personId(n), permissionSet: `set${set}` }))),
      groups: people.flatMap(({ n, inGroup }) => (inGroup ? [{ userId: personId(n), group: 'team' }] : [])),
      deals: world.deals.map(({ owner, stage, amount }, n) => ({ id: dealId(n), name: `d${n}`, stage: stage.toUpperCase(), amount, secret: `s${n}`, ownerId: owner === undefined ? null : personId(owner) })),
      tasks: world.deals.flatMap(({ tasks }, n) => Array.from({ length: tasks }, (_, t) => ({ id: taskId(n, t), name: `t${t}`, dealId: dealId(n) }))),
      shares: world.shares.map(({ deal, person, level, expired }) => ({ object: 'deal', recordId: dealId(deal), userId: personId(person), accessLevel: level.toUpperCase(), expiresAt: expired ? '2020-01-01T00:00:00Z' : null })),
    },
  );
  expect(errors).toBeUndefined();
  return app;
}

async function check(world: World, app: TestPlatform): Promise<void> {
  const deals: Deal[] = world.deals.map(({ owner, stage, amount }, index) => ({ index, owner, stage, amount }));
  for (const [n] of world.people.entries()) {
    const who = app.as({ userId: personId(n) });
    const oracle = new Oracle(world, n);
    const ask = async (document: string) => {
      const { data, errors } = await who.query(document);
      return { data: data as Readonly<Record<string, never>> | null, codes: [...new Set(errors?.map(({ extensions }) => String(extensions?.['code'])))] };
    };
    const context = `p${n}`;
    const seen = deals.filter((deal) => oracle.reads(deal));
    const tasks = deals.flatMap((deal) => (oracle.readsTaskOf(deal) ? Array.from({ length: world.deals[deal.index]?.tasks ?? 0 }, (_, t) => taskId(deal.index, t)) : []));

    const list = await ask('{ deals { totalCount nodes { id amount secret } } dealsAggregate { count } tasks { nodes { id } } }');
    const rows = seen.map((deal) => ({ id: dealId(deal.index), amount: oracle.readsAmount(deal) ? deal.amount : null, secret: oracle.readsSecret(deal) ? `s${deal.index}` : null }));
    expect(list.data, context).toEqual({ deals: { totalCount: seen.length, nodes: rows }, dealsAggregate: { count: seen.length }, tasks: { nodes: tasks.map((id) => ({ id })) } });

    const filtered = await ask('{ dealsAggregate(where: { amount: { gt: 3 } }) { count sum { amount } } }');
    if (filtered.codes.length === 0) {
      const over = seen.filter(({ amount }) => (amount ?? 0) > 3);
      expect(seen.every((deal) => oracle.readsAmount(deal)), `${context} filters by amount`).toBe(true);
      const sum = over.length === 0 ? null : String(over.reduce((total, { amount }) => total + (amount ?? 0), 0));
      expect(JSON.parse(JSON.stringify(filtered.data?.['dealsAggregate'], (_key, value: unknown) => (typeof value === 'number' ? String(value) : value))), context).toEqual({ count: String(over.length), sum: { amount: sum } });
    } else expect(filtered.codes, context).toEqual(['FORBIDDEN']);

    for (const deal of deals) {
      const id = dealId(deal.index);
      const at = `${context} d${deal.index}`;
      expect((await ask(`{ node(id: "${id}") { id } }`)).data, at).toEqual({ node: oracle.reads(deal) ? { id } : null });

      const update = async (target: string, input: string) => (await ask(`mutation { updateDeal(id: "${target}", dryRun: true, input: { ${input} }) { record { id } } }`)).codes;
      const can = (allowed: boolean): readonly string[] => (allowed ? [] : ['FORBIDDEN']);
      const became = { ...deal, stage: 'b' as const };
      for (const [input, allowed, what] of [
        ['name: "x"', oracle.edits(deal) && oracle.mayBecome(deal), 'edit'],
        ['stage: B', oracle.edits(deal) && oracle.mayBecome(became), 'move on'],
        ['secret: "x"', oracle.edits(deal) && oracle.mayBecome(deal) && oracle.editsSecret(deal), 'edit the secret'],
      ] as const) {
        // What cannot be seen answers as what is not there.
        expect(await update(id, input), `${at} ${what}`).toEqual(oracle.reads(deal) ? can(allowed) : await update(nobody, input));
      }
      if (!oracle.reads(deal)) expect(await update(id, 'name: "x"'), `${at} unseen`).not.toEqual([]);
      else expect((await ask(`mutation { deleteDeal(id: "${id}", dryRun: true) { record { id } } }`)).codes, `${at} delete`).toEqual(can(oracle.deletes(deal)));
    }
    for (const stage of ['a', 'c'] as const) {
      const made: Deal = { index: -1, owner: n, stage, amount: undefined };
      const { codes } = await ask(`mutation { createDeal(dryRun: true, input: { name: "new", stage: ${stage.toUpperCase()}, ownerId: "${personId(n)}" }) { record { id } } }`);
      // Naming an owner takes the right to see people, which nobody has here.
      expect(codes, `${context} create`).not.toEqual([]);
      const plain = await ask(`mutation { createDeal(dryRun: true, input: { name: "new", stage: ${stage.toUpperCase()} }) { clientMutationId } }`);
      expect(plain.codes, `${context} create ${stage}`).toEqual(oracle.creates({ ...made, owner: undefined }) ? [] : ['FORBIDDEN']);
    }
  }
}

describeEachDatabase('generated worlds', (openDatabase) => {
  it('answer as the rules say, record by record', async () => {
    const database = await openDatabase();
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        await check(world, await build(world, database));
      }),
      { numRuns: runs, interruptAfterTimeLimit: 3_000_000 },
    );
  }, 3_600_000);
});
