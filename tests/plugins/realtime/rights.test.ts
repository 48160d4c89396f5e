import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Statement } from '../../../src/database/database.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { recording } from '../../support/recording.ts';
import { fold, soon, startLive } from './support.ts';

const id = (kind: string, n: number): string => `018f0000-0000-7000-8000-${kind}${String(n).padStart(11, '0')}`;
const person = (n: number) => ({ userId: id('a', n) });
const objects = [
  { name: 'deal', sharingModel: 'private', fields: { name: { type: 'text' }, stage: { type: 'text' }, amount: { type: 'currency', visible_to: ['finance'] }, owner: { type: 'user' } } },
  { name: 'note', sharingModel: 'public_read', fields: { text: { type: 'text' } } },
];
const rules = [
  { kind: 'role', value: [{ name: 'boss' }, { name: 'rep', parent: 'boss' }] },
  { kind: 'permission', value: [
    { name: 'seller', objects: { deal: { allowRead: true } } },
    { name: 'auditor', objects: { deal: { allowRead: true, viewAllRecords: true } } },
    { name: 'finance', objects: { deal: { allowRead: true, viewAllRecords: true } } },
    { name: 'own_stage', objects: { deal: { allowRead: true, viewAllRecords: true } }, rowLevelSecurity: [{ name: 'a', object: 'deal', using: { stage: 'a' } }] },
  ] },
] as const;
const all = 'subscription { dealChanges(snapshot: true) { cursor kind recordId changedFields at record { id name stage amount owner { id } } } }';

