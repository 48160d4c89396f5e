import { getNamedType, isLeafType, isObjectType, type GraphQLObjectType } from 'graphql';
import { rightsOf } from '../../../builder/views/rights.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { Access } from '../../../resolvers/access.ts';
import { RestProblem } from '../problem.ts';
import { ownFields, relationOf, type IncludedRelation, type Resource } from '../resource.ts';

/** What a record shows: fields by name, and relations with what their records show. */
export interface Shape {
  readonly resource: Resource;
  readonly fields: ReadonlySet<string>;
  readonly relations: ReadonlyMap<string, { readonly relation: IncludedRelation; readonly shape: Shape }>;
}

interface Draft {
  readonly resource: Resource;
  readonly fields: Set<string>;
  readonly relations: Map<string, { readonly relation: IncludedRelation; readonly shape: Draft }>;
}

/**
 * Reads `fields` (`name,account.name`) and `include` (`account,contacts`). Without `fields` a record shows all that the caller may
 * read of its own; so do included records.
 */
export function readShape(resource: Resource, parameters: URLSearchParams, resources: ReadonlyMap<string, Resource>, access: Access): Shape {
  const names = (key: string): readonly string[] => parameters.getAll(key).flatMap((text) => text.split(',').map((name) => name.trim()).filter((name) => name !== ''));
  const root = emptyDraft(resource);
  const step = (draft: Draft, name: string, key: string): Draft => {
    const known = draft.relations.get(name);
    if (known) return known.shape;
    const relation = relationOf(draft.resource, name, resources);
    if (!relation) throw unknown(key, name, draft.resource);
    const shape = emptyDraft(relation.resource);
    draft.relations.set(name, { relation, shape });
    return shape;
  };
  for (const path of names('fields')) {
    const steps = path.split('.');
    const last = steps.pop() ?? '';
    const draft = steps.reduce((inside, name) => step(inside, name, 'fields'), root);
    if (!ownFields(draft.resource).has(last)) throw unknown('fields', last, draft.resource);
    draft.fields.add(last);
  }
  for (const path of names('include')) path.split('.').reduce((inside, name) => step(inside, name, 'include'), root);
  complete(root, access);
  return root;
}

const emptyDraft = (resource: Resource): Draft => ({ resource, fields: new Set(), relations: new Map() });

function complete({ resource, fields, relations }: Draft, access: Access): void {
  if (fields.size === 0) for (const name of readableFields(resource, access)) fields.add(name);
  for (const { shape } of relations.values()) complete(shape, access);
}

/** Fields of records that the caller may read at all. */
export function readableFields(resource: Resource, access: Access): readonly string[] {
  const rights = rightsOf(access);
  return [...ownFields(resource)].filter(([, field]) => rights.field(resource.object.name, field, 'read')).map(([name]) => name);
}

function unknown(key: string, name: string, resource: Resource): RestProblem {
  const known = key === 'include' ? Object.keys(resource.type.getFields()) : [...ownFields(resource).keys()];
  return new RestProblem('BAD_REQUEST', `The parameter ${key} names "${name}", which ${resource.object.label} does not have${key === 'include' ? ' as a relation' : ''}. ${suggest(name, known) ?? ''}`.trim());
}

/** The selection of GraphQL that shows a record so. */
export function selectionOf({ resource, fields, relations }: Shape): string {
  const own = [...fields].map((name) => `${name}${subselection(resource.type, name)}`);
  const related = [...relations].map(([name, { relation, shape }]) => (relation.many ? `${name} { nodes { ${selectionOf(shape)} } pageInfo { hasNextPage } }` : `${name} { ${selectionOf(shape)} }`));
  return [...own, ...related, '__typename'].join(' ');
}

/** All parts of an embedded value. */
function subselection(type: GraphQLObjectType, name: string): string {
  const named = getNamedType(type.getFields()[name]?.type);
  if (!isObjectType(named)) return '';
  const parts = Object.entries(named.getFields()).filter(([, field]) => isLeafType(getNamedType(field.type)) || field.extensions.objectos?.kind === 'subfield');
  return ` { ${parts.map(([part]) => `${part}${subselection(named, part)}`).join(' ')} }`;
}

export type Json = Readonly<Record<string, unknown>>;

/** The record as REST shows it: pages of related records are lists with a mark of whether there are more. */
export function shown(record: Json, { relations }: Shape): Json {
  // Names of fields have no underscores, so these are none.
  const { __typename: _type, rest_id: _id, rest_version: _version, ...own } = record;
  const result: Record<string, unknown> = own;
  for (const [name, { relation, shape }] of relations) {
    const value = record[name] as Json | null | undefined;
    if (value === null || value === undefined) continue;
    result[name] = relation.many ? page(value, shape) : shown(value, shape);
  }
  return result;
}

function page(connection: Json, shape: Shape): Json {
  const { nodes, pageInfo } = connection as { readonly nodes: readonly Json[]; readonly pageInfo: { readonly hasNextPage: boolean } };
  return { data: nodes.map((node) => shown(node, shape)), hasMore: pageInfo.hasNextPage };
}
