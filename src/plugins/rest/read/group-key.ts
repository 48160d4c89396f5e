import { isObjectType, type GraphQLSchema } from 'graphql';
import type { Access } from '../../../resolvers/access.ts';
import { RestProblem } from '../problem.ts';
import type { Resource } from '../resource.ts';
import { namesIn } from './parameters.ts';
import { readShape, selectionOf, type Shape } from './shape.ts';

/** What groups show of what their records have in common. */
export interface GroupKey {
  readonly selection: string;
  readonly shape: Shape;
}

/** The fields of `by`, and the records that `fields` and `include` name behind lookups among them. */
export function groupKeyOf(schema: GraphQLSchema, resource: Resource, parameters: URLSearchParams, resources: ReadonlyMap<string, Resource>, access: Access): GroupKey {
  const type = schema.getType(resource.names.groupKey);
  const keyFields = isObjectType(type) ? type.getFields() : {};
  const by = namesIn(parameters.get('by') ?? '').map((each) => each.split(':')[0] ?? '');
  const own = parameters.getAll('fields').flatMap(namesIn).find((path) => !path.includes('.'));
  if (own !== undefined) throw new RestProblem('BAD_REQUEST', `The parameter fields names "${own}"; of groups it takes fields of records that lookups among them lead to, such as account.name.`);
  const { relations } = readShape(resource, parameters, resources, access);
  const grouped = new Set(by.map((name) => machineNameOf(keyFields[name])));
  for (const name of relations.keys()) {
    const source = keyFields[name]?.extensions.objectos;
    const relation = source?.kind === 'one' ? resource.object.relations.get(source.relation) : undefined;
    if (relation?.kind !== 'one' || !grouped.has(relation.field)) throw new RestProblem('BAD_REQUEST', `Groups have no ${name} in common: name its lookup in the parameter by.`);
  }
  const shape: Shape = { resource, fields: new Set(by), relations };
  return { selection: selectionOf(shape), shape };
}

function machineNameOf(field: { readonly extensions: { readonly objectos?: { readonly kind: string; readonly field?: string } } } | undefined): string | undefined {
  const source = field?.extensions.objectos;
  return source?.kind === 'field' ? source.field : undefined;
}
