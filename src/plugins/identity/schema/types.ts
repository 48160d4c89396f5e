import type { OutputFields, TypeSpec } from '../../../builder/spec.ts';
import type { Caller } from '../../../resolvers/caller.ts';
import { keysOf, membersOf, membershipsOf, sessionsOf, type Membership, type Person, type PersonSession } from '../people.ts';
import { restrictionOf } from '../scopes.ts';
import type { Identity } from '../service.ts';

/** The person, and the caller that they are: after a sign-in not the one who sent the request. */
export type Me = Person & { readonly caller: Caller };

/** What resolvers return by name of the field, whatever its alias. */
function values<T>(fields: { readonly [K in keyof T]?: readonly [type: string, description: string] }): OutputFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, pair]) => {
      const [type, description] = pair as readonly [string, string];
      return [name, { type, description, resolve: (source: unknown) => (source as Readonly<Record<string, unknown>>)[name] }];
    }),
  );
}

const type = (description: string, fields: () => OutputFields): TypeSpec => ({ kind: 'object', role: 'shared', description, fields });

/** Types of what people see of themselves. Records of others are read as users, members and so on. */
export function identityTypes(identity: () => Identity): Readonly<Record<string, TypeSpec>> {
  const database = () => identity().database;
  return {
    Me: type('The person who is signed in.', () => ({
      ...values<Person>({
        id: ['ID!', 'Id of the user.'],
        name: ['String', 'Name.'],
        email: ['Email!', 'Address of mail.'],
        image: ['URL', 'Address of a picture.'],
        emailVerified: ['Boolean!', 'Whether the address is known to be theirs.'],
        twoFactorEnabled: ['Boolean!', 'Whether sign-in asks for a second factor.'],
        administrator: ['Boolean!', 'Whether they are an administrator.'],
      }),
      mustChangePassword: { type: 'Boolean!', description: 'The password has expired; nothing else can be done before it is changed.', resolve: (source) => restrictionOf((source as Me).caller) === 'PASSWORD_EXPIRED' },
      mustEnableTwoFactor: { type: 'Boolean!', description: 'Nothing else can be done before two-factor authentication is set up.', resolve: (source) => restrictionOf((source as Me).caller) === 'TWO_FACTOR_REQUIRED' },
      roles: { type: '[String!]!', description: 'Roles of the caller in the active organization, and `administrator`.', resolve: (source) => (source as Me).caller.roles },
      activeOrganizationId: { type: 'ID', description: 'The organization that the caller acts in.', resolve: (source) => (source as Me).caller.organizationId },
      organizations: { type: '[MyOrganization!]!', description: 'Organizations that they are a member of.', resolve: (source) => membershipsOf(database(), (source as Person).id) },
      sessions: { type: '[MySession!]!', description: 'Where they are signed in.', resolve: (source) => ownSessions(identity(), source as Me) },
      apiKeys: { type: '[MyApiKey!]!', description: 'Their API keys that were not revoked.', resolve: (source) => keysOf(database(), (source as Person).id) },
    })),
    MySession: type('A sign-in of the person.', () => ({
      ...values<PersonSession>({
        id: ['ID!', 'Id of the session.'],
        createdAt: ['DateTime!', 'When it began.'],
        lastSeenAt: ['DateTime!', 'When it was last used, to the minute.'],
        expiresAt: ['DateTime!', 'When it ends at the latest.'],
        ipAddress: ['String', 'Address that it was begun from.'],
        userAgent: ['String', 'Program that it was begun with.'],
      }),
      current: { type: 'Boolean!', description: 'Whether this request belongs to it.', resolve: (source) => (source as { readonly current: boolean }).current },
    })),
    MyOrganization: type('An organization of the person.', () => ({
      ...values<Membership>({
        organizationId: ['ID!', 'Id of the organization.'],
        name: ['String!', 'Name.'],
        slug: ['String!', 'Short name.'],
        role: ['String!', 'Role of the person in it.'],
      }),
      members: { type: '[OrganizationMember!]!', description: 'Everybody in it.', resolve: (source) => membersOf(database(), (source as Membership).organizationId) },
    })),
    OrganizationMember: type('A member of an organization of the caller.', () =>
      values<{ id: string; role: string; userId: string; name: string; email: string }>({
        id: ['ID!', 'Id of the membership.'],
        role: ['String!', 'Role.'],
        userId: ['ID!', 'Id of the user.'],
        name: ['String', 'Name.'],
        email: ['Email!', 'Address of mail.'],
      })),
    MyApiKey: type('An API key of the person.', () =>
      values<{ id: string; name: string; start: string; scopes: string; createdAt: string; expiresAt: string; lastUsedAt: string }>({
        id: ['ID!', 'Id of the key.'],
        name: ['String!', 'What it is for.'],
        start: ['String', 'How the key begins.'],
        scopes: ['[String!]!', 'What it may do: `read`, `write`, `account:read`, `account:write`.'],
        createdAt: ['DateTime!', 'When it was made.'],
        expiresAt: ['DateTime', 'When it ends.'],
        lastUsedAt: ['DateTime', 'When it was last used, to the minute.'],
      })),
    SignInResult: type('A sign-in: complete with `token`, or waiting for a second factor with `twoFactorToken`.', () =>
      values<{ token: string; twoFactorToken: string; user: Person }>({
        token: ['String', 'Send it as `authorization: Bearer <token>`.'],
        twoFactorToken: ['String', 'Hand it to verifyTwoFactor with a code.'],
        user: ['Me', 'The person; null before the second factor, and before a new address is verified.'],
      })),
    TwoFactorSetup: type('What an authenticator app needs.', () =>
      values<{ totpUri: string; backupCodes: string }>({
        totpUri: ['String!', 'To be shown as a QR code.'],
        backupCodes: ['[String!]!', 'Each replaces one code once. They are shown only here.'],
      })),
    CreatedApiKey: type('A new API key.', () =>
      values<{ id: string; key: string }>({
        id: ['ID!', 'Id of the key.'],
        key: ['String!', 'The key. It is shown only here; send it as `x-api-key`.'],
      })),
  };
}

async function ownSessions({ database, policies }: Identity, { id, caller }: Me): Promise<readonly object[]> {
  const { session: policy } = await policies.of(caller);
  const sessions = await sessionsOf(database, id, policy.idleTimeout);
  return sessions.map((session) => ({ ...session, current: session.id === caller.attributes['sessionId'] }));
}
