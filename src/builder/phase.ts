import type { GraphQLDirective, GraphQLSchema } from 'graphql';
import type { Catalog, CatalogField } from '../metadata/catalog.ts';
import type { Guard, GuardedField } from './guards.ts';
import type { Builder, GeneratedRef } from './pothos.ts';
import type { RecordFieldOptions } from './record-field.ts';
import type { AppliedDirective, OutputField, OutputFields, TypeRole, TypeSpec } from './spec.ts';

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
  /** Declares a type as data. A name that exists already stops the start and names both parties. */
  addType(name: string, type: TypeSpec): void;
  /** Whether a type of this name is generated or declared: objects that are only read have no payloads. */
  hasType(name: string): boolean;
  /** Adds fields to a root type or to any generated or declared object type. */
  addFields(type: string, fields: OutputFields): void;
  /** Adds a field with a resolver of its own to the records of an object, by machine name. */
  addRecordField<Args>(field: { readonly object: string; readonly name: string } & RecordFieldOptions<Args>): void;
}

/** A plugin's part in the schema. Hooks run once per type, when the type is first used. */
export interface SchemaPhase {
  /** Directives that `type` and `field` apply, or that documents may carry. */
  readonly directives?: readonly GraphQLDirective[];
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
