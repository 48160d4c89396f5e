import type { Database } from '../../../src/database/database.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import type { DefinitionInput } from '../../../src/metadata/phase.ts';
import type { OperationResult } from '../../../src/platform/execute.ts';
import { identity } from '../../../src/plugins/identity/index.ts';
import { tenancy } from '../../../src/plugins/tenancy/index.ts';
import { systemCaller, type Caller } from '../../../src/resolvers/caller.ts';
import type { RequestContext } from '../../../src/resolvers/request.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const id = (kind: number, n: number): string => `018f0000-0000-7000-8000-${String(kind).padStart(4, '0')}${String(n).padStart(8, '0')}`;

/** Alpha and Beta; ann is in Alpha, bea in Beta, cat in both, and dan nowhere. */
export const organizations = { alpha: id(1, 1), beta: id(1, 2) } as const;
export const people = { ann: id(2, 1), bea: id(2, 2), cat: id(2, 3), dan: id(2, 4) } as const;
export const accountId = (n: number): string => id(3, n);
export const contactId = (n: number): string => id(4, n);

const tenancyOn = { enabled: true };

/** Every kind of relation between tenant-aware objects, a trash, search, and keys of both kinds. */
export const objects: readonly DefinitionInput[] = [
  {
    name: 'account', tenancy: tenancyOn, search: { fields: ['name'] },
    fields: {
      name: { type: 'text', required: true }, code: { type: 'text', unique: true }, tax_id: { type: 'text', unique: 'global' }, stage: { type: 'select', options: ['a', 'b'], index: true }, amount: { type: 'number' },
      parent: { type: 'tree' }, owner: { type: 'user' }, tags: { type: 'lookup', reference: 'tag', multiple: true },
    },
    indexes: [{ fields: ['stage', 'name'], unique: true }],
  },
  { name: 'contact', tenancy: tenancyOn, softDelete: true, fields: { name: { type: 'text' }, email: { type: 'text', unique: 'organization' }, account: { type: 'lookup', reference: 'account', deleteBehavior: 'cascade' }, manager: { type: 'lookup', reference: 'contact', relatedName: 'reports' } } },
  { name: 'tag', tenancy: { ...tenancyOn, tenantField: 'tenant_id' }, fields: { name: { type: 'text', unique: true } } },
  { name: 'rate', tenancy: { ...tenancyOn, crossTenantAccess: true }, fields: { code: { type: 'text', unique: true }, value: { type: 'number' } } },
  { name: 'order', tenancy: tenancyOn, fields: { title: { type: 'text' }, rate: { type: 'lookup', reference: 'rate' } } },
  { name: 'country', fields: { code: { type: 'text', unique: true } } },
];

export interface TenancyApp extends TestPlatform {
  /** In `organization`, which is Alpha by default. */
  acting(user: keyof typeof people, organization?: keyof typeof organizations): TestPlatform;
  /** The platform itself: the data of an operation that must succeed. */
  system(document: string): Promise<Readonly<Record<string, unknown>>>;
  /** A request of the caller, as hooks and plugins hold one. */
  requestOf(caller: Caller): Promise<RequestContext>;
}

export interface StartOptions {
  readonly database: Database;
  readonly plugins?: readonly Plugin[];
  /** Without an access provider among the plugins, access is open within an organization. */
  readonly open?: boolean;
  readonly data?: readonly DefinitionInput[];
}

export const members: readonly DefinitionInput[] = [
  { object: 'sys_organization', externalId: 'slug', records: Object.entries(organizations).map(([slug, organization]) => ({ id: organization, slug, name: slug })) },
  { object: 'sys_user', externalId: 'email', records: Object.entries(people).map(([name, user]) => ({ id: user, name, email: `${name}@example.com` })) },
  {
    object: 'sys_member', mode: 'insert',
    records: ([['alpha', 'ann', 'owner'], ['beta', 'bea', 'owner'], ['alpha', 'cat', 'member'], ['beta', 'cat', 'admin']] as const).map(([organization, user, role], n) => ({ id: id(5, n), organization, user: people[user], role })),
  },
];

export async function startTenancy({ database, plugins = [], open = true, data = [] }: StartOptions): Promise<TenancyApp> {
  const app = await startPlatform({ database, objects, plugins: [...plugins, identity({ mode: 'test' }), tenancy()], open, data: [...members, ...data] });
  return {
    ...app,
    acting: (user, organization = 'alpha') => app.as({ userId: people[user], organizationId: organizations[organization], roles: [] }),
    async system(document) {
      const { data: found, errors } = await app.platform.execute({ query: document, caller: systemCaller });
      if (errors) throw new Error(`${document}: ${JSON.stringify(errors)}`);
      return found ?? {};
    },
    async requestOf(caller) {
      const { services } = app.platform.kernel;
      return { ...services.get('runtime', 'a test').systemContext(), caller, access: await services.get('access', 'a test').accessOf(caller) };
    },
  };
}

export const codesOf = ({ errors }: OperationResult): readonly unknown[] | undefined => errors?.map(({ extensions }) => extensions?.['code']);
