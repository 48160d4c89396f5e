import { expect } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import type { RuleDefinition } from '../../../src/plugins/permissions/definitions/read-rules.ts';
import { setSealingKey } from '../../../src/metadata/sealing.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { dealId, noteId, personId, taskId } from './ids.ts';
import type { Deal, Note, State, Task } from './oracle.ts';
import { definitionsOf, objectsOf, type World } from './world.ts';

setSealingKey(Buffer.alloc(32, 7));

/** Starts the platform on a world. */
export async function build(world: World, database: Database, more: readonly RuleDefinition[] = []): Promise<TestPlatform> {
  const app = await startPlatform({ database, objects: objectsOf(world), plugins: [permissions({ definitions: [...definitionsOf(world), ...more] })], open: false });
  for (const table of ['note', 'task', 'deal', 'sys_record_share', 'sys_group_member', 'sys_role_assignment', 'sys_permission_assignment', 'sys_user']) await database.exec(`DELETE FROM "${table}"`);
  const people = world.people.map((person, n) => ({ ...person, n }));
  const crowd = world.crowd.map((role, n) => ({ role, n: 100 + n }));
  const { deals, tasks, notes } = recordsOf(world);
  const { errors } = await app.as(systemCaller).query(
    `mutation($users: [User!]!, $roles: [RoleAssignment!]!, $sets: [PermissionAssignment!]!, $groups: [GroupMember!]!, $deals: [Deal!]!, $parents: [DealUpdateRow!]!, $tasks: [Task!]!, $notes: [Note!]!, $shares: [RecordShare!]!) {
      createUsers(input: $users) { count } createRoleAssignments(input: $roles) { count } createPermissionAssignments(input: $sets) { count } createGroupMembers(input: $groups) { count }
      createDeals(input: $deals) { count } updateDeals(rows: $parents) { count } createTasks(input: $tasks) { count } createNotes(input: $notes) { count } createRecordShares(input: $shares) { count }
    }`.replaceAll(/\[(User|RoleAssignment|PermissionAssignment|GroupMember|Deal|Task|Note|RecordShare)!\]/g, '[$1CreateInput!]'),
    {
      users: [...people.map(({ n }) => n), ...crowd.map(({ n }) => n)].map((n) => ({ id: personId(n), name: `p${n}`, email: `p${n}@example.com` })),
      roles: [...people, ...crowd].flatMap(({ n, role }) => (role === undefined ? [] : [{ userId: personId(n), role: `role${role}` }])),
      sets: people.flatMap(({ n, sets, formerSets }) => [
        ...sets.map((set) => ({ userId: personId(n), permissionSet: `set${set}` })),
        ...formerSets.filter((set) => !sets.includes(set)).map((set) => ({ userId: personId(n), permissionSet: `set${set}`, expiresAt: '2020-01-01T00:00:00Z' })),
      ]),
      groups: people.flatMap(({ n, inGroup }) => (inGroup ? [{ userId: personId(n), group: 'team' }] : [])),
      deals: deals.map(({ owner, parent: _parent, stage, ...deal }) => ({ ...deal, stage: stage.toUpperCase(), ownerId: owner === undefined ? null : personId(owner) })),
      parents: deals.flatMap(({ id, parent }) => (parent === null ? [] : [{ id, input: { parentId: parent } }])),
      tasks: tasks.map(({ deal, ...task }) => ({ ...task, dealId: deal })),
      notes: notes.map(({ deal, creator: _creator, trashed: _trashed, ...note }) => ({ ...note, dealId: deal })),
      shares: world.shares.map(({ deal, with: { type, index }, level, expired }) => ({
        object: 'deal', recordId: dealId(deal), ...(type === 'user' ? { userId: personId(index) } : type === 'group' ? { group: 'team' } : { role: `role${index}` }), accessLevel: level.toUpperCase(), expiresAt: expired ? '2020-01-01T00:00:00Z' : null,
      })),
    },
  );
  expect(errors).toBeUndefined();
  for (const { id, creator } of notes) if (creator !== undefined) await database.query({ text: 'UPDATE note SET created_by = $1 WHERE id = $2', values: [personId(creator), id] });
  await database.query({ text: 'UPDATE note SET deleted_at = now() WHERE id = ANY($1::uuid[])', values: [notes.flatMap(({ id, trashed }) => (trashed ? [id] : []))] });
  return app;
}

export function recordsOf(world: World): State {
  return {
    deals: world.deals.map(({ owner, stage, amount, org, parent }, n): Deal => ({
      id: dealId(n), name: `${['alpha', 'beta', 'gamma'][n % 3] ?? ''} ${n}`, stage, amount: amount ?? null, secret: `s${n % 3}`, phone: `01234${String(n).repeat(2)}`, org, code: `k${n}`, owner, parent: parent === undefined || parent === n ? null : dealId(parent),
    })),
    tasks: world.deals.flatMap(({ tasks }, n) => Array.from({ length: tasks }, (_, t): Task => ({ id: taskId(n, t), name: `t${t}`, weight: (n + t) % 4 === 0 ? null : n + t, deal: dealId(n) }))),
    notes: world.notes.map(({ deal, creator, trashed }, n): Note => ({ id: noteId(n), name: `n${n}`, deal: deal === undefined ? null : dealId(deal), creator, trashed })),
  };
}

/** All records as the database has them. */
export async function stored(database: Database): Promise<State> {
  const text = `SELECT
    (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name, 'stage', stage, 'amount', amount, 'secret', secret, 'phone', phone, 'org', org, 'code', code, 'owner', owner_id, 'parent', parent_id)), '[]') FROM deal) AS deals,
    (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name, 'weight', weight, 'deal', deal_id)), '[]') FROM task) AS tasks,
    (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name, 'deal', deal_id, 'creator', created_by, 'trashed', deleted_at IS NOT NULL)), '[]') FROM note) AS notes`;
  const { rows: [found] } = await database.query<{ deals: (Omit<Deal, 'owner'> & { owner: string | null })[]; tasks: Task[]; notes: (Omit<Note, 'creator'> & { creator: string | null })[] }>({ text, values: [] });
  if (!found) throw new Error('The database answers nothing.');
  const person = (id: string | null) => (id === null ? undefined : Number(id.slice(-8)));
  return { tasks: found.tasks, deals: found.deals.map((deal) => ({ ...deal, owner: person(deal.owner) })), notes: found.notes.map((note) => ({ ...note, creator: person(note.creator) })) };
}
