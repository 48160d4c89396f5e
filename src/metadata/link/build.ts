import type { CatalogField, CatalogLink, CatalogRelation, ObjectNames } from '../catalog.ts';
import type { FieldDraft } from '../definitions/read-field.ts';
import type { ObjectDraft } from '../definitions/read-object.ts';
import type { Place } from '../part.ts';

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Whoever claimed a name first, for messages about clashes. */
export interface Claim {
  readonly what: string;
  readonly place: Place | undefined;
}

/** An object while it is linked. */
export interface ObjectBuild {
  readonly draft: ObjectDraft;
  readonly name: string;
  readonly names: ObjectNames;
  readonly table: string;
  readonly label: string;
  readonly pluralLabel: string;
  readonly fields: Map<string, Mutable<CatalogField>>;
  readonly drafts: Map<string, FieldDraft>;
  /** Fields that are defined and not part of the Catalog: nothing computes them, or their definition is wrong. */
  readonly missing: Map<string, 'left out' | 'wrong'>;
  readonly relations: Map<string, CatalogRelation>;
  /** GraphQL names in use on the object's type. */
  readonly claims: Map<string, Claim>;
  /** Where what was declared, for relations that lookups of other objects bring. */
  readonly softDelete: string | undefined;
}

export interface LinkedReference {
  readonly object: ObjectBuild;
  readonly field: Mutable<CatalogField>;
  readonly target: ObjectBuild;
  readonly link: CatalogLink | undefined;
}
