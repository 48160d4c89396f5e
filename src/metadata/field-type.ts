import type * as z from 'zod';
import type { CatalogField } from './catalog.ts';

/** What the value is in GraphQL. The builder turns it into types, the planner into JSON. */
export type GraphqlShape =
  | { readonly kind: 'scalar'; readonly scalar: ScalarName; readonly list?: boolean }
  /** Options as enum values; `list` for multi-selects. */
  | { readonly kind: 'enum'; readonly list?: boolean }
  /** Stored as jsonb with known sub-fields: `CatalogField.subfields`. `typeName` when the type is shared (`Address`). */
  | { readonly kind: 'embedded'; readonly typeName?: string; readonly list?: boolean }
  /** A lookup: the relation and its id. `list` when multiple. */
  | { readonly kind: 'relation'; readonly list?: boolean };

/** Scalars of the API. Custom ones are declared in `builder/scalars.ts`. */
export type ScalarName =
  | 'ID' | 'String' | 'Int' | 'Float' | 'Boolean'
  | 'Decimal' | 'BigInt' | 'Date' | 'DateTime' | 'Time' | 'JSON' | 'JSONObject' | 'Email' | 'URL' | 'PhoneNumber';

/** How a field is filtered: selects the shared GraphQL filter input and the operators that SQL and memory know. */
export type FilterFamily = 'id' | 'string' | 'int' | 'float' | 'decimal' | 'boolean' | 'date' | 'datetime' | 'time' | 'enum' | 'enumList' | 'stringList' | 'json';

export type AggregateFunction = 'count' | 'countDistinct' | 'sum' | 'avg' | 'min' | 'max';

export interface ColumnShape {
  /** PostgreSQL type as written in DDL: `numeric(18,2)`, `timestamptz(3)`, `text[]`. */
  readonly pgType: string;
  /**
   * What bind parameters are cast to, in writes and in filters (`$1::numeric`): `pgType` without its modifiers, so that
   * a cast never rounds or cuts. The stored form of `jsonb` is JSON text, of `text[]` a list of strings.
   */
  readonly castType: string;
  /** Prisma scalar type: `Decimal`, `String[]`. */
  readonly prismaType: string;
  /** Prisma native type attribute: `@db.Decimal(18, 2)`; undefined for Prisma's default. */
  readonly prismaNative: string | undefined;
  /** Conditions for CHECK constraints, with `{column}` for the quoted column. */
  readonly checks?: readonly string[];
}

/** Problem of a value, without its path: the write path adds where it stood. */
export interface ValueProblem {
  readonly code: string;
  readonly message: string;
  /** Where inside the value, for lists and embedded values: `[0, "quantity"]`. */
  readonly path?: readonly (string | number)[];
}

/** A sub-field that a type brings itself (`street` of an address). */
export interface SubfieldDeclaration {
  /** Key in the stored JSON and name in GraphQL alike: `postalCode`. */
  readonly name: string;
  /** Name of a field type without options: `text`, `number`. */
  readonly type: string;
  readonly label: string;
  /** Inputs do not take it. */
  readonly readonly?: boolean;
}

/** A value as stored, or the reason why it is refused. */
export type Coerced = { readonly value: unknown } | { readonly problem: ValueProblem };

/** Reports an impossible definition at load; `key` is the definition key at fault. */
export type FieldReport = (key: string, message: string, hint?: string) => void;

/**
 * One field type with all its faces, as data. Files in `field-types/` export one each; nothing outside
 * this room switches on a type's name.
 */
export interface FieldType {
  /** `currency` */
  readonly name: string;
  /** One sentence for docs and editors. */
  readonly description: string;
  /** Keys of a definition beyond the common ones, in canonical spelling. */
  readonly keys: z.ZodRawShape;
  /** Those of `keys` that the platform hands to clients and does nothing with itself (`theme`, `rows`). */
  readonly clientKeys?: readonly string[];
  /** Keys that are accepted and have no effect here, dotted when nested (`fileAttachmentConfig.virusScan`): the loader warns. */
  readonly inertKeys?: readonly string[];
  /** Sub-fields of the shared embedded type; those of composites come from the definition. */
  readonly subfields?: readonly SubfieldDeclaration[];
  /** Refuses what no value could satisfy: `min` over `max`, a default that is not valid. Called once the field is linked. */
  check?(field: CatalogField, report: FieldReport): void;
  /** The stored column, or undefined for a computed field or a multiple lookup. */
  column(field: CatalogField): ColumnShape | undefined;
  graphql(field: CatalogField): GraphqlShape;
  /** Undefined: not filterable. */
  filters(field: CatalogField): FilterFamily | undefined;
  readonly sortable: boolean;
  /** Beyond `count`; empty when there is nothing to aggregate. */
  readonly aggregates: readonly AggregateFunction[];
  /** Groupable; date and time types take a unit. */
  readonly groupable: boolean;
  /**
   * SQL that turns the stored expression `sql` into what JSON shall show (numeric → text, timestamptz → ISO 8601 text).
   * Must be null for null.
   */
  json(sql: string, field: CatalogField): string;
  /** SQL text for the full-text index; undefined: not searchable. */
  searchText?(sql: string, field: CatalogField): string;
  /**
   * Client value → stored value as the driver takes it, validated (range, format, length, option). Called with non-null
   * values of the GraphQL input or of a seed; `null` never arrives here.
   */
  coerce(value: unknown, field: CatalogField): Coerced;
  /** Same answer as `coerce` without blocking the process. Present where coercion is slow on purpose (password hashes): prefer it. */
  coerceAsync?(value: unknown, field: CatalogField): Promise<Coerced>;
  /** The stored value must not leave the database: `json` masks it, and change log, audit and events hold only that it changed. */
  readonly confidential?: boolean;
  /** The stored value is sealed: the platform needs a sealing key where such a field is defined. */
  readonly sealed?: boolean;
  /** No two records have the same value, whatever the definition says. */
  readonly unique?: boolean;
  /** Of a lookup to the own object: following it never leads back to the record. */
  readonly acyclic?: boolean;
  /** Computed by the platform: refused in inputs (formula, summary, autonumber). */
  readonly computed: boolean;
  /** Of a type that an expression computes: the type with the faces of a result of this kind (`number`, `text`, …). */
  ofResult?(kind: string, field: CatalogField): FieldType;
  /** The form of a value that is computed and has no column. */
  resultColumn?(field: CatalogField): ColumnShape | undefined;
  /** Of a value that a gateway brings along with the record, or that is made of one: what expressions take it for. It is shown, and nothing else asks by it. */
  external?(field: CatalogField): FilterFamily | undefined;
}
