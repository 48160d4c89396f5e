import type { Caller } from './caller.ts';
import type { Filter } from './filter/filter.ts';
import type { RequestContext } from './request.ts';
import type { BindList } from './sql/binds.ts';

declare module '../kernel/plugin.ts' {
  interface Services {
    /** Exactly one plugin provides it; the platform does not start without. */
    access: AccessProvider;
  }
}

export interface Profiles {
  /** All there are. */
  names(): readonly string[];
  /** Those of a caller. */
  of(caller: Caller): Promise<readonly string[]>;
}

/** Answers what a caller may do. Without one, nothing is open. */
export interface AccessProvider {
  readonly name: string;
  /** Rights of the caller, without a promise where they are known already. Callers with the same rights must get the same (`===`) Access, so that plans are shared. */
  accessOf(caller: Caller): Access | Promise<Access>;
  /** Many callers are asked for next, a few hundred at most: reads what that takes for all of them at once. */
  prepare?(callers: readonly Caller[]): Promise<void>;
  /** Answers something else (`!==`) once the rights of any caller, or what they bind of the caller, may have become others; always, where it is absent. */
  readonly version?: () => unknown;
  /** Of providers that know profiles: for what else depends on them. */
  readonly profiles?: Profiles;
  /** The person as whom the asker may try a write that is not kept (`dryRunAs`). Refuses askers who may not; without it nobody may. */
  actAs?(userId: string, write: { readonly object: string; readonly operation: string }, asker: RequestContext): Promise<{ readonly caller: Caller; readonly access: Access }>;
}

/** A provider that takes something away from the rights that another gives: from those of callers, and from those with which an `asker` tries something as somebody else. */
export function limitProvider(provider: AccessProvider, limit: (access: Access, asker: Caller) => Access): AccessProvider {
  const actAs = provider.actAs?.bind(provider);
  return {
    ...provider,
    ...(actAs && {
      async actAs(userId, write, asker) {
        const other = await actAs(userId, write, asker);
        return { ...other, access: limit(other.access, asker.caller) };
      },
    }),
    // Rights that are known need no promise.
    accessOf(caller) {
      const access = provider.accessOf(caller);
      return access instanceof Promise ? access.then((found) => limit(found, caller)) : limit(access, caller);
    },
  };
}

/** What one class of callers may do. Ids of the caller are not part of it: filters bind them when a request runs. */
export interface Access {
  /** Equal for equal rights; part of the key of cached plans. */
  readonly fingerprint: string;
  /** The rights that these were cut down from, for an API key of few scopes. */
  readonly cutFrom?: Access | undefined;
  object(name: string): ObjectAccess;
}

export interface ObjectAccess {
  /** Rows that may be read; `true` for all, `false` for none. */
  readonly read: boolean | Filter;
  /** What `read` is for whoever may read all records within reach, those of the organization; no write moves a record in or out of it. */
  readonly reach?: Filter;
  /** Rows of these that lookups of other records may name; all of them when absent. */
  readonly connect?: boolean | Filter;
  readonly create: boolean;
  /** Rows that may be edited, tested on the old and on the new image. */
  readonly edit: boolean | Filter;
  /** The same for the new image, when it differs from `edit`: an owner may be changed, a policy tells both apart. */
  readonly editCheck?: boolean | Filter;
  readonly delete: boolean | Filter;
  /** Rows that may be created: tested on the new image. */
  readonly check: boolean | Filter;
  field(name: string): FieldAccess;
}

export interface FieldAccess {
  /** A filter: readable on the rows that match. */
  readonly read: boolean | Filter;
  readonly edit: boolean | Filter;
  readonly filter: boolean;
  readonly sort: boolean;
  readonly aggregate: boolean;
  /** SQL of what shows in place of the stored value `sql`, in a statement with these binds. Filters, orders and aggregates on a masked field must be closed. */
  readonly mask?: ((sql: string, binds: BindList) => string) | undefined;
  /** Of a computed field that a rule names itself: whoever may read it need not have rights on the fields that it reads. */
  readonly ownRule?: boolean;
}

/** Whether the caller reads the stored value of the field on every row. */
export const isPlain = ({ read, mask }: FieldAccess): boolean => read === true && mask === undefined;

export const openField: FieldAccess = { read: true, edit: true, filter: true, sort: true, aggregate: true };
export const openObject: ObjectAccess = { read: true, create: true, edit: true, delete: true, check: true, field: () => openField };

export const closedField: FieldAccess = { read: false, edit: false, filter: false, sort: false, aggregate: false };
export const closedObject: ObjectAccess = { read: false, create: false, edit: false, delete: false, check: false, field: () => closedField };

/** The same rows, with all their fields. */
export function withAllFields(access: Access): Access {
  return { ...access, fingerprint: `${access.fingerprint} with all fields`, object: (name) => ({ ...access.object(name), field: () => openField }) };
}

/** Everything allowed: the platform's own work (seeding, jobs that run as the system). */
export const systemAccess: Access = { fingerprint: 'system', object: () => openObject };
