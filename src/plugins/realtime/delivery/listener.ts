import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { Access } from '../../../resolvers/access.ts';
import type { Caller } from '../../../resolvers/caller.ts';
import type { Filter } from '../../../resolvers/filter/filter.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { sightOf } from '../cursor.ts';
import { closedFilter } from '../views/closed-filter.ts';
import { keyOf, type View } from '../views/view.ts';
import type { Audience } from './audience.ts';
import type { Interest } from './change.ts';
import { fieldRights, type FieldRights } from './field-rights.ts';
import { createReader, type ChangeSelection, type RecordReader } from './record-reader.ts';
import type { Subscriber } from './subscriber.ts';

/** Rows of one object that an operation asks for. */
export interface Wanted {
  readonly object: CatalogObject;
  /** Refuses fields that the caller may not filter by. */
  readonly where: (request: RequestContext) => Filter | undefined;
}

/** What an operation subscribes to. */
export interface Wish {
  readonly wanted: readonly Wanted[];
  readonly interest: Interest;
  readonly snapshot: boolean;
  readonly after: string | undefined;
  readonly selection: ChangeSelection;
  /** Equal for wishes whose messages may be shared where rights and rows are equal. */
  readonly key: string;
  /** Equal for wishes of whatever rows that select the same, so that their answers look the same. */
  readonly form: string;
}

/** What a wish comes to under the rights of a moment. */
export interface Standing {
  readonly key: string;
  /** Stands for what it may see, in cursors. */
  readonly sight: string;
  readonly rows: readonly StandingRows[];
}

export interface StandingRows {
  readonly object: CatalogObject;
  readonly filter: Filter;
  readonly viewKey: string;
  readonly audienceKey: string;
  readonly reader: RecordReader;
  readonly fields: FieldRights;
}

export function standingOf({ wanted, selection, key }: Wish, request: RequestContext): Standing {
  const rows = wanted.map(({ object, where }): StandingRows => {
    const filter = closedFilter(object, where(request), request);
    const reader = createReader(selection, object, request);
    const fields = fieldRights(object, request);
    return { object, filter, viewKey: keyOf(object, filter), reader, fields, audienceKey: `${key}\n${reader.key}\n${fields.key}` };
  });
  return { rows, sight: sightOf(rows), key: rows.map(({ viewKey, audienceKey }) => `${viewKey}\n${audienceKey}`).join('\n\n') };
}

/** Where a listener is heard of changes. */
export interface Leg {
  readonly view: View;
  readonly audience: Audience;
}

/** Somebody's rights of a moment. */
export interface Rights {
  readonly caller: Caller;
  /** Of the rights of all, before they were asked for; undefined where the provider counts none. */
  readonly version: unknown;
  readonly access: Access;
}

/** Whether the rights may have become others. */
export const isDated = ({ rights, context: { caller } }: Listener, version: unknown): boolean => version === undefined || rights.version !== version || rights.caller !== caller;

/** One subscription that is known to the hub. */
export interface Listener {
  readonly wish: Wish;
  readonly subscriber: Subscriber;
  /** The caller may be another object after new credentials came in. */
  readonly context: RequestContext;
  /** It is for several objects, and has messages of its own instead of shared ones. */
  readonly alone: boolean;
  standing: Standing;
  /** What the standing, or `next`, was made of. */
  rights: Rights;
  /** What its rights come to by now; the rows are brought in line at the next step. */
  next: Standing | undefined;
  /** Empty until it has joined. */
  legs: readonly Leg[];
}

export function requestOf(context: RequestContext, access: Access, variables: RequestContext['variables']): RequestContext {
  const { requestId, caller, catalog, database } = context;
  return { requestId, caller, access, now: new Date(), variables, catalog, database, signal: undefined };
}
