import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSchema as fromSdl, validateSchema } from 'graphql';
import { printSchema } from '../../../src/builder/print-schema.ts';
import type { SchemaExtension } from '../../../src/builder/phase.ts';
import type { Database } from '../../../src/database/database.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import type { RouterMode } from '../../../src/plugins/permissions/settings.ts';
import { openEmpty } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const me = '018f0000-0000-7000-8000-000000000001';

const objects = [
  { name: 'invoice', sharingModel: 'public_read', fields: { name: { type: 'text' }, total: { type: 'currency', visible_to: ['books', 'chief'] } } },
  { name: 'news', sharingModel: 'public_read', fields: { name: { type: 'text' } } },
];
const definitions = [
  { kind: 'role', value: { name: 'chief' } },
  {
    kind: 'profile',
    value: [
      { name: 'books', objects: { invoice: { allowRead: true, allowCreate: true, allowEdit: true } } },
      { name: 'auditor', objects: { '*': { viewAllRecords: true } } },
      { name: 'admin', objects: { '*': { modifyAllRecords: true } }, systemPermissions: ['manage_users'] },
      { name: 'guest', objects: { news: { allowRead: true } } },
    ],
  },
  { kind: 'permission', value: { name: 'everybody', isDefault: true, objects: { news: { allowRead: true, allowCreate: true } } } },
] as const;

// All platforms of this file have the same tables.
let database: Database;
beforeAll(async () => {
  database = await openEmpty();
});
afterAll(() => database.close());

const start = (extend: (schema: SchemaExtension) => void, routerDirectives?: RouterMode): Promise<TestPlatform> => {
  const plugin: Plugin = { name: 'custom', version: '1.0.0', description: 'Custom fields.', schema: { extend } };
  return startPlatform({ database, objects, plugins: [plugin, permissions({ definitions, settings: { routerDirectives } })], open: false });
};
const only = (...read: readonly string[]) => [{ name: 'permission', args: { read } }];

const custom = (schema: SchemaExtension): void => {
  schema.addType('Ledger', { kind: 'object', role: 'shared', directives: only('books'), fields: () => ({ sum: { type: 'Int' }, secret: { type: 'Int', directives: only('chief'), resolve: () => 7 } }) });
  schema.addFields('Query', { ledger: { type: 'Ledger', resolve: () => ({ sum: 3 }) }, open: { type: 'Int', resolve: () => 1 } });
  schema.addFields('Mutation', { close: { type: 'Boolean', directives: [{ name: 'permission', args: { edit: ['books'] } }], resolve: () => true } });
  schema.addFields('Subscription', { ticks: { type: 'Int', directives: only('books'), subscribe: () => (async function* () { yield { ticks: 1 }; })() } });
  schema.addRecordField({ object: 'invoice', name: 'shout', type: 'String', needs: ['name'], directives: only('chief'), resolve: ({ name }) => String(name).toUpperCase() });
  const guarded = { permission: [{ read: ['books'] }] };
  schema.builder.queryField('pothos', (t) => t.int({ extensions: { directives: guarded }, resolve: () => 5 }));
  schema.builder.objectRef<object>('Safe').implement({ extensions: { directives: guarded }, fields: (t) => ({ key: t.int({ resolve: () => 9 }) }) });
  schema.addFields('Query', { safe: { type: 'Safe', resolve: () => ({}) } });
};

