import { getNamedType, isObjectType, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { objectTypeNames, rootFieldNames, type ObjectTypeNames, type RootFieldNames } from '../../metadata/naming.ts';
import type { Catalog, CatalogObject } from '../../metadata/catalog.ts';
import type { WriteOperation } from '../../resolvers/source.ts';

/** Where records are: `/api/v1/accounts`. */
export const apiPath = '/api/v1';

/** An object as REST shows it: the names and the operations are those of GraphQL. */
export interface Resource {
  readonly object: CatalogObject;
  /** Last part of the path: `accounts`. */
  readonly path: string;
  readonly names: ObjectTypeNames;
  readonly root: RootFieldNames;
  readonly type: GraphQLObjectType;
  readonly reads: { readonly one: boolean; readonly many: boolean; readonly aggregate: boolean; readonly groups: boolean };
  readonly writes: ReadonlySet<WriteOperation>;
}

const operations = ['create', 'createMany', 'update', 'updateMany', 'upsert', 'upsertMany', 'delete', 'deleteMany', 'restore'] as const;

const known = new WeakMap<GraphQLSchema, ReadonlyMap<string, Resource>>();

/** All resources by path. */
export function resourcesOf(schema: GraphQLSchema, catalog: Catalog): ReadonlyMap<string, Resource> {
  let resources = known.get(schema);
  if (!resources) known.set(schema, (resources = makeResources(schema, catalog)));
  return resources;
}

function makeResources(schema: GraphQLSchema, catalog: Catalog): ReadonlyMap<string, Resource> {
  const queries = schema.getQueryType()?.getFields() ?? {};
  const mutations = schema.getMutationType()?.getFields() ?? {};
  const resources = new Map<string, Resource>();
  for (const object of catalog.objects.values()) {
    const root = rootFieldNames(object.names);
    const reads = { one: Object.hasOwn(queries, root.one), many: Object.hasOwn(queries, root.many), aggregate: Object.hasOwn(queries, root.aggregate), groups: Object.hasOwn(queries, root.groups) };
    const writes = new Set(operations.filter((operation) => Object.hasOwn(mutations, root[operation])));
    const type = schema.getType(object.names.type);
    if (!isObjectType(type) || (!Object.values(reads).some(Boolean) && writes.size === 0)) continue;
    resources.set(root.many, { object, path: root.many, names: objectTypeNames(object.names.type), root, type, reads, writes });
  }
  return resources;
}

/** A relation of a record that can be shown along with it. */
export interface IncludedRelation {
  readonly name: string;
  readonly resource: Resource;
  readonly many: boolean;
}

/** Fields of the object's own that records show: machine names by the names of the API. */
export function ownFields({ type, object }: Resource): ReadonlyMap<string, string> {
  return new Map(Object.entries(type.getFields()).flatMap(([name, { extensions }]) => (extensions.objectos?.kind === 'field' && object.fields.has(extensions.objectos.field) ? [[name, extensions.objectos.field] as const] : [])));
}

export function relationOf({ type }: Resource, name: string, resources: ReadonlyMap<string, Resource>): IncludedRelation | undefined {
  const field = type.getFields()[name];
  const source = field?.extensions.objectos;
  if (!field || (source?.kind !== 'one' && source?.kind !== 'many')) return undefined;
  const named = getNamedType(field.type);
  const target = source.kind === 'one' ? named : isObjectType(named) ? getNamedType(named.getFields()['nodes']?.type) : undefined;
  const resource = [...resources.values()].find((other) => other.type === target);
  return resource && { name, resource, many: source.kind === 'many' };
}
