import type { FieldType } from './field-type.ts';

/**
 * The linked, frozen, plain result of loading all definitions. Everything after start-up reads this and nothing else:
 * the database prints tables from it, the builder GraphQL types, the resolvers SQL.
 */
export interface Catalog {
  /** Objects by name, in a stable order (name). */
  readonly objects: ReadonlyMap<string, CatalogObject>;
  /** Junction tables of `multiple: true` lookups. */
  readonly links: readonly CatalogLink[];
  /** Changes when anything that the Catalog holds changes. */
  readonly fingerprint: string;
}

/** Where a definition came from, for messages. Lines and columns start at 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** All GraphQL names of an object, made by `naming.ts`. */
export interface ObjectNames {
  /** `Account` */ readonly type: string;
  /** `account` */ readonly one: string;
  /** `accounts` */ readonly many: string;
}

export interface CatalogObject {
  /** Machine name: `account`. */
  readonly name: string;
  readonly label: string;
  readonly pluralLabel: string;
  readonly description: string | undefined;
  readonly icon: string | undefined;
  readonly names: ObjectNames;
  readonly table: string;
  /** `table` is a view that something else keeps: records are only read. */
  readonly view: boolean;
  /** All stored and computed fields by machine name, system fields (`id`, `created_at`, …) included, in order of definition. */
  readonly fields: ReadonlyMap<string, CatalogField>;
  /** All relations by GraphQL name: to-one from lookups, to-many from lookups of others, links of multiple lookups. */
  readonly relations: ReadonlyMap<string, CatalogRelation>;
  /** Single and compound unique keys, `id` first. `name` is the GraphQL name of the key (`email`, `orderAndSku`). */
  readonly keys: readonly CatalogKey[];
  readonly indexes: readonly CatalogIndex[];
  /** Field whose value titles a record. */
  readonly nameField: string;
  /** Fields of the full-text index in order of weight; empty when the object is not searchable. */
  readonly searchFields: readonly string[];
  /** PostgreSQL text search configuration, for example `english`. */
  readonly searchLanguage: string;
  /** Field that marks a record as deleted, when deletion is soft. */
  readonly softDelete: string | undefined;
  /** API methods that exist: a subset of `apiMethods`. */
  readonly methods: ReadonlySet<ApiMethod>;
  readonly trackHistory: boolean;
  /** Lookup to the organization that a record belongs to, on tenant-aware objects. Required, unless records may belong to all. */
  readonly organizationField: string | undefined;
  /** Brought by the platform, not by the app. */
  readonly system: boolean;
  readonly recordTypes: readonly string[];
  /** Former name when the definition says `renamedFrom`. */
  readonly renamedFrom: string | undefined;
  readonly deprecated: string | undefined;
  readonly source: SourceLocation | undefined;
  /** The validated definition, for plugins that read keys of their own. */
  readonly definition: Readonly<Record<string, unknown>>;
}

export const apiMethods = ['get', 'list', 'create', 'update', 'delete', 'upsert', 'bulk', 'aggregate', 'history', 'search', 'restore', 'purge', 'import', 'export'] as const;
export type ApiMethod = (typeof apiMethods)[number];

