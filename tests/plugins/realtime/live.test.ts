import { createClient as createEventClient } from 'graphql-sse';
import { expect, it, onTestFinished } from 'vitest';
import { describeEachDatabase } from '../../support/database.ts';
import { recording } from '../../support/recording.ts';
import { soon, startLive, type LiveApp } from './support.ts';

const id = (n: number): string => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const objects = [{ name: 'deal', sharingModel: 'private', fields: { name: { type: 'text' }, amount: { type: 'number' }, secret: { type: 'text' }, owner: { type: 'user' } } }];
const rules = [{ kind: 'profile' as const, value: { name: 'rep', objects: { deal: { allowRead: true } }, fields: { 'deal.secret': { readable: false } } } }];
const boss = { kind: 'profile' as const, value: { name: 'boss', objects: { deal: { allowRead: true, viewAllRecords: true } } } };

interface LiveMessage {
  readonly kind: 'LIST' | 'PATCH';
  readonly ids: readonly string[];
  readonly records: readonly { readonly id: string; readonly name: string; readonly amount: number }[];
}

/** The list as a client keeps it. */
class Kept {
  readonly messages: LiveMessage[] = [];
  readonly errors: unknown[] = [];
  rows: LiveMessage['records'][number][] = [];

  take({ data, errors }: { readonly data?: Record<string, unknown> | null | undefined; readonly errors?: readonly unknown[] | undefined }): void {
    if (errors) this.errors.push(...errors);
    const message = data?.['dealsLive'] as LiveMessage | undefined;
    if (!message) return;
    this.messages.push(message);
    const rows = new Map([...(message.kind === 'LIST' ? [] : this.rows), ...message.records].map((row) => [row.id, row]));
    this.rows = message.ids.flatMap((each) => rows.get(each) ?? []);
  }

  get names(): readonly string[] {
    return this.rows.map(({ name }) => name);
  }
}

const live = (args: string): string => `subscription { dealsLive(${args}) { kind ids records { id name amount } } }`;
const write = (app: LiveApp, n: number, input: object) => app.system('mutation($id: ID!, $input: DealUpdateInput!) { updateDeal(id: $id, input: $input) { record { id } } }', { id: id(n), input });

function follow(app: LiveApp, query: string, caller?: object): Kept {
  const kept = new Kept();
  app.client(caller).subscribe({ query }, { next: (result) => kept.take(result), error: (error) => kept.errors.push(...(Array.isArray(error) ? (error as unknown[]) : [error])), complete: () => undefined });
  return kept;
}

describeEachDatabase('a live list', (open) => {
  it('comes whole, then as patches, in its order and length, over WebSocket and server-sent events', async () => {
    const app = await startLive({ database: await open(), objects });
    await app.system('mutation($input: [DealCreateInput!]!) { createDeals(input: $input) { count } }', { input: [1, 2, 3, 4].map((n) => ({ id: id(n), name: `n${n}`, amount: n * 10 })) });
    const query = live('where: { amount: { gt: 5 } }, orderBy: [{ amount: DESC }], first: 3');
    const socket = follow(app, query);
    const events = new Kept();
    const client = createEventClient({ url: `${app.url}/graphql` });
    onTestFinished(() => client.dispose());
    client.subscribe<Record<string, unknown>>({ query }, { next: (result) => events.take(result), error: (error) => events.errors.push(error), complete: () => undefined });
    const both = [socket, events];
    for (const kept of both) await expect.poll(() => kept.names, soon).toEqual(['n4', 'n3', 'n2']);
    await write(app, 1, { amount: 35 });
    for (const kept of both) await expect.poll(() => kept.names, soon).toEqual(['n4', 'n1', 'n3']);
    expect(socket.messages.at(-1)).toMatchObject({ kind: 'PATCH', ids: [id(4), id(1), id(3)], records: [{ id: id(1), amount: 35 }] });
    await write(app, 4, { amount: 1 });
    for (const kept of both) await expect.poll(() => kept.names, soon).toEqual(['n1', 'n3', 'n2']);
    await write(app, 3, { name: 'three' });
    for (const kept of both) await expect.poll(() => kept.names, soon).toEqual(['n1', 'three', 'n2']);
    await app.system(`mutation { deleteDeal(id: "${id(1)}") { record { id } } createDeal(input: { name: "new", amount: 99 }) { record { id } } }`);
    for (const kept of both) await expect.poll(() => kept.names, soon).toEqual(['new', 'three', 'n2']);
    expect([socket.errors, events.errors, socket.messages.filter(({ kind }) => kind === 'LIST').length]).toEqual([[], [], 1]);
  });

  it('is read once for all who follow the same, and for each class of rights', async () => {
    const statements: string[] = [];
    const app = await startLive({ database: recording(await open(), ({ text }) => statements.push(text)), objects, rules: [...rules, boss] });
    await app.system('mutation($input: [DealCreateInput!]!) { createDeals(input: $input) { count } }', { input: [1, 2, 3].map((n) => ({ id: id(n), name: `n${n}`, amount: n })) });
    const all = [...Array.from({ length: 6 }, () => ({ userId: id(8), profile: 'boss' })), { userId: id(9), profile: 'rep' }].map((caller) => follow(app, live('orderBy: [{ amount: DESC }], first: 2'), caller));
    const names = () => all.map((kept) => kept.names.join(' '));
    await expect.poll(names, soon).toEqual([...Array.from({ length: 6 }, () => 'n3 n2'), '']);
    const before = statements.length;
    await write(app, 1, { amount: 9 });
    await expect.poll(names, soon).toEqual([...Array.from({ length: 6 }, () => 'n1 n3'), '']);
    const pages = statements.slice(before).filter((text) => /^SELECT \w+\."id"::text AS "id" FROM .*LIMIT/s.test(text));
    expect(pages.length).toBeGreaterThan(0);
    expect(pages.length).toBeLessThanOrEqual(2);
  });

  it('shows what its caller may read, as that changes', async () => {
    const app = await startLive({ database: await open(), objects, rules });
    const caller = { userId: id(9), profile: 'rep' };
    await app.system('mutation($input: UserCreateInput!) { createUser(input: $input) { record { id } } }', { input: { id: id(9), name: 'Ada', email: 'ada@example.com' } });
    await app.system('mutation($input: [DealCreateInput!]!) { createDeals(input: $input) { count } }', { input: [{ id: id(1), name: 'mine', ownerId: id(9) }, { id: id(2), name: 'other' }] });
    const kept = follow(app, live('orderBy: [{ name: ASC }]'), caller);
    await expect.poll(() => kept.names, soon).toEqual(['mine']);
    await write(app, 2, { ownerId: id(9) });
    await expect.poll(() => kept.names, soon).toEqual(['mine', 'other']);
    await write(app, 1, { ownerId: null });
    await expect.poll(() => kept.names, soon).toEqual(['other']);
    for (const query of [live('orderBy: [{ secret: ASC }]'), live('where: { secret: { eq: "x" } }')]) {
      const refused = follow(app, query, caller);
      await expect.poll(() => refused.errors, soon).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      expect(refused.messages).toEqual([]);
    }
  });
});
