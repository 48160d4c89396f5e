import type { Caller } from './caller.ts';
import type { Filter } from './filter/filter.ts';

declare module '../kernel/plugin.ts' {
  interface Services {
    /** Exactly one plugin provides it; the platform does not start without. */
    access: AccessProvider;
  }
}

/** Answers what a caller may do. Without one, nothing is open. */
export interface AccessProvider {
  readonly name: string;
  /** Rights of the caller. Callers with the same rights must get the same (`===`) Access, so that plans are shared. */
  accessOf(caller: Caller): Access | Promise<Access>;
}

/** What one class of callers may do. Ids of the caller are not part of it: filters bind them when a request runs. */
export interface Access {
  /** Equal for equal rights; part of the key of cached plans. */
  readonly fingerprint: string;
  object(name: string): ObjectAccess;
}

export interface ObjectAccess {
  /** Rows that may be read; `true` for all, `false` for none. */
  readonly read: boolean | Filter;
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
  /** SQL of what shows in place of the stored value `sql`. Filters, orders and aggregates on a masked field must be closed. */
  readonly mask?: ((sql: string) => string) | undefined;
}

const openField: FieldAccess = { read: true, edit: true, filter: true, sort: true, aggregate: true };
const openObject: ObjectAccess = { read: true, create: true, edit: true, delete: true, check: true, field: () => openField };

/** Everything allowed: the platform's own work (seeding, jobs that run as the system). */
export const systemAccess: Access = { fingerprint: 'system', object: () => openObject };
