import { expect } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import type { RuleDefinition } from '../../../src/plugins/permissions/definitions/read-rules.ts';
import { setSealingKey } from '../../../src/metadata/sealing.ts';
import { identity } from '../../../src/plugins/identity/index.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { tenancy } from '../../../src/plugins/tenancy/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { dealId, labelId, noteId, personId, taskId } from './ids.ts';
import type { Deal, Label, Note, State, Task } from './oracle.ts';
import { definitionsOf, objectsOf, orgs, type Org, type World } from './world.ts';

setSealingKey(Buffer.alloc(32, 7));

const stamps = 'created_at, updated_at, version';

/** Starts the platform on a world; those with tenancy and those without need databases of their own. */
export async function build(world: World, database: Database, more: readonly RuleDefinition[] = []): Promise<TestPlatform> {
  const app = await startPlatform({ database, objects: objectsOf(world), plugins: [permissions({ definitions: [...definitionsOf(world), ...more] }), ...(world.tenancy ? [identity({ mode: 'test' }), tenancy()] : [])], open: false });
  for (const table of ['note', 'task', 'deal', 'label', 'sys_record_share', 'sys_group_member', 'sys_role_assignment', 'sys_permission_assignment', ...(world.tenancy ? ['sys_member', 'sys_organization'] : []), 'sys_user']) await database.exec(`DELETE FROM "${table}"`);
  const people = world.people.map((person, n) => ({ ...person, n }));
  const crowd = world.crowd.map((role, n) => ({ role, n: 100 + n }));
  const { deals, tasks, notes, labels } = recordsOf(world);
  if (world.tenancy) for (const organization of orgs) await database.query({ text: `INSERT INTO sys_organization (id, name, slug, ${stamps}) VALUES ($1, 'org', $2, now(), now(), 1)`, values: [organization, organization] });
  const users = [...people.map(({ n }) => n), ...crowd.map(({ n }) => n)].map((n) => ({ id: personId(n), name: `p${n}`, email: `p${n}@example.com` }));
  const send = async (place: Org | undefined, document: string, variables: Readonly<Record<string, unknown>>): Promise<void> => expect((await app.as({ ...systemCaller, organizationId: place }).query(document, variables)).errors).toBeUndefined();
  const places = world.tenancy ? [...orgs, undefined] : [undefined];
  /** Where a grant holds, or to which organization a record belongs, is where it is made. */
  const isAt = (place: Org | undefined, organization: Org | null | undefined): boolean => !world.tenancy || (organization ?? undefined) === place;
  await send(undefined, 'mutation($users: [UserCreateInput!]!) { createUsers(input: $users) { count } }', { users });
  // Whoever writes in an organization finds its members only: while records are made, all are members of both.
  if (world.tenancy) await database.query({ text: `INSERT INTO sys_member (id, organization_id, user_id, role, ${stamps}) SELECT gen_random_uuid(), organization.id, person.id, 'member', now(), now(), 1 FROM sys_organization AS organization, sys_user AS person`, values: [] });
  for (const place of places) {
    const isHere = (organization: Org | null | undefined): boolean => isAt(place, organization);
    await send(
      place,
      `mutation($roles: [RoleAssignment!]!, $sets: [PermissionAssignment!]!, $groups: [GroupMember!]!, $labels: [Label!]!, $deals: [Deal!]!, $parents: [DealUpdateRow!]!, $tasks: [Task!]!, $notes: [Note!]!) {
        createRoleAssignments(input: $roles) { count } createPermissionAssignments(input: $sets) { count } createGroupMembers(input: $groups) { count } createLabels(input: $labels) { count }
        createDeals(input: $deals) { count } updateDeals(rows: $parents) { count } createTasks(input: $tasks) { count } createNotes(input: $notes) { count }
      }`.replaceAll(/\[(RoleAssignment|PermissionAssignment|GroupMember|Label|Deal|Task|Note)!\]/g, '[$1CreateInput!]'),
      {
        roles: [
          ...people.flatMap(({ n, role, within }) => (role !== undefined && isHere(within.role) ? [{ userId: personId(n), role: `role${role}` }] : [])),
          ...crowd.flatMap(({ n, role }) => (place === undefined ? [{ userId: personId(n), role: `role${role}` }] : [])),
        ],
        sets: people.flatMap(({ n, sets, formerSets, within }) => [
          ...sets.flatMap((set) => (isHere(within.sets) ? [{ userId: personId(n), permissionSet: `set${set}` }] : [])),
          ...formerSets.flatMap((set) => (place === undefined && !sets.includes(set) ? [{ userId: personId(n), permissionSet: `set${set}`, expiresAt: '2020-01-01T00:00:00Z' }] : [])),
        ]),
        groups: people.flatMap(({ n, inGroup, within }) => (inGroup && isHere(within.group) ? [{ userId: personId(n), group: 'team' }] : [])),
        labels: labels.flatMap(({ id, name, organization }) => (isHere(organization) ? [{ id, name }] : [])),
        deals: deals.flatMap(({ owner, parent: _parent, stage, labels: labelIds, organization, ...deal }) => (isHere(organization) ? [{ ...deal, labelIds, stage: stage.toUpperCase(), ownerId: owner === undefined ? null : personId(owner) }] : [])),
        parents: deals.flatMap(({ id, parent, organization }) => (parent !== null && isHere(organization) ? [{ id, input: { parentId: parent } }] : [])),
        tasks: tasks.flatMap(({ deal, organization, ...task }) => (isHere(organization) ? [{ ...task, dealId: deal }] : [])),
        notes: notes.flatMap(({ deal, creator: _creator, trashed: _trashed, organization, ...note }) => (isHere(organization) ? [{ ...note, dealId: deal }] : [])),
      },
    );
  }
  for (const place of places) {
    const shares = world.shares.filter(({ within }) => isAt(place, within)).map(({ deal, with: { type, index }, level, expired }) => ({
      object: 'deal', recordId: dealId(deal), ...(type === 'user' ? { userId: personId(index) } : type === 'group' ? { group: 'team' } : { role: `role${index}` }), accessLevel: level.toUpperCase(), expiresAt: expired ? '2020-01-01T00:00:00Z' : null,
    }));
    await send(place, 'mutation($shares: [RecordShareCreateInput!]!) { createRecordShares(input: $shares) { count } }', { shares });
  }
  for (const [table, items] of [['note', notes], ['label', labels]] as const) {
    for (const { id, creator } of items) if (creator !== undefined) await database.query({ text: `UPDATE ${table} SET created_by = $1 WHERE id = $2`, values: [personId(creator), id] });
  }
  await database.query({ text: 'UPDATE note SET deleted_at = now() WHERE id = ANY($1::uuid[])', values: [notes.flatMap(({ id, trashed }) => (trashed ? [id] : []))] });
  if (world.tenancy) {
    const members = new Set(people.flatMap(({ n, orgs: own }) => own.map((organization) => `${organization} ${personId(n)}`)));
    const { rows } = await database.query<{ id: string; place: string }>({ text: "SELECT id, organization_id || ' ' || user_id AS place FROM sys_member", values: [] });
    await database.query({ text: 'DELETE FROM sys_member WHERE id = ANY($1::uuid[])', values: [rows.filter(({ place }) => !members.has(place)).map(({ id }) => id)] });
  }
  return app;
}

