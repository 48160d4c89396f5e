import { expect, it } from 'vitest';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { tenancy } from '../../../src/plugins/tenancy/index.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { overSocket, startIdentity } from '../identity/support.ts';

const tickets: Plugin = { name: 'tickets', version: '1.0.0', description: 'A tenant-aware object.', metadata: { objects: [{ name: 'ticket', tenancy: { enabled: true }, fields: { title: { type: 'text', unique: true } } }] } };

describeEachDatabase('organizations of sessions and API keys', (open) => {
  it('decide what is seen, are switched, and are gone with the membership', async () => {
    const database = await open();
    const app = await startIdentity({ database, plugins: [tickets, tenancy()] });
    const [ada, bob] = [await app.signUp('ada'), await app.signUp('bob')];
    const titles = async (headers: Readonly<Record<string, string>>): Promise<unknown> => (await app.ask('{ tickets(orderBy: [{ title: ASC }]) { nodes { title } } }', headers)).data?.['tickets'];
    const seen = (...list: string[]) => ({ nodes: list.map((title) => ({ title })) });
    expect((await app.ask('mutation { createTicket(input: { title: "none" }) { record { id } } }', bob.headers)).errors?.[0]?.extensions?.['problems']).toMatchObject([{ code: 'ORGANIZATION_REQUIRED' }]);

    const make = async (name: string, headers = ada.headers): Promise<string> => ((await app.data(`mutation { createOrganization(name: "${name}", slug: "${name}") }`, headers)) as unknown as { createOrganization: string }).createOrganization;
    const first = await make('first');
    await app.data('mutation { createTicket(input: { title: "one" }) { record { id } } }', ada.headers);
    const second = await make('second');
    await app.data('mutation { createTicket(input: { title: "two" }) { record { id } } }', ada.headers);
    expect(await titles(ada.headers)).toEqual(seen('two'));
    await app.data(`mutation { setActiveOrganization(id: "${first}") }`, ada.headers);
    expect(await titles(ada.headers)).toEqual(seen('one'));
    await app.data('mutation { setActiveOrganization }', ada.headers);
    expect(await titles(ada.headers)).toEqual(seen());
    expect(await titles(bob.headers)).toEqual(seen());
    expect((await app.ask(`mutation { setActiveOrganization(id: "${second}") }`, bob.headers)).errors).toBeDefined();

    await app.data(`mutation { setActiveOrganization(id: "${first}") }`, ada.headers);
    const { inviteMember } = (await app.data('mutation { inviteMember(email: "bob@example.com", role: "member") }', ada.headers)) as unknown as { inviteMember: string };
    await app.data('mutation { sendVerificationEmail }', bob.headers);
    await app.data(`mutation { verifyEmail(token: "${/code (\S+)/.exec(app.mails.at(-1)?.text ?? '')?.[1] ?? ''}") }`);
    await app.data(`mutation { acceptInvitation(id: "${inviteMember}") }`, bob.headers);
    await app.data(`mutation { setActiveOrganization(id: "${first}") }`, bob.headers);
    const { createApiKey } = (await app.data('mutation { createApiKey(name: "sync", scopes: ["read", "write"]) { key } }', bob.headers)) as unknown as { createApiKey: { key: string } };
    const key = { 'x-api-key': createApiKey.key };
    const socket = app.socket({ authorization: bob.headers['authorization'] });
    await app.data('mutation { createTicket(input: { title: "by key" }) { record { id } } }', key);
    expect([await titles(bob.headers), await titles(key)]).toEqual([seen('by key', 'one'), seen('by key', 'one')]);
    expect(await overSocket(socket, '{ tickets { totalCount } }')).toEqual({ data: { tickets: { totalCount: 2 } } });
    // The key stays where it was made, wherever its owner goes.
    await make('third', bob.headers);
    expect([await titles(bob.headers), await titles(key)]).toEqual([seen(), seen('by key', 'one')]);
    await app.data(`mutation { setActiveOrganization(id: "${first}") }`, bob.headers);

    const { rows } = await database.query<{ id: string }>({ text: 'SELECT id FROM sys_member WHERE user_id = $1 AND organization_id = $2', values: [bob.id, first] });
    await app.data(`mutation { removeMember(memberId: "${rows[0]?.id ?? ''}") }`, ada.headers);
    expect(await titles(bob.headers)).toEqual(seen());
    expect((await app.ask('{ tickets { totalCount } }', key)).errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
    const after = app.socket({ authorization: bob.headers['authorization'] });
    expect(await overSocket(after, '{ tickets { totalCount } }')).toEqual({ data: { tickets: { totalCount: 0 } } });
    expect(await overSocket(socket, '{ tickets { totalCount } }').catch(() => ({ data: { tickets: { totalCount: 0 } } }))).toEqual({ data: { tickets: { totalCount: 0 } } });
  });
});
