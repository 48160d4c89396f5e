import fc from '../../support/fast-check.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { fold, repeats, startLive, type LiveApp, type Message, type Stream } from './support.ts';

const id = (kind: string, n: number): string => `018f0000-0000-7000-8000-${kind}${String(n).padStart(11, '0')}`;
const size = { deals: 5, accounts: 2, tasks: 3, people: 3 } as const;

const objects = [
  { name: 'account', sharingModel: 'public_read', fields: { name: { type: 'text' }, industry: { type: 'select', options: ['tech', 'retail'] } } },
  {
    name: 'deal', enable: { trash: true }, sharingModel: 'private',
    fields: { name: { type: 'text' }, stage: { type: 'select', options: ['open', 'won', 'public'] }, secret: { type: 'text', visible_to: ['keeper'] }, owner: { type: 'user' }, account: { type: 'lookup', reference: 'account' } },
  },
  { name: 'task', sharingModel: 'controlled_by_parent', fields: { name: { type: 'text' }, deal: { type: 'master_detail', reference: 'deal', required: false } } },
];
const rules = [
  { kind: 'role', value: [{ name: 'boss' }, { name: 'rep', parent: 'boss' }] },
  { kind: 'permission', value: [
    { name: 'member', isDefault: true, objects: { deal: { allowRead: true }, task: { allowRead: true }, account: { allowRead: true } } },
    { name: 'viewer', objects: { deal: { allowRead: true, viewAllRecords: true } } },
    { name: 'keeper', objects: { deal: { allowRead: true } } },
  ] },
  { kind: 'sharing', value: { name: 'public deals', object: 'deal', accessLevel: 'read', sharedWith: { type: 'role', value: 'rep' }, condition: { stage: 'public' } } },
] as const;

const index = (below: number) => fc.nat({ max: below - 1 });
const stage = fc.constantFrom('OPEN', 'WON', 'PUBLIC');
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const person = index(size.people);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deal' as const), n: index(size.deals), stage: maybe(stage), secret: maybe(fc.constantFrom('x', 'y')), owner: maybe(person), account: maybe(index(size.accounts)) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('no deal' as const), n: index(size.deals), purge: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const), n: index(size.deals) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('account' as const), n: index(size.accounts), industry: fc.constantFrom('TECH', 'RETAIL') }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('task' as const), n: index(size.tasks), deal: maybe(index(size.deals)) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('no task' as const), n: index(size.tasks) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('share' as const), deal: index(size.deals), person, on: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('role' as const), person, role: fc.constantFrom('boss', 'rep'), on: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('set' as const), person, set: fc.constantFrom('viewer', 'keeper'), on: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('leave' as const), listener: fc.nat({ max: 14 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('resume' as const), listener: fc.nat({ max: 14 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), milliseconds: fc.nat({ max: 30 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const deal = 'id name stage secret';
const message = 'cursor kind recordId changedFields at';
/** How a listener subscribes, and the query that says what it should have. */
const questions = [
  { field: 'dealChanges', args: '', record: deal, truth: `{ deals(first: 100) { nodes { ${deal} } } }` },
  { field: 'dealChanges', args: 'where: { stage: { eq: OPEN } }', record: deal, truth: `{ deals(first: 100, where: { stage: { eq: OPEN } }) { nodes { ${deal} } } }` },
  { field: 'dealChanges', args: 'where: { account: { industry: { eq: TECH } } }', record: deal, truth: `{ deals(first: 100, where: { account: { industry: { eq: TECH } } }) { nodes { ${deal} } } }` },
  { field: 'taskChanges', args: '', record: 'id name', truth: '{ tasks(first: 100) { nodes { id name } } }' },
  { field: 'changes', args: 'objects: ["deal", "Task"]', record: 'id ... on Deal { stage } ... on Task { name }', truth: '{ deals(first: 100) { nodes { id stage } } tasks(first: 100) { nodes { id name } } }' },
] as const;

/** A client that keeps what it was told over disconnects. */
class Listening {
  readonly #app: LiveApp;
  readonly person: number;
  readonly #question: (typeof questions)[number];
  readonly #told: Message[] = [];
  #stream: Stream | undefined;
  #client: ReturnType<LiveApp['client']> | undefined;

