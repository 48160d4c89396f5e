import type { GraphQLDirective, GraphQLSchema } from 'graphql';
import type { Database } from '../database/database.ts';
import type { Logger } from '../kernel/log.ts';
import type { Catalog, CatalogField } from '../metadata/catalog.ts';
import type { Guard, GuardedField } from './guards.ts';
import type { Builder, GeneratedRef } from './pothos.ts';
import type { RecordFieldOptions } from './record-field.ts';
import type { AppliedDirective, InputFields, OutputField, OutputFields, TypeRole, TypeSpec } from './spec.ts';

/** A generated object type as plugins see it. */
export interface GeneratedType {
  /** `AccountPayload` */
  readonly name: string;
  readonly role: TypeRole;
  /** Machine name of the object that the type belongs to; undefined for root and shared types. */
  readonly object: string | undefined;
}

/** What `extend` may do. Types are named, so the order of plugins does not matter to references. */
export interface SchemaExtension {
  readonly catalog: Catalog;
  /** The Pothos builder, for types written with Pothos. */
  readonly builder: Builder;
  /** A generated or declared object type, for use with `builder`. */
  ref(type: string): GeneratedRef;
  /** Declares a type as data. A name that exists already stops the start and names both parties; `part` says which part of the plugin it is: `remote catalog`. */
  addType(name: string, type: TypeSpec, part?: string): void;
  /** Whether a type of this name is generated or declared: objects that are only read have no payloads. */
  hasType(name: string): boolean;
  /** Adds fields to a root type or to any generated or declared object type. */
  addFields(type: string, fields: OutputFields, part?: string): void;
  /** Adds entries to a generated or declared input type. */
  addInputFields(type: string, fields: InputFields): void;
  /** Adds a field with a resolver of its own to the records of an object, by machine name. */
  addRecordField<Args>(field: { readonly object: string; readonly name: string } & RecordFieldOptions<Args>): void;
  /** Adds a field that leads to records to a type that no object has. All values of one place of a document are one statement, under the rights of the caller. */
  addLinkedField(field: LinkedFieldOptions): void;
}

export interface LinkedFieldOptions {
  /** Type that gets the field. */
  readonly type: string;
  readonly name: string;
  readonly description?: string | undefined;
  /** Machine names of the object, and of the field that holds the value. */
  readonly object: string;
  readonly field: string;
  /** A page of records, with the arguments of a list; else the one record, so that `field` must be unique. */
  readonly many: boolean;
  /** The value of a parent; null and undefined lead nowhere. */
  key(parent: unknown): unknown;
  readonly part?: string | undefined;
}

/** What `prepare` may use. */
export interface Preparation {
  readonly catalog: Catalog;
  /** Folder of the definitions; undefined where they come from no files. */
  readonly directory: string | undefined;
  /** Undefined where the schema is only printed. */
  readonly database: Database | undefined;
  readonly log: Logger;
}

/** A plugin's part in the schema. Hooks run once per type, when the type is first used. */
export interface SchemaPhase {
  /** Directives that `type` and `field` apply, or that documents may carry. */
  readonly directives?: readonly GraphQLDirective[];
  /** Fetches what `extend` is to make of it; awaited before the schema is built, each time. */
  prepare?(preparation: Preparation): Promise<void>;
  /** Adds types and fields before anything is built. */
  extend?(schema: SchemaExtension): void;
  /** Fields to add to a generated type; called for every one, so that all payloads or all records get something. */
  fields?(type: GeneratedType, catalog: Catalog): OutputFields | undefined;
  /** Sees each field of a generated type and returns it, changed or not: directives, descriptions, a wrapped resolver. */
  field?(field: OutputField, where: { readonly type: GeneratedType; readonly name: string; readonly catalogField: CatalogField | undefined }): OutputField;
  /** Directives for an object type, beside those that it has. */
  type?(type: GeneratedType, catalog: Catalog): readonly AppliedDirective[] | undefined;
  /** Asked for each field with a resolver of its own, also of types made with Pothos, for what has to be checked before it runs. */
  guard?(field: GuardedField): Guard | undefined;
  /** Looks at the schema once it is built, at the start and at every reload; a throw stops either. */
  check?(schema: GraphQLSchema): void;
}

declare module '../kernel/plugin.ts' {
  interface Phases {
    readonly schema: SchemaPhase;
  }
}
