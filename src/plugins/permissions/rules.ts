import type { Filter } from '../../resolvers/filter/filter.ts';

/** The permission set of callers who are not signed in. */
export const guestSet = 'guest';

/** How much of a record sharing opens: `full` also deletes. */
export const levels = ['read', 'edit', 'full'] as const;
export type Level = (typeof levels)[number];

export const sharingModels = ['private', 'public_read', 'public_read_write', 'public_full', 'controlled_by_parent'] as const;
export type SharingModel = (typeof sharingModels)[number];

export interface ObjectGrant {
  readonly create: boolean;
  readonly read: boolean;
  readonly edit: boolean;
  readonly delete: boolean;
  /** The owner may become anybody. */
  readonly transfer: boolean;
  /** Reads past sharing. */
  readonly viewAll: boolean;
  /** Reads, edits and deletes past sharing. */
  readonly modifyAll: boolean;
}

export interface FieldGrant {
  readonly read: boolean;
  readonly edit: boolean;
  readonly filter: boolean;
  readonly sort: boolean;
  readonly aggregate: boolean;
}

export const operations = ['select', 'insert', 'update', 'delete'] as const;
export type Operation = (typeof operations)[number];

/** Narrows rows. All policies of one object and operation that apply to a caller are alternatives. */
export interface Policy {
  readonly name: string;
  readonly object: string;
  readonly operations: ReadonlySet<Operation>;
  /** For the record as it is. */
  readonly using: Filter | undefined;
  /** For the record as it becomes. */
  readonly check: Filter | undefined;
  /** Undefined: for everyone. */
  readonly roles: readonly string[] | undefined;
}

/** A permission set, or a profile: the set that a user has exactly one of. */
export interface RuleSet {
  readonly name: string;
  readonly label: string;
  readonly isProfile: boolean;
  /** Everybody who is signed in has it. */
  readonly isDefault: boolean;
  readonly objects: ReadonlyMap<string, ObjectGrant>;
  /** `'*'`: objects of the app that `objects` does not name. */
  readonly everyObject: ObjectGrant | undefined;
  /** By `object.field`; `object.*` for all fields that are not named. */
  readonly fields: ReadonlyMap<string, FieldGrant>;
  readonly policies: readonly Policy[];
  readonly systemPermissions: ReadonlySet<string>;
  /** Rights on remote services by name; `'*'` for all that are not named. */
  readonly remotes: ReadonlyMap<string, RemoteGrant>;
}

/** Fields of a remote service, by coordinates: `Query.products`, `Product.cost`, `Mutation.*`, `'*'`. */
export interface RemoteGrant {
  readonly read: ReadonlySet<string>;
  /** Fields of Mutation that may be run. */
  readonly edit: ReadonlySet<string>;
}

export const principalTypes = ['user', 'role', 'role_and_subordinates', 'group', 'guest'] as const;
/** People by what they are: one user (by email or id), holders of a role, members of a group. */
export interface Principal {
  readonly type: (typeof principalTypes)[number];
  readonly value: string;
}

export interface SharingRule {
  readonly name: string;
  readonly object: string;
  readonly level: Level;
  readonly sharedWith: readonly Principal[];
  /** Records of these owners, or records that match. */
  readonly records: { readonly kind: 'owner'; readonly ownedBy: readonly Principal[] } | { readonly kind: 'criteria'; readonly filter: Filter };
}

export interface Role {
  readonly name: string;
  readonly label: string;
  readonly parent: string | undefined;
}

export interface Group {
  readonly name: string;
  readonly label: string;
  /** Holders of these roles are members. */
  readonly roles: readonly string[];
}

export type MaskStrategy = { readonly kind: 'redact' } | { readonly kind: 'nullify' } | { readonly kind: 'hash' } | { readonly kind: 'partial'; readonly keepHead: number; readonly keepTail: number };

export interface FieldRule {
  /** Names of profiles, permission sets and roles. */
  readonly visibleTo: readonly string[] | undefined;
  readonly editableBy: readonly string[] | undefined;
  readonly mask: { readonly strategy: MaskStrategy; readonly roles: readonly string[] | undefined; readonly exemptRoles: readonly string[] } | undefined;
}

/** How the records of one object belong to people. */
export interface ObjectModel {
  readonly sharing: SharingModel;
  /** Field that names the owner. */
  readonly owner: string | undefined;
  /** Relations to the masters, when these decide. */
  readonly masters: readonly string[];
}

/** Everything that the definitions say about rights. */
export interface Rules {
  readonly sets: ReadonlyMap<string, RuleSet>;
  readonly roles: ReadonlyMap<string, Role>;
  readonly groups: ReadonlyMap<string, Group>;
  /** By object. */
  readonly sharing: ReadonlyMap<string, readonly SharingRule[]>;
  readonly policies: ReadonlyMap<string, readonly Policy[]>;
  readonly models: ReadonlyMap<string, ObjectModel>;
  /** By `object.field`. */
  readonly fields: ReadonlyMap<string, FieldRule>;
  /** `object.field` that some set names: whoever is not granted it does not have it. */
  readonly guarded: { readonly read: ReadonlySet<string>; readonly edit: ReadonlySet<string> };
}

/** Roles below a role, itself not included. */
export function rolesBelow(rules: Rules, role: string): readonly string[] {
  const below = [...rules.roles.values()].filter(({ parent }) => parent === role).map(({ name }) => name);
  return [...below, ...below.flatMap((name) => rolesBelow(rules, name))];
}