export interface CatalogField {
  readonly object: string;
  /** Machine name: `annual_revenue`. */
  readonly name: string;
  /** GraphQL name of the scalar face: `annualRevenue`; of a lookup: `accountId` (`tagIds` when multiple). */
  readonly graphqlName: string;
  readonly type: FieldType;
  readonly label: string;
  readonly description: string | undefined;
  /** Physical column; undefined for fields that are computed or live in a link table. */
  readonly column: string | undefined;
  readonly required: boolean;
  readonly unique: boolean;
  /** Array value (select, lookup, user, file, image with `multiple: true`, and list types). */
  readonly multiple: boolean;
  /** Literal or token default, see vocabulary §2.1; undefined when none. */
  readonly defaultValue: unknown;
  /** Options of select-like types, values as stored. */
  readonly options: readonly CatalogOption[];
  /** Set for lookup, master_detail, tree, user: the target object. */
  readonly reference: CatalogReference | undefined;
  readonly searchable: boolean;
  readonly sortable: boolean;
  readonly externalId: boolean;
  readonly hidden: boolean;
  /** Not writable through the API. */
  readonly readonly: boolean;
  /** Never returned and never usable in filters (`internal`). */
  readonly internal: boolean;
  /** `id`, `created_at`, …: kept by the platform. */
  readonly system: boolean;
  readonly trackHistory: boolean;
  readonly renamedFrom: string | undefined;
  readonly deprecated: string | undefined;
  /** Former names under which the API answers too. */
  readonly aliases: readonly CatalogAlias[];
  /** Sub-fields of composite, repeater and record, of address and location too. */
  readonly subfields: ReadonlyMap<string, CatalogField>;
  readonly source: SourceLocation | undefined;
  /** The validated definition: own keys of the type (`min`, `maxLength`, `currencyConfig`, …) in canonical spelling. */
  readonly definition: Readonly<Record<string, unknown>>;
}

/** A former name of a field in the API: the same value under the same rights, marked as deprecated. */
export interface CatalogAlias {
  /** Machine name: `fax_number`. */
  readonly name: string;
  /** `faxNumber`; of a lookup `customerId`. */
  readonly graphqlName: string;
  /** Of a lookup: `customer`. */
  readonly relation: string | undefined;
  /** Reason; the present name when absent. */
  readonly deprecated: string | undefined;
}

export interface CatalogOption {
  /** As stored and authored: `Active Customer`. */
  readonly value: string;
  /** GraphQL enum value: `ACTIVE_CUSTOMER`. */
  readonly graphqlName: string;
  readonly label: string;
  readonly color: string | undefined;
  readonly deprecated: string | undefined;
}

export type DeleteBehavior = 'set_null' | 'cascade' | 'restrict';

export interface CatalogReference {
  readonly object: string;
  readonly onDelete: DeleteBehavior;
}

/** One edge of the object graph as seen from one object. */
export type CatalogRelation =
  /** `contact.account`: this object holds the key column. */
  | { readonly kind: 'one'; readonly name: string; readonly target: string; readonly field: string; readonly column: string; readonly label: string }
  /** `account.contacts`: `target` holds the key column in its field `targetField`. `master` when by master_detail. */
  | { readonly kind: 'many'; readonly name: string; readonly target: string; readonly targetField: string; readonly targetColumn: string; readonly master: boolean; readonly label: string }
  /** A `multiple: true` lookup, from its own side (`from: source`) or from the other (`from: target`). */
  | { readonly kind: 'link'; readonly name: string; readonly target: string; readonly link: CatalogLink; readonly from: 'source' | 'target'; readonly label: string };

/** Junction table of a `multiple: true` lookup: columns `source_id`, `target_id`, `position`, primary key on the first two. */
export interface CatalogLink {
  readonly table: string;
  readonly object: string;
  readonly field: string;
  readonly target: string;
  readonly onDelete: DeleteBehavior;
}

export interface CatalogKey {
  readonly name: string;
  /** `SLUG`, for the enum of upsert keys. */
  readonly enumName: string;
  /** Machine names of what a client gives. */
  readonly fields: readonly string[];
  /** Field within whose values the key is unique: the organization of a tenant-aware object. Never given by clients. */
  readonly scope: string | undefined;
}

/** Fields of the unique index behind a key. */
export const indexedFields = ({ fields, scope }: CatalogKey): readonly string[] => (scope === undefined ? fields : [scope, ...fields]);

export interface CatalogIndex {
  readonly name: string;
  readonly fields: readonly string[];
  readonly unique: boolean;
  readonly type: 'btree' | 'hash' | 'gin' | 'gist';
  /** SQL predicate of a partial index. */
  readonly partial: string | undefined;
}
