import type {} from 'graphql';
import type { CatalogKey } from '../metadata/catalog.ts';
import type { AggregateFunction } from '../metadata/field-type.ts';
import type { EmbeddedPartSql, PlannedSql } from './read/planned.ts';
import type { RequestContext } from './request.ts';
import type { Input } from './write/writer.ts';

declare module 'graphql' {
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    objectos?: FieldSource;
  }
}

/**
 * What a GraphQL field stands for, attached by the builder as `field.extensions.objectos` and read by the planner. A field
 * without one is custom: the operation then takes graphql-js, and `needs` tells the planner what its parent must hold.
 */
export type FieldSource =
  // --- root fields of Query -------------------------------------------------------------------------------------------
  /** `account(id, by)` */
  | { readonly kind: 'record'; readonly object: string }
  /** `accounts(where, orderBy, search, first, after, last, before, offset, trash)` → connection */
  | { readonly kind: 'list'; readonly object: string }
  /** `accountsAggregate(where, search, trash)` → aggregate */
  | { readonly kind: 'aggregate'; readonly object: string }
  /** `accountGroups(by, where, having, orderBy, first, search, trash)` → list of groups */
  | { readonly kind: 'groups'; readonly object: string }
  /** `node(id)`, `nodes(ids)` */
  | { readonly kind: 'node' | 'nodes' }
  /** `_entities(representations)` of a subgraph; `keys` are those that records may be named by, of each object by machine name */
  | { readonly kind: 'entities'; readonly keys: ReadonlyMap<string, readonly CatalogKey[]> }
  /** `accountsById(keys)`: the records with these values of a key of one field, by `CatalogKey.name` */
  | { readonly kind: 'lookup'; readonly object: string; readonly key: string }
  // --- fields of Mutation ---------------------------------------------------------------------------------------------
  /** `via`: an update under another name. */
  | { readonly kind: 'mutation'; readonly object: string; readonly operation: WriteOperation; readonly via?: UpdateVia }
  // --- fields of an object type -----------------------------------------------------------------------------------------
  /** Scalar, enum or embedded value of the field; `accountId` and `tagIds` too. */
  | { readonly kind: 'field'; readonly field: string }
  /** To-one relation → record or null */
  | { readonly kind: 'one'; readonly relation: string }
  /** To-many relation → connection, arguments as `list` */
  | { readonly kind: 'many'; readonly relation: string }
  /** `contactsAggregate(…)` below a parent, arguments as `aggregate` */
  | { readonly kind: 'manyAggregate'; readonly relation: string }
  /** `contactGroups(…)` below a parent, arguments as `groups` */
  | { readonly kind: 'manyGroups'; readonly relation: string }
  // --- fields of connection, edge, pageInfo ------------------------------------------------------------------------------
  | { readonly kind: 'connection'; readonly part: 'nodes' | 'edges' | 'pageInfo' | 'totalCount' }
  | { readonly kind: 'edge'; readonly part: 'node' | 'cursor' | 'rank' }
  | { readonly kind: 'pageInfo'; readonly part: 'hasNextPage' | 'hasPreviousPage' | 'startCursor' | 'endCursor' }
  // --- fields of aggregate and group ---------------------------------------------------------------------------------------
  /** `count: Int!` of an aggregate or group */
  | { readonly kind: 'count' }
  /** `sum { … }`: an object whose fields are `measure`s */
  | { readonly kind: 'measures'; readonly function: Exclude<AggregateFunction, 'count'> }
  | { readonly kind: 'measure'; readonly field: string }
  /** `key { … }` of a group: an object whose fields are `field` and `one` of the grouped object */
  | { readonly kind: 'groupKey' }
  // --- fields of mutation payloads --------------------------------------------------------------------------------------
  | { readonly kind: 'payload'; readonly part: 'record' | 'records' | 'rows' | 'count' | 'created' | 'deletedId' | 'clientMutationId' | 'warnings' }
  /** A list in the payload of what hooks told of the write under this topic. */
  | { readonly kind: 'told'; readonly topic: string }
  /** A value of what was told; with `object`, the record whose id it is, null where the caller may not read it. */
  | { readonly kind: 'toldPart'; readonly part: string; readonly object?: string }
  | { readonly kind: 'bulkRow'; readonly part: 'index' | 'id' | 'record' | 'created' | 'problems' }
  | { readonly kind: 'problem'; readonly part: 'path' | 'code' | 'message' | 'rule' | 'severity' }
  // --- a field of an embedded type ----------------------------------------------------------------------------------------
  | { readonly kind: 'subfield'; readonly field: string }
  /** One whose SQL a plugin makes. */
  | { readonly kind: 'embeddedPart'; readonly sql: EmbeddedPartSql }
  // --- a field whose SQL a plugin makes ------------------------------------------------------------------------------------
  /** Its value comes with the record, in the same statement. */
  | { readonly kind: 'planned'; readonly sql: PlannedSql }
  /** A field below a planned one, for the maker of its SQL. */
  | { readonly kind: 'part'; readonly part: string }
  // --- a field of a type that no object has -------------------------------------------------------------------------------
  /** Leads to the records whose `field` has the value of a key: a page of them with `many`, else the one. */
  | { readonly kind: 'linked'; readonly object: string; readonly field: string; readonly many: boolean }
  // --- everything else ----------------------------------------------------------------------------------------------------
  /** A field with a resolver of its own; `needs` are machine names of fields of the parent object that it reads. */
  | { readonly kind: 'custom'; readonly needs: readonly string[]; readonly remote?: RemoteField };

/** What a field asks a remote service for, as permission sets name it. */
export interface RemoteField {
  readonly remote: string;
  /** `Query.products`, `Product.cost` */
  readonly coordinate: string;
}

/** Whether it begins an operation there; here it may stand below a namespace. */
export const isRemoteRoot = ({ coordinate }: RemoteField): boolean => /^(Query|Mutation|Subscription)\./.test(coordinate);

/** An update whose input comes from arguments of its own. */
export interface UpdateVia {
  input(given: Readonly<Record<string, unknown>>, request: RequestContext): Input;
  /** Around the write. */
  run<T>(given: Readonly<Record<string, unknown>>, write: () => Promise<T>): Promise<T>;
}

export type WriteOperation = 'create' | 'createMany' | 'update' | 'updateMany' | 'upsert' | 'upsertMany' | 'delete' | 'deleteMany' | 'restore';

declare module 'graphql' {
  interface GraphQLObjectTypeExtensions<_TSource, _TContext> {
    /** The catalog object behind an output type such as `Account`. */
    objectosObject?: string;
  }
  interface GraphQLInputFieldExtensions {
    objectos?: InputSource;
  }
  interface GraphQLEnumValueExtensions {
    /** Machine name or stored value that the enum value stands for. */
    objectos?: string;
  }
}

/** What an input field stands for, so that readers of arguments need no naming rules. */
export type InputSource =
  /** In `AccountWhere`, `AccountOrderBy`, inputs and measures: a field by machine name. */
  | { readonly kind: 'field'; readonly field: string }
  /** A relation by its name: nested where, order by, nested write. */
  | { readonly kind: 'relation'; readonly relation: string }
  /** `contactsAggregate` in a where */
  | { readonly kind: 'relationAggregate'; readonly relation: string }
  /** A unique key in `AccountKey`, by `CatalogKey.name` */
  | { readonly kind: 'key'; readonly key: string };