describe('@permission', () => {
  let app: TestPlatform;
  let sdl: string;
  beforeAll(async () => {
    app = await start(custom);
    sdl = printSchema(app.platform.schema);
  });

  async function ask(document: string, caller: { readonly profile?: string; readonly roles?: readonly string[] }) {
    const { data, errors } = await app.as({ userId: me, ...caller }).query(document);
    return { data, errors: errors?.map(({ extensions, path, message }) => `${String(extensions?.['code'])} ${(path ?? []).join('.')}: ${message}`) };
  }

  it('tells on each type who has rights on its records', () => {
    expect(sdl).toContain('type Invoice implements Node @permission(read: ["admin", "auditor", "books"], create: ["admin", "books"], edit: ["admin", "books"], delete: ["admin"])');
    expect(sdl).toContain('type PermissionAssignment implements Node @permission(read: ["admin"], create: ["admin"], edit: ["admin"], delete: ["admin"])');
    expect(sdl).toContain('type User implements Node @permission(read: ["admin"], create: [], edit: [], delete: [])');
    expect(sdl.match(/directive @permission\(/g)).toHaveLength(1);
    expect(sdl).toMatch(/"""Who may delete records; on types\."""\s+delete: \[String!\]\s*\) on FIELD_DEFINITION \| OBJECT/);
    expect(sdl).toContain('type Ledger @permission(read: ["books"])');
    expect(validateSchema(fromSdl(sdl))).toEqual([]);
  });

  it.each([
    ['of Query, made with Pothos', '{ pothos }', { pothos: 5 }, 'You may not read Query.pothos.'],
    ['of a type', '{ ledger { sum } }', { ledger: { sum: 3 } }, 'You may not read Ledger.sum.'],
    ['of a type made with Pothos', '{ safe { key } }', { safe: { key: 9 } }, 'You may not read Safe.key.'],
    ['of Mutation', 'mutation { close }', { close: true }, 'You may not run Mutation.close.'],
  ])('guards a field %s', async (_what, document, data, message) => {
    expect(await ask(document, { profile: 'books' })).toEqual({ data, errors: undefined });
    expect((await ask(document, { profile: 'auditor' })).errors).toEqual([expect.stringContaining(message)]);
  });

  it('asks for the type and for the field where both have it', async () => {
    expect((await ask('{ ledger { secret } }', { profile: 'books' })).errors).toEqual(['FORBIDDEN ledger.secret: You may not read Ledger.secret.']);
    expect((await ask('{ ledger { secret } }', { roles: ['chief'] })).errors).toHaveLength(1);
    expect((await ask('{ ledger { secret } }', { profile: 'books', roles: ['chief'] })).data).toEqual({ ledger: { secret: 7 } });
    expect((await ask('{ open }', {})).data).toEqual({ open: 1 });
  });

  it('guards subscriptions before they begin', async () => {
    const field = app.platform.schema.getSubscriptionType()?.getFields()['ticks'];
    const subscribe = (profile: string): unknown => {
      const caller = { kind: 'user' as const, userId: me, organizationId: undefined, roles: [], profile, attributes: {} };
      return field?.subscribe?.({}, {}, { caller }, {} as never);
    };
    expect(() => subscribe('auditor')).toThrow('You may not read Subscription.ticks.');
  });

  it.each([
    ['a name that is none', only('boks'), 'Query.x names "boks", which is no profile, permission set or role. Did you mean "books"?'],
    ['edit on a field that nothing writes', [{ name: 'permission', args: { edit: ['books'] } }], '@permission(edit) has no meaning on Query.x. It is for fields of Mutation. Accepted there: read.'],
    ['rights on records', [{ name: 'permission', args: { delete: ['books'] } }], '@permission(delete) has no meaning on Query.x.'],
  ])('stops the start with %s', async (_what, directives, message) => {
    await expect(start((schema) => { schema.addFields('Query', { x: { type: 'Int', directives, resolve: () => 1 } }); })).rejects.toThrow(message);
  });

  it('stops the start with a name that is none on types, and on what Pothos makes', async () => {
    await expect(start((schema) => { schema.addType('Odd', { kind: 'object', role: 'shared', directives: only('nobody'), fields: () => ({ x: { type: 'Int' } }) }); })).rejects.toThrow('@permission(read) on Odd names "nobody"');
    await expect(start((schema) => { schema.builder.queryField('odd', (t) => t.int({ extensions: { directives: { permission: [{ read: ['nobody'] }] } }, resolve: () => 1 })); })).rejects.toThrow('@permission(read) on Query.odd names "nobody"');
  });
});

describe('directives for routers', () => {
  const lines = async (mode: RouterMode) => {
    const sdl = printSchema((await start(custom, mode)).platform.schema);
    expect(validateSchema(fromSdl(sdl))).toEqual([]);
    const find = (pattern: RegExp) => (pattern.exec(sdl)?.[0] ?? '').replace(/@permission\([^)]*\) ?/, '');
    return [/^type Invoice .*$/m, /^type News .*$/m, /^ {2}total: Decimal .*$/m, /^ {2}close: .*$/m, /\): NewsPayload.*$/m].map((pattern) => find(pattern).trim());
  };

  it.each([
    ['none', '', ''],
    ['authenticated', ' @authenticated', ' @authenticated'],
    ['requiresScopes', ' @requiresScopes(scopes: [["admin"], ["auditor"], ["books"]])', ' @requiresScopes(scopes: [["books"], ["chief"]])'],
    ['policy', ' @policy(policies: [["admin"], ["auditor"], ["books"]])', ' @policy(policies: [["books"], ["chief"]])'],
  ] as const)('are printed as asked: %s', async (mode, onType, onField) => {
    const [type, open, field, write, create] = await lines(mode);
    expect(type).toBe(`type Invoice implements Node${onType} {`);
    expect(field).toBe(`total: Decimal${onField}`);
    expect(write).toBe(`close: Boolean${onField.replace(', ["chief"]', '')}`);
    // Guests read the news, and everybody who is signed in writes them: a router refuses neither.
    expect(open).toBe('type News implements Node {');
    expect(create).toBe(mode === 'none' ? '): NewsPayload' : '): NewsPayload @authenticated');
  });

  it('are refused when they are none that is known', () => {
    expect(() => permissions({ settings: { routerDirectives: 'scopes' as RouterMode } })).toThrow('routerDirectives');
  });
});
