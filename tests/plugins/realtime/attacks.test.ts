import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { describeEachDatabase } from '../../support/database.ts';
import { soon, startLive, type LiveApp } from './support.ts';

const id = (kind: string, n: number): string => `018f0000-0000-7000-8000-${kind}${String(n).padStart(11, '0')}`;
const [eve, bob] = [id('a', 0), id('a', 1)];
const firm = id('f', 1);
const [bobs, nobodys] = [id('d', 1), id('d', 99)];
const person = (userId: string) => ({ userId });

/** Eve and Bob sell: each sees the own deals, and nobody amounts, secrets of firms, or audits. */
const objects = [
  { name: 'firm', sharingModel: 'public_read', fields: { name: { type: 'text' }, secret: { type: 'text', visible_to: ['finance'] } } },
  { name: 'deal', sharingModel: 'private', fields: { name: { type: 'text' }, amount: { type: 'currency', visible_to: ['finance'] }, firm: { type: 'lookup', reference: 'firm' }, owner: { type: 'user' } } },
  { name: 'audit', fields: { text: { type: 'text' }, deal: { type: 'lookup', reference: 'deal' } } },
];
const rules = [{ kind: 'permission', value: [{ name: 'seller', objects: { deal: { allowRead: true, allowCreate: true, allowEdit: true }, firm: { allowRead: true }, sys_user: { allowRead: true, viewAllRecords: true } } }, { name: 'finance', objects: {} }] }] as const;
const selection = '{ cursor kind recordId changedFields record { __typename id } }';

