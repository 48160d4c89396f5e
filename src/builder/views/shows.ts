import type { GraphQLEnumValue, GraphQLField, GraphQLInputField } from 'graphql';
import type { Catalog, CatalogObject } from '../../metadata/catalog.ts';
import { objectTypeNames, type ObjectTypeNames } from '../../metadata/naming.ts';
import type { Access } from '../../resolvers/access.ts';
import { guardOf } from '../guards.ts';
import { rightsOf, type Rights } from './rights.ts';

/** Which parts of the schema somebody is shown. */
export interface Shows {
  type(name: string): boolean;
  field(type: string, field: GraphQLField<unknown, unknown>): boolean;
  input(type: string, field: GraphQLInputField): boolean;
  value(type: string, value: GraphQLEnumValue): boolean;
}

interface Owner {
  readonly object: CatalogObject;
  readonly role: keyof ObjectTypeNames;
}
/** Generated types by name. */
export type Owners = ReadonlyMap<string, Owner>;

export function ownersOf(catalog: Catalog): Owners {
  const owners = new Map<string, Owner>();
  for (const object of catalog.objects.values()) {
    for (const [role, name] of Object.entries(objectTypeNames(object.names.type))) owners.set(name, { object, role: role as keyof ObjectTypeNames });
  }
  return owners;
}

/** Types of records and of what is made of them. The others go where nothing that is shown leads to them. */
const readRoles: ReadonlySet<string> = new Set<keyof ObjectTypeNames>(['type', 'connection', 'edge', 'aggregate', 'group', 'groupKey', 'change']);

export function showsTo(access: Access, catalog: Catalog, owners: Owners): Shows {
  const rights = rightsOf(access);
  return {
    type(name) {
      const owner = owners.get(name);
      return !owner || !readRoles.has(owner.role) || rights.reads(owner.object.name);
    },
    field: (type, field) => showsSource(field, owners.get(type), rights, catalog) && (guardOf(field)?.shows?.(access) ?? true),
    input: (type, field) => showsInput(field, owners.get(type), rights),
    value(type, { extensions: { objectos: stands } }) {
      const owner = owners.get(type);
      if (!owner || stands === undefined) return true;
      const { object, role } = owner;
      if (role === 'field') return rights.field(object.name, stands, 'filter') || rights.field(object.name, stands, 'aggregate');
      if (role === 'historyField') return rights.field(object.name, stands, 'read');
      if (role === 'keyName') return showsKey(object, stands, rights);
      return true;
    },
  };
}

function showsSource({ extensions: { objectos: source } }: GraphQLField<unknown, unknown>, owner: Owner | undefined, rights: Rights, catalog: Catalog): boolean {
  switch (source?.kind) {
    case 'record': case 'list': case 'aggregate': case 'groups':
      return rights.reads(source.object);
    case 'node': case 'nodes':
      return [...catalog.objects.values()].some(({ name, methods }) => methods.has('get') && rights.reads(name));
    case 'mutation':
      return rights.writes(source.object, source.operation);
    case 'field':
      return !owner || rights.field(owner.object.name, source.field, owner.role === 'groupKey' ? 'aggregate' : 'read');
    case 'measure':
      return !owner || rights.field(owner.object.name, source.field, 'aggregate');
    case 'one': case 'many': case 'manyAggregate': case 'manyGroups': {
      const relation = owner?.object.relations.get(source.relation);
      return !owner || !relation || rights.relation(owner.object, relation, owner.role === 'groupKey' ? 'aggregate' : 'read');
    }
    case 'lookup': {
      const { keys = [] } = catalog.objects.get(source.object) ?? {};
      return rights.reads(source.object) && (keys.find(({ name }) => name === source.key)?.fields ?? []).every((field) => rights.field(source.object, field, 'filter'));
    }
    case 'linked':
      return rights.reads(source.object) && rights.field(source.object, source.field, 'filter');
    case 'toldPart':
      return source.object === undefined || rights.reads(source.object);
    case 'custom':
      return !owner || source.needs.every((need) => rights.field(owner.object.name, need, 'read'));
    default:
      return true;
  }
}

function showsInput({ name, extensions: { objectos: source } }: GraphQLInputField, owner: Owner | undefined, rights: Rights): boolean {
  if (!owner) return true;
  const { object, role } = owner;
  const right = role === 'where' ? 'filter' : role === 'orderBy' ? 'sort' : role === 'createInput' || role === 'updateInput' ? 'edit' : 'aggregate';
  switch (source?.kind) {
    case 'field':
      // Clients may make ids.
      if (role === 'createInput' && source.field === 'id') return true;
      return rights.field(object.name, source.field, right) && (!role.endsWith('Having') || rights.field(object.name, source.field, 'filter'));
    case 'relation': case 'relationAggregate': {
      const relation = object.relations.get(source.relation);
      return relation === undefined || rights.relation(object, relation, right);
    }
    case 'key':
      return showsKey(object, source.key, rights);
    default:
      return role === 'toOneInput' || role === 'toManyInput' ? showsNested(name, object.name, rights) : true;
  }
}

function showsKey({ name, keys }: CatalogObject, key: string, rights: Rights): boolean {
  const fields = keys.find((each) => each.name === key)?.fields ?? [];
  return fields.every((field) => rights.field(name, field, 'filter'));
}

function showsNested(operation: string, object: string, rights: Rights): boolean {
  switch (operation) {
    case 'create': case 'update': case 'upsert': case 'delete': return rights.writes(object, operation);
    case 'connect': case 'set': return rights.reads(object);
    default: return true;
  }
}
