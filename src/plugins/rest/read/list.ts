import type { GraphQLField } from 'graphql';
import type { RestOperation } from '../exchange.ts';
import type { Resource } from '../resource.ts';
import { pageParameters, parametersOf, readCall, readFlag, readSort, rowParameters, type Parameter } from './parameters.ts';
import { selectionOf, type Shape } from './shape.ts';

const all: readonly Parameter[] = [
  ...rowParameters,
  { name: 'sort', argument: 'orderBy', description: 'Sort keys with commas; a minus sorts downwards: `-amount,account.name`.', schema: { type: 'string' }, read: readSort },
  { name: 'after', argument: 'after', description: 'The page after this cursor, `page.next` of the one before.', schema: { type: 'string' }, read: (text) => text },
  ...pageParameters,
];

/** Parameters of a list, beside `fields`, `include` and `total`. */
export const listParameters = (list: GraphQLField<unknown, unknown>): readonly Parameter[] => parametersOf(list, all);

/** A page of records. */
export function listOperation({ root }: Resource, list: GraphQLField<unknown, unknown>, parameters: URLSearchParams, shape: Shape): RestOperation {
  const { declared, passed, variables } = readCall(list, listParameters(list), parameters, ['fields', 'include', 'total']);
  const total = readFlag(parameters, 'total') ? ' totalCount' : '';
  return { query: `query ${declared} { result: ${root.many}${passed} { nodes { ${selectionOf(shape)} } pageInfo { hasNextPage endCursor }${total} } }`, variables };
}