  constructor(app: LiveApp, n: number) {
    this.#app = app;
    this.person = n % size.people;
    this.#question = questions[Math.floor(n / size.people)] ?? questions[0];
    this.resume();
  }

  resume(): void {
    if (this.#stream) return;
    const after = this.messages.at(-1)?.cursor;
    const { field, args, record } = this.#question;
    const query = `subscription($after: String) { ${field}(${args} snapshot: true, after: $after) { ${message} record { ${record} } } }`;
    this.#client = this.#app.client({ userId: id('a', this.person) });
    this.#stream = this.#app.follow(query, {}, { after }, this.#client);
  }

  leave(): void {
    if (!this.#stream) return;
    this.#told.push(...this.#stream.messages.splice(0));
    this.#stream = undefined;
    // The connection is cut, not closed.
    (this.#client as { terminate(): void } | undefined)?.terminate();
    void this.#client?.dispose();
  }

  get messages(): readonly Message[] {
    return [...this.#told, ...(this.#stream?.messages ?? [])];
  }

  get rows(): unknown[] {
    return sorted([...fold(this.messages).values()]);
  }

  async truth(): Promise<unknown[]> {
    const { data } = await this.#app.as({ userId: id('a', this.person) }).query(this.#question.truth);
    return sorted(Object.values(data as Record<string, { nodes: unknown[] }>).flatMap(({ nodes }) => nodes));
  }
}

const sorted = (rows: readonly unknown[]): unknown[] => [...rows].sort((a, b) => ((a as { id: string }).id < (b as { id: string }).id ? -1 : 1));

async function perform(app: LiveApp, step: Step, listeners: readonly Listening[]): Promise<void> {
  // What does not exist, exists twice or is in the trash is refused: that is a step as well.
  const write = (mutation: string, variables: Record<string, unknown>) => app.system(mutation, variables).catch(() => undefined);
  switch (step.do) {
    case 'deal': {
      const { n, stage: to, secret, owner, account } = step;
      const input = { ...(to && { stage: to }), ...(secret && { secret }), ...(owner !== undefined && { ownerId: id('a', owner) }), ...(account !== undefined && { accountId: id('c', account) }) };
      const changed = await write('mutation($id: ID!, $input: DealUpdateInput!) { updateDeal(id: $id, input: $input) { record { id } } }', { id: id('d', n), input });
      if (!changed) await write('mutation($input: DealCreateInput!) { createDeal(input: $input) { record { id } } }', { input: { id: id('d', n), name: `deal ${n}`, ...input } });
      return;
    }
    case 'no deal': return void (await write('mutation($id: ID!, $purge: Boolean) { deleteDeal(id: $id, purge: $purge) { record { id } } }', { id: id('d', step.n), purge: step.purge }));
    case 'restore': return void (await write('mutation($id: ID!) { restoreDeal(id: $id) { record { id } } }', { id: id('d', step.n) }));
    case 'account': return void (await write('mutation($id: ID!, $input: AccountUpdateInput!) { updateAccount(id: $id, input: $input) { record { id } } }', { id: id('c', step.n), input: { industry: step.industry } }));
    case 'task': {
      const input = { dealId: step.deal === undefined ? null : id('d', step.deal) };
      const changed = await write('mutation($id: ID!, $input: TaskUpdateInput!) { updateTask(id: $id, input: $input) { record { id } } }', { id: id('e', step.n), input });
      if (!changed) await write('mutation($input: TaskCreateInput!) { createTask(input: $input) { record { id } } }', { input: { id: id('e', step.n), name: `task ${step.n}`, ...input } });
      return;
    }
    case 'no task': return void (await write('mutation($id: ID!) { deleteTask(id: $id) { record { id } } }', { id: id('e', step.n) }));
    case 'share': {
      const [recordId, userId] = [id('d', step.deal), id('a', step.person)];
      if (step.on) await write('mutation($input: RecordShareCreateInput!) { createRecordShare(input: $input) { record { id } } }', { input: { object: 'deal', recordId, userId, accessLevel: 'READ' } });
      else await write('mutation($r: String!, $u: ID!) { deleteRecordShares(where: { recordId: { eq: $r }, userId: { eq: $u } }) { count } }', { r: recordId, u: userId });
      return;
    }
    case 'role': {
      const userId = id('a', step.person);
      if (step.on) await write('mutation($input: RoleAssignmentCreateInput!) { createRoleAssignment(input: $input) { record { id } } }', { input: { userId, role: step.role } });
      else await write('mutation($r: String!, $u: ID!) { deleteRoleAssignments(where: { role: { eq: $r }, userId: { eq: $u } }) { count } }', { r: step.role, u: userId });
      return;
    }
    case 'set': {
      const userId = id('a', step.person);
      if (step.on) await write('mutation($input: PermissionAssignmentCreateInput!) { createPermissionAssignment(input: $input) { record { id } } }', { input: { userId, permissionSet: step.set } });
      else await write('mutation($s: String!, $u: ID!) { deletePermissionAssignments(where: { permissionSet: { eq: $s }, userId: { eq: $u } }) { count } }', { s: step.set, u: userId });
      return;
    }
    case 'leave': return listeners[step.listener]?.leave();
    case 'resume': return listeners[step.listener]?.resume();
    case 'wait': return void (await sleep(step.milliseconds));
  }
}

async function empty(app: LiveApp): Promise<void> {
  await app.system('mutation { deleteTasks(where: {}) { count } deleteRecordShares(where: {}) { count } deleteRoleAssignments(where: {}) { count } deletePermissionAssignments(where: {}) { count } deleteAccounts(where: {}) { count } }');
  await app.platform.database.exec('DELETE FROM task; DELETE FROM deal');
  await app.system('mutation($input: [AccountCreateInput!]!) { createAccounts(input: $input) { count } }', { input: Array.from({ length: size.accounts }, (_, n) => ({ id: id('c', n), name: `account ${n}`, industry: n === 0 ? 'TECH' : 'RETAIL' })) });
}

describeEachDatabase('generated interleavings of writes, rights and disconnects', (open, kind) => {
  const start = async (): Promise<readonly LiveApp[]> => {
    const database = await open();
    const first = await startLive({ database, objects, rules });
    await first.system('mutation($input: [UserCreateInput!]!) { createUsers(input: $input) { count } }', { input: Array.from({ length: size.people }, (_, n) => ({ id: id('a', n), name: `p${n}`, email: `p${n}@example.com` })) });
    if (kind === 'pglite') return [first];
    const schema = (await database.query<{ name: string }>({ text: 'SELECT current_schema() AS name', values: [] })).rows[0]?.name ?? '';
    const second: Database = await open({ schema });
    return [first, await startLive({ database: second, objects, rules })];
  };

  it('leave every listener with exactly the rows that it may see', { timeout: 240_000 }, async () => {
    const apps = await start();
    const [writing] = apps as readonly [LiveApp];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat({ max: apps.length - 1 }), step), { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
        await empty(writing);
        const listeners = Array.from({ length: 15 }, (_, n) => new Listening(apps[n % apps.length] ?? writing, n));
        try {
          for (const [app, each] of steps) await perform(apps[app] ?? writing, each, listeners);
          for (const listener of listeners) listener.resume();
          for (const [n, listener] of listeners.entries()) {
            const name = `listener ${n}`;
            await expect.poll(() => listener.rows, { timeout: 6_000, interval: 30, message: name }).toEqual(await listener.truth());
          }
          await sleep(50);
          for (const listener of listeners) expect(listener.rows).toEqual(await listener.truth());
          for (const [n, listener] of listeners.entries()) expect(repeats(listener.messages), `listener ${n}`).toEqual([]);
        } catch (error) {
          const told = listeners.map((listener) => listener.messages.map(({ kind: what, recordId, record }) => `${what} ${recordId?.slice(-14) ?? ''} ${JSON.stringify(record)}`));
          (error as Error).message += `\n${told.map((lines, n) => `--- ${n}\n${lines.join('\n')}`).join('\n')}`;
          throw error;
        } finally {
          for (const listener of listeners) listener.leave();
        }
      }),
      { numRuns: Number(process.env['INTERLEAVINGS'] ?? 6), seed: 20, endOnFailure: true },
    );
  });
});
