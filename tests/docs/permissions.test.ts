import { expect, it } from 'vitest';
import { parse } from 'yaml';
import type { DefinitionInput } from '../../src/metadata/phase.ts';
import { permissions } from '../../src/plugins/permissions/index.ts';
import { ruleKinds, type RuleDefinition } from '../../src/plugins/permissions/definitions/read-rules.ts';
import { systemCaller } from '../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../support/database.ts';
import { startPlatform } from '../support/platform.ts';
import { blocksOf } from './blocks.ts';

const blocks = blocksOf('docs/permissions.md').filter(({ language, tags }) => language === 'yaml' && tags.includes('rules'));
const me = '018f0000-0000-7000-8000-000000000001';
const other = '018f0000-0000-7000-8000-000000000002';

describeEachDatabase('docs/permissions.md', (openDatabase) => it('has rules that load and do what it says', async () => {
  const definitions = blocks.flatMap(({ tags, text }): RuleDefinition[] => {
    const kind = ruleKinds.find((name) => tags.includes(name));
    return kind ? [{ kind, value: parse(text) as unknown }] : [];
  });
  definitions.push({ kind: 'permission', value: { name: 'administration', objects: { '*': { viewAllRecords: true } }, systemPermissions: ['manage_users'] } });
  expect(new Set(definitions.map(({ kind }) => kind))).toEqual(new Set(ruleKinds));
  const objects = blocks.filter(({ tags }) => tags.includes('object')).map(({ text }) => parse(text) as DefinitionInput);
  const app = await startPlatform({ database: await openDatabase(), objects, plugins: [permissions({ definitions })], open: false });
  try {
    expect(app.platform.diagnostics).toEqual([]);
    const { errors } = await app.as(systemCaller).query(`mutation {
      createUsers(input: [{ id: "${me}", name: "me", email: "me@example.com" }, { id: "${other}", name: "other", email: "other@example.com" }]) { count }
      createAccounts(input: [{ name: "t", industry: TECH, revenue: "5", phone: "0123456789", ownerId: "${me}" }, { name: "r", industry: RETAIL, ownerId: "${other}" }]) { count }
    }`);
    expect(errors).toBeUndefined();
    const seen = async (caller: Parameters<typeof app.as>[0], fields = 'name') => (await app.as(caller).query(`{ accounts(orderBy: [{ name: ASC }]) { nodes { ${fields} } } }`)).data;
    expect(await seen({ userId: me, profile: 'sales' }, 'name revenue phone')).toEqual({ accounts: { nodes: [{ name: 't', revenue: null, phone: '••••••••6789' }] } });
    expect(await seen({ userId: other, profile: 'sales' })).toEqual({ accounts: { nodes: [{ name: 'r' }] } });
    expect(await seen({ userId: me, profile: 'sales', groups: ['retail_team'] })).toEqual({ accounts: { nodes: [{ name: 'r' }, { name: 't' }] } });
    // The policy of the set narrows what it opens to accounts in tech.
    expect(await seen({ userId: other, permissionSets: ['finance'] }, 'name revenue')).toEqual({ accounts: { nodes: [{ name: 't', revenue: '5.00' }] } });

    const graphql = (tag: string): string => blocksOf('docs/permissions.md').find(({ language, tags }) => language === 'graphql' && tags.includes(tag))?.text ?? '';
    const { data: found } = await app.as(systemCaller).query('{ accounts(where: { name: { eq: "t" } }) { nodes { id } } }');
    const [{ id }] = (found as { accounts: { nodes: [{ id: string }] } }).accounts.nodes;
    const assigned = await app.as(systemCaller).query(`mutation { createPermissionAssignment(input: { userId: "${me}", permissionSet: "sales" }) { record { id } } }`);
    expect(assigned.errors).toBeUndefined();
    const admin = app.as({ userId: other, permissionSets: ['administration'] });
    expect((await admin.query(graphql('explain'), { id, user: me })).data).toMatchObject({ explainAccess: { allowed: true, summary: 'Allowed.' } });
    expect((await admin.query(graphql('report'))).data).toMatchObject({ accessReport: { sharingModel: 'private', combinations: { nodes: [{ userCount: 1 }, { permissionSets: ['sales'], userCount: 1, rights: { read: 'SOME' } }] } } });
    expect((await admin.query(graphql('try'), { id, user: me })).errors).toBeUndefined();
    expect((await app.as({ userId: me }).query(graphql('try'), { id, user: other })).errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
  } finally {
    await app.close();
  }
}));
