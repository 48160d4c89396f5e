import { objectTypeNames, rootFieldNames, type ObjectTypeNames, type RootFieldNames } from '../metadata/naming.ts';
import type { ApiMethod, Catalog, CatalogAlias, CatalogField, CatalogObject, CatalogRelation } from '../metadata/catalog.ts';
import type { TypeRegistry } from './registry.ts';
import type { LinkedResolver } from '../resolvers/execute/linked.ts';
import type { Resolver } from './spec.ts';

/** Resolvers of root fields that stand for the read and the write path. */
export interface RootResolvers {
  readonly query: Resolver;
  readonly mutation: Resolver;
  readonly linked: LinkedResolver;
}

/** What the parts of the builder share while one schema is built. */
export interface Api {
  readonly catalog: Catalog;
  readonly registry: TypeRegistry;
  readonly resolvers: RootResolvers;
  /** Objects that the API shows, by machine name. */
  readonly objects: ReadonlyMap<string, ApiObject>;
}

export interface ApiObject {
  readonly object: CatalogObject;
  readonly type: ObjectTypeNames;
  readonly root: RootFieldNames;
  /** Fields that the API shows. */
  readonly fields: readonly CatalogField[];
  /** The same, and each once more for every former name. */
  readonly faces: readonly FieldFace[];
  /** For messages. */
  readonly owner: string;
}

/** A field under one of its names. */
export interface FieldFace extends CatalogField {
  /** The former name that this one shows; absent: the field's own. */
  readonly alias?: CatalogAlias;
}

function facesOf(field: CatalogField): readonly FieldFace[] {
  return [field, ...field.aliases.map((alias) => ({ ...field, alias, graphqlName: alias.graphqlName, deprecated: alias.deprecated ?? `Use ${field.graphqlName}.` }))];
}

export function createApi(catalog: Catalog, registry: TypeRegistry, resolvers: RootResolvers): Api {
  const objects = new Map<string, ApiObject>();
  for (const object of catalog.objects.values()) {
    if (object.methods.size === 0) continue;
    const fields = [...object.fields.values()].filter((field) => !field.internal);
    objects.set(object.name, { object, type: objectTypeNames(object.names.type), root: rootFieldNames(object.names), fields, faces: fields.flatMap(facesOf), owner: `object ${object.name}` });
  }
  return { catalog, registry, resolvers, objects };
}

export function allows({ object }: ApiObject, ...methods: readonly ApiMethod[]): boolean {
  return methods.every((method) => object.methods.has(method));
}

export function allowsSome({ object }: ApiObject, ...methods: readonly ApiMethod[]): boolean {
  return methods.some((method) => object.methods.has(method));
}

export interface ApiRelation {
  readonly relation: CatalogRelation;
  /** Its own name, or a former one. */
  readonly name: string;
  /** Why not to use this name. */
  readonly deprecated: string | undefined;
  readonly target: ApiObject;
}

/** Relations of an object whose target the API shows, by all their names. */
export function relationsOf(api: Api, { object }: ApiObject): readonly ApiRelation[] {
  const result: ApiRelation[] = [];
  for (const relation of object.relations.values()) {
    const target = api.objects.get(relation.target);
    if (target === undefined || isHidden(api, object, relation)) continue;
    const field = ownField(object, relation);
    result.push({ relation, target, name: relation.name, deprecated: field?.deprecated });
    for (const { relation: name, deprecated } of field?.aliases ?? []) if (name !== undefined) result.push({ relation, target, name, deprecated: deprecated ?? `Use ${relation.name}.` });
  }
  return result;
}

/** The field of the object itself that makes the relation. */
function ownField(object: CatalogObject, relation: CatalogRelation): CatalogField | undefined {
  if (relation.kind === 'one') return object.fields.get(relation.field);
  return relation.kind === 'link' && relation.from === 'source' ? object.fields.get(relation.link.field) : undefined;
}

/** A relation made by an internal field is as internal as the field. */
function isHidden(api: Api, object: CatalogObject, relation: CatalogRelation): boolean {
  const field =
    relation.kind === 'one' ? object.fields.get(relation.field)
    : relation.kind === 'many' ? api.catalog.objects.get(relation.target)?.fields.get(relation.targetField)
    : api.catalog.objects.get(relation.link.object)?.fields.get(relation.link.field);
  return field?.internal === true;
}