describeEachDatabase('attacks on subscriptions', (open) => {
  const start = async (): Promise<LiveApp> => {
    const app = await startLive({ database: await open(), objects, rules });
    await app.system(`mutation {
      createUsers(input: [{ id: "${eve}", name: "eve", email: "eve@example.com" }, { id: "${bob}", name: "bob", email: "bob@example.com" }]) { count }
      createPermissionAssignments(input: [{ userId: "${eve}", permissionSet: "seller" }, { userId: "${bob}", permissionSet: "seller" }]) { count }
      createFirm(input: { id: "${firm}", name: "f", secret: "s" }) { clientMutationId }
    }`);
    return app;
  };

  it('a filter on what is hidden is refused in every form, and what is hidden is not followed', async () => {
    const app = await start();
    const attacks: readonly (readonly [string, Record<string, unknown>?])[] = [
      ['subscription { dealChanges(where: { amount: { gt: "1" } }) { kind } }'],
      ['subscription { x: dealChanges(where: { not: { amount: { isNull: true } } }) { kind } }'],
      ['subscription { dealChanges(where: { or: [{ name: { eq: "x" } }, { and: [{ amount: { eq: "1" } }] }] }, snapshot: true) { kind } }'],
      ['subscription($w: DealWhere) { dealChanges(where: $w) { kind } }', { w: { amount: { lt: '5' } } }],
      ['subscription { dealChanges(where: { firm: { secret: { startsWith: "s" } } }) { kind } }'],
      ['subscription { ...F } fragment F on Subscription { firmChanges(where: { deals: { some: { amount: { gt: "1" } } } }) { kind } }'],
      ['subscription { dealChanges(where: { audits: { some: { text: { eq: "x" } } } }) { kind } }'],
      ['subscription { dealChanges(where: { auditsAggregate: { count: { gt: 0 } } }) { kind } }'],
      ['subscription { auditChanges { kind } }'],
    ];
    for (const [query, variables] of attacks) {
      const stream = app.follow(query, person(eve), variables);
      await expect.poll(() => stream.ended, { ...soon, message: query }).toBe(true);
      expect([stream.messages, stream.errors], query).toMatchObject([[], [{ extensions: { code: 'FORBIDDEN' } }]]);
    }
    for (const query of ['subscription { changes(objects: ["audit"]) { kind } }', `subscription { recordChanges(object: "Audit", id: "${bobs}") { kind } }`, 'subscription { changes(objects: ["nonsense"]) { kind } }']) {
      const stream = app.follow(query, person(eve));
      await expect.poll(() => stream.errors, soon).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    }
    const nobody = app.follow('subscription { dealChanges { kind } }');
    await expect.poll(() => nobody.errors, soon).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('records out of sight are told of to nobody: not as changes, not by id, not with a cursor of somebody who sees them', async () => {
    const app = await start();
    const own = (n: number) => app.system(`mutation { createDeal(input: { id: "${id('d', n)}", name: "eve's", ownerId: "${eve}", firmId: "${firm}" }) { clientMutationId } }`);
    await app.system(`mutation { createDeal(input: { id: "${bobs}", name: "bob's", ownerId: "${bob}", firmId: "${firm}", amount: "1" }) { clientMutationId } }`);
    const listening = [
      `subscription { dealChanges ${selection} }`, `subscription { changes(objects: ["deal", "firm"]) ${selection} }`, `subscription { dealChanges(where: { firm: { name: { eq: "f" } } }) ${selection} }`,
      `subscription { dealChanges(kinds: [UPDATED, DELETED, LEFT, ENTERED, CREATED]) ${selection} }`,
    ].map((query) => app.follow(query, person(eve)));
    const [hidden, missing] = [bobs, nobodys].map((record) => app.follow(`subscription { recordChanges(object: "deal", id: "${record}", snapshot: true) ${selection} }`, person(eve)));
    const victim = app.follow(`subscription { dealChanges ${selection} }`, person(bob));
    for (const stream of [...listening, hidden, missing, victim]) await expect.poll(() => stream?.kinds, soon).toEqual(['READY']);

    await app.system(`mutation { updateDeal(id: "${bobs}", input: { name: "changed", amount: "2" }) { clientMutationId } }`);
    await expect.poll(() => victim.kinds, soon).toEqual(['READY', 'UPDATED']);
    const stolen = victim.messages.at(-1)?.cursor ?? '';
    await app.system(`mutation { updateDeal(id: "${bobs}", input: { name: "again" }) { clientMutationId } }`);
    await app.system(`mutation { deleteDeal(id: "${bobs}") { clientMutationId } }`);
    await expect.poll(() => victim.kinds.at(-1), soon).toBe('DELETED');
    await own(2);
    for (const stream of listening) await expect.poll(() => stream.messages.some(({ recordId }) => recordId === id('d', 2)), soon).toBe(true);
    for (const stream of listening) expect(JSON.stringify(stream.messages)).not.toContain(bobs);
    expect(hidden?.kinds).toEqual(missing?.kinds);
    expect(JSON.stringify(hidden?.messages)).not.toContain('UPDATED');

    // A cursor that was handed to Bob starts Eve anew, with what is hers.
    const resumed = app.follow(`subscription { dealChanges(after: "${stolen}", snapshot: true) ${selection} }`, person(eve));
    await expect.poll(() => resumed.messages.some(({ recordId }) => recordId === id('d', 2)), soon).toBe(true);
    expect(JSON.stringify(resumed.messages)).not.toContain(bobs);
    expect(resumed.kinds[0]).toBe('RESYNC');
    for (const [cursor, who] of [[stolen, eve], [victim.messages[0]?.cursor, eve]] as const) {
      const { data, errors } = await app.as(person(who)).query(`{ changesSince(cursor: "${cursor ?? ''}", objects: ["deal"]) { gap changes { kind recordId record { id } } } }`);
      expect(errors).toBeUndefined();
      expect(JSON.stringify(data)).not.toContain(bobs);
    }
  });

  it('variables that nest thousands of levels deep get a clear answer', async () => {
    const app = await start();
    const [levels, query] = [20_000, 'query($w: DealWhere) { deals(where: $w) { totalCount } }'];
    const body = `{"query":${JSON.stringify(query)},"variables":{"w":${'{"and":['.repeat(levels)}{}${']}'.repeat(levels)}}}`;
    const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: JSON.stringify(person(eve)) }, body });
    expect(await response.json()).toMatchObject({ errors: [{ message: expect.stringContaining('too deeply') as string, extensions: { code: 'BAD_REQUEST' } }] });
  });

  it('a connection keeps the caller that it began with', async () => {
    const app = await start();
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const received: string[] = [];
    const closed = new Promise<number>((resolve) => void socket.on('close', resolve));
    socket.on('message', (data: Buffer) => void received.push(data.toString()));
    await new Promise((resolve) => socket.once('open', resolve));
    const send = (message: object) => { socket.send(JSON.stringify(message)); };
    send({ type: 'connection_init', payload: { authorization: JSON.stringify(person(eve)) } });
    await expect.poll(() => received.length, soon).toBe(1);
    send({ type: 'connection_init', payload: { authorization: JSON.stringify(person(bob)) } });
    expect(await closed).toBe(4429);
  });
});