describeEachDatabase('rights of subscriptions', (open) => {
  const start = async (people: number, record: (statement: Statement) => void = () => undefined) => {
    const app = await startLive({ database: recording(await open(), record), objects, rules });
    await app.system('mutation($input: [UserCreateInput!]!) { createUsers(input: $input) { count } }', { input: Array.from({ length: people }, (_, n) => ({ id: id('a', n), name: `p${n}`, email: `p${n}@example.com` })) });
    const assign = async (n: number, permissionSet: string, expiresAt?: string) => {
      const { createPermissionAssignment } = await app.system('mutation($input: PermissionAssignmentCreateInput!) { createPermissionAssignment(input: $input) { record { id } } }', { input: { userId: id('a', n), permissionSet, expiresAt } });
      return (createPermissionAssignment as { record: { id: string } }).record.id;
    };
    const revoke = (assignment: string) => app.system('mutation($id: ID!) { deletePermissionAssignment(id: $id) { record { id } } }', { id: assignment });
    const deal = (n: number, input: Record<string, unknown>) => app.system('mutation($input: DealCreateInput!) { createDeal(input: $input) { record { id } } }', { input: { id: id('d', n), name: `deal ${n}`, ...input } });
    const update = (n: number, input: Record<string, unknown>) => app.system('mutation($id: ID!, $input: DealUpdateInput!) { updateDeal(id: $id, input: $input) { record { id } } }', { id: id('d', n), input });
    return { ...app, assign, revoke, deal, update };
  };

  it('are looked at in few statements, however many people listen', async () => {
    const read: string[] = [];
    const people = 30;
    const app = await start(people, ({ text }) => void (/^SELECT.* FROM "sys_permission_assignment"/.test(text) && read.push(text)));
    for (let n = 0; n < people; n += 1) await app.assign(n, 'seller');
    for (const n of [0, 1]) await app.deal(n, { ownerId: id('a', n) });
    const streams = Array.from({ length: people }, (_, n) => app.follow(all, person(n)));
    for (const { kinds } of streams) await expect.poll(() => kinds.at(-1), soon).toBe('READY');
    read.length = 0;
    await app.system('mutation($input: [RecordShareCreateInput!]!) { createRecordShares(input: $input) { count } }', { input: Array.from({ length: people - 2 }, (_, n) => ({ object: 'deal', recordId: id('d', n % 2), userId: id('a', n + 2), accessLevel: 'READ' })) });
    for (const [n, { messages }] of streams.entries()) await expect.poll(() => [...fold(messages).keys()], soon).toEqual([id('d', n % 2)]);
    expect(read.length).toBeLessThan(people / 3);
  });

  it('tell of rows that come and go with roles, shares and owners within a second', async () => {
    const app = await start(2);
    for (const n of [0, 1]) await app.assign(n, 'seller');
    await app.deal(1, { ownerId: id('a', 0) });
    const boss = app.follow(all, person(1));
    await expect.poll(() => boss.kinds, soon).toEqual(['READY']);
    const role = (n: number, name: string) => app.system('mutation($input: RoleAssignmentCreateInput!) { createRoleAssignment(input: $input) { record { id } } }', { input: { userId: id('a', n), role: name } });
    await role(0, 'rep');
    await role(1, 'boss');
    await expect.poll(() => boss.kinds.slice(1), soon).toEqual(['ENTERED']);
    await app.system('mutation { deleteRoleAssignments(where: { role: { eq: "boss" } }) { count } }');
    await expect.poll(() => boss.kinds.slice(2), soon).toEqual(['LEFT']);

    const until = new Date(Date.now() + 1_500).toISOString();
    await app.system('mutation($input: RecordShareCreateInput!) { createRecordShare(input: $input) { record { id } } }', { input: { object: 'deal', recordId: id('d', 1), userId: id('a', 1), accessLevel: 'READ', expiresAt: until } });
    await expect.poll(() => boss.kinds.slice(3), soon).toEqual(['ENTERED']);
    await expect.poll(() => boss.kinds.slice(4), soon).toEqual(['LEFT']);

    await app.update(1, { ownerId: id('a', 1) });
    await expect.poll(() => boss.kinds.slice(5), soon).toEqual(['ENTERED']);
    await app.update(1, { ownerId: id('a', 0) });
    await expect.poll(() => boss.kinds.slice(6), soon).toEqual(['LEFT']);
    expect(boss.messages.at(-1)).toMatchObject({ recordId: id('d', 1), record: null, changedFields: [] });
  });

  it('keep quiet about fields that the caller may not read, and begin anew when these become others', async () => {
    const app = await start(2);
    for (const n of [0, 1]) await app.assign(n, 'auditor');
    await app.assign(1, 'finance');
    await app.deal(1, { amount: '1' });
    const [plain, rich] = [app.follow(all, person(0)), app.follow(all, person(1))];
    for (const stream of [plain, rich]) await expect.poll(() => stream.kinds, soon).toEqual(['SNAPSHOT', 'READY']);
    await app.update(1, { amount: '2' });
    await app.update(1, { name: 'b', amount: '3' });
    await expect.poll(() => rich.kinds.length, soon).toBeGreaterThan(2);
    await expect.poll(() => fold(rich.messages).get(id('d', 1)), soon).toMatchObject({ name: 'b', amount: '3.00' });
    await expect.poll(() => plain.messages.slice(2), soon).toMatchObject([{ kind: 'UPDATED', changedFields: ['name'], record: { name: 'b', amount: null } }]);
    expect(new Set(rich.messages.slice(2).flatMap(({ changedFields }) => changedFields))).toEqual(new Set(['amount', 'name']));
    expect(plain.errors).toContainEqual(expect.objectContaining({ path: ['dealChanges', 'record', 'amount'], extensions: { code: 'FORBIDDEN' } }));

    await app.assign(0, 'finance');
    await expect.poll(() => fold(plain.messages).get(id('d', 1)), soon).toMatchObject({ amount: '3.00' });
    expect(plain.kinds.slice(3)).toEqual(['RESYNC', 'SNAPSHOT', 'READY']);
  });

  it('refuse what may not be read or filtered by, and end with the right to filter', async () => {
    const app = await start(2);
    const outside = app.follow(all, person(0));
    await expect.poll(() => outside.errors, soon).toMatchObject([{ message: 'You may not read Deals.', extensions: { code: 'FORBIDDEN' } }]);
    await app.assign(0, 'auditor');
    const filtering = 'subscription { dealChanges(where: { amount: { gt: "1" } }) { kind } }';
    const early = app.follow(filtering, person(0));
    await expect.poll(() => early.errors, soon).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const finance = await app.assign(0, 'finance');
    const later = app.follow(filtering, person(0));
    await expect.poll(() => later.kinds, soon).toEqual(['READY']);
    await app.revoke(finance);
    await expect.poll(() => later.errors, soon).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('let fifty callers of different rights see only what is theirs of the same changes', { timeout: 60_000 }, async () => {
    const app = await start(50);
    const sets = ['seller', 'auditor', 'finance', 'own_stage'];
    for (let n = 0; n < 50; n += 1) for (const [bit, set] of sets.entries()) if (((n % 16) >> bit) & 1) await app.assign(n, set);
    const allowed = Array.from({ length: 50 }, (_, n) => n).filter((n) => (n % 16) !== 0);
    const streams = allowed.map((n) => ({ n, stream: app.follow(all, person(n)) }));
    for (const { stream } of streams) await expect.poll(() => stream.kinds, { timeout: 10_000 }).toEqual(['READY']);
    for (let n = 0; n < 12; n += 1) await app.deal(n, { stage: n % 2 === 0 ? 'a' : 'b', amount: String(n), ownerId: id('a', allowed[n] ?? 0) });
    for (let n = 0; n < 12; n += 1) await app.update(n, n % 3 === 0 ? { ownerId: id('a', allowed[n + 12] ?? 0) } : n % 3 === 1 ? { stage: 'c', amount: '7' } : { name: `changed ${n}` });
    for (const { n, stream } of streams) {
      const { data } = await app.as(person(n)).query('{ deals(first: 50) { nodes { id name stage amount owner { id } } } }');
      const rows = (data?.['deals'] as { nodes: { id: string }[] }).nodes;
      await expect.poll(() => [...fold(stream.messages).values()].sort((a, b) => (String(a?.['id']) < String(b?.['id']) ? -1 : 1)), { message: `person ${n}` }).toEqual(rows.sort((a, b) => (a.id < b.id ? -1 : 1)));
    }
    await sleep(300);
    for (const { n, stream } of streams) {
      const [seller, auditing, finance, stage] = sets.map((_, bit) => (((n % 16) >> bit) & 1) === 1);
      const auditor = auditing || finance;
      for (const { record, recordId, changedFields } of stream.messages) {
        if (!finance) expect([record?.['amount'] ?? null, changedFields.includes('amount')]).toEqual([null, false]);
        if (record && !auditor) expect((seller && (record['owner'] as { id: string } | null)?.id === id('a', n)) || (stage && record['stage'] === 'a') || (record['owner'] === null && seller)).toBe(true);
        if (!auditor && !stage && recordId !== null) expect([allowed[Number(recordId.slice(-2))], allowed[Number(recordId.slice(-2)) + 12]]).toContain(n);
      }
    }
  });
});