export function recordsOf(world: World): State {
  const owning = (organization: Org): Org | null => (world.tenancy ? organization : null);
  const organizationOfDeal = (n: number): Org | null => owning(world.deals[n]?.organization ?? orgs[0]);
  const organizationOfLabel = (n: number): Org | null => owning(world.labels[n]?.organization ?? orgs[0]);
  const deals = world.deals.map(({ owner, stage, amount, org, parent, labels }, n): Deal => {
    const organization = organizationOfDeal(n);
    return {
      // Where organizations are kept apart, each has its own keys.
      id: dealId(n), name: `${['alpha', 'beta', 'gamma'][n % 3] ?? ''} ${n}`, stage, amount: amount ?? null, secret: `s${n % 3}`, phone: `01234${String(n).repeat(2)}`, org, code: world.tenancy ? `k${world.deals.slice(0, n).filter((other) => other.organization === organization).length}` : `k${n}`,
      owner, parent: parent === undefined || parent === n || organizationOfDeal(parent) !== organization ? null : dealId(parent), labels: labels.filter((label) => organizationOfLabel(label) === organization).map(labelId), organization,
    };
  });
  return {
    deals,
    tasks: world.deals.flatMap(({ tasks }, n) => Array.from({ length: tasks }, (_, t): Task => ({ id: taskId(n, t), name: `t${t}`, weight: (n + t) % 4 === 0 ? null : n + t, deal: dealId(n), organization: organizationOfDeal(n) }))),
    notes: world.notes.map(({ deal, creator, trashed }, n): Note => ({ id: noteId(n), name: `n${n}`, deal: deal === undefined ? null : dealId(deal), creator, trashed, organization: deal === undefined ? owning(orgs[n % 2] as Org) : organizationOfDeal(deal) })),
    labels: world.labels.map(({ creator }, n): Label => ({ id: labelId(n), name: `l${n}`, creator, organization: organizationOfLabel(n) })),
  };
}

/** All records as the database has them. */
export async function stored(database: Database): Promise<State> {
  const owned = (alias: string) => `'organization', to_jsonb(${alias})->>'organization_id'`;
  const text = `SELECT
    (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name, 'stage', stage, 'amount', amount, 'secret', secret, 'phone', phone, 'org', org, 'code', code, 'owner', owner_id, 'parent', parent_id,
      'labels', (SELECT coalesce(json_agg(target_id ORDER BY position), '[]') FROM deal_labels_link WHERE source_id = d.id), ${owned('d')})), '[]') FROM deal d) AS deals,
    (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name, 'weight', weight, 'deal', deal_id, ${owned('t')})), '[]') FROM task t) AS tasks,
    (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name, 'deal', deal_id, 'creator', created_by, 'trashed', deleted_at IS NOT NULL, ${owned('n')})), '[]') FROM note n) AS notes,
    (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name, 'creator', created_by, ${owned('l')})), '[]') FROM label l) AS labels`;
  const { rows: [found] } = await database.query<{ deals: (Omit<Deal, 'owner'> & { owner: string | null })[]; tasks: Task[]; notes: Stored<Note>[]; labels: Stored<Label>[] }>({ text, values: [] });
  if (!found) throw new Error('The database answers nothing.');
  const person = (id: string | null) => (id === null ? undefined : Number(id.slice(-8)));
  const made = <T extends Note | Label>(items: readonly Stored<T>[]) => items.map((item) => ({ ...item, creator: person(item.creator) })) as unknown as T[];
  return { tasks: found.tasks, deals: found.deals.map((deal) => ({ ...deal, owner: person(deal.owner) })), notes: made(found.notes), labels: made(found.labels) };
}

type Stored<T> = Omit<T, 'creator'> & { readonly creator: string | null };
