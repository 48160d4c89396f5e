import { getNamedType, isInputObjectType, type GraphQLInputType } from 'graphql';
import { suggest } from '../../../metadata/nearest.ts';
import { RestProblem } from '../problem.ts';
import type { Resource } from '../resource.ts';
import { selectionOf, type Shape } from './shape.ts';

/** An operation of GraphQL that a request becomes. */
export interface RestOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface ListParameter {
  readonly name: string;
  /** Argument of the list field. */
  readonly argument: string;
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
  read(text: string, type: GraphQLInputType): unknown;
}

/** Parameters of lists, beside `fields`, `include` and `total`. */
export const listParameters: readonly ListParameter[] = [
  { name: 'filters', argument: 'where', description: 'Conditions as JSON, as `where` of GraphQL: `{"name":{"icontains":"pump"}}`.', schema: { type: 'object' }, read: readJson },
  { name: 'sort', argument: 'orderBy', description: 'Sort keys with commas; a minus sorts downwards: `-amount,account.name`.', schema: { type: 'string' }, read: readSort },
  { name: 'search', argument: 'search', description: 'Full-text search.', schema: { type: 'string' }, read: (text) => text },
  { name: 'limit', argument: 'first', description: 'Records of a page.', schema: { type: 'integer', minimum: 1 }, read: (text) => readInteger('limit', text, 1) },
  { name: 'after', argument: 'after', description: 'The page after this cursor, `page.next` of the one before.', schema: { type: 'string' }, read: (text) => text },
  { name: 'skip', argument: 'offset', description: 'Records to pass over, without a cursor.', schema: { type: 'integer', minimum: 0 }, read: (text) => readInteger('skip', text, 0) },
  { name: 'trash', argument: 'trash', description: 'Deleted records that can be restored.', schema: { type: 'string', enum: ['EXCLUDE', 'INCLUDE', 'ONLY'] }, read: (text) => text.toUpperCase() },
];

/** Parameters that an object's list takes. */
export function parametersOf({ root }: Resource, list: ListField): readonly ListParameter[] {
  const names = new Set(list.args.map(({ name }) => name));
  if (list.name !== root.many) throw new TypeError(`${list.name} is not the list of ${root.many}.`);
  return listParameters.filter(({ argument }) => names.has(argument));
}

export interface ListField {
  readonly name: string;
  readonly args: readonly { readonly name: string; readonly type: GraphQLInputType }[];
}

/** A page of records. */
export function listOperation(resource: Resource, list: ListField, parameters: URLSearchParams, shape: Shape): RestOperation {
  const known = parametersOf(resource, list);
  const taken = [...known.map(({ name }) => name), 'fields', 'include', 'total'];
  const other = [...parameters.keys()].find((name) => !taken.includes(name));
  if (other !== undefined) throw new RestProblem('BAD_REQUEST', `There is no parameter "${other}". ${suggest(other, taken) ?? ''} ${resource.path} takes ${taken.join(', ')}.`.replace('  ', ' '));
  const given = known.flatMap(({ name, argument, read }) => {
    const text = parameters.get(name);
    const type = list.args.find((each) => each.name === argument)?.type;
    return text === null || text === '' || !type ? [] : [{ argument, type, value: read(text, type) }];
  });
  const declared = given.map(({ argument, type }) => `$${argument}: ${String(type)}`).join(', ');
  const passed = given.map(({ argument }) => `${argument}: $${argument}`).join(', ');
  const total = readFlag(parameters, 'total') ? ' totalCount' : '';
  return {
    query: `query${declared === '' ? '' : ` (${declared})`} { result: ${resource.root.many}${passed === '' ? '' : `(${passed})`} { nodes { ${selectionOf(shape)} } pageInfo { hasNextPage endCursor }${total} } }`,
    variables: Object.fromEntries(given.map(({ argument, value }) => [argument, value])),
  };
}

export function readFlag(parameters: URLSearchParams, name: string): boolean {
  const text = parameters.get(name);
  if (text === null || text === 'false') return false;
  if (text === 'true' || text === '') return true;
  throw new RestProblem('BAD_REQUEST', `The parameter ${name} is true or false, not "${text}".`);
}

function readInteger(name: string, text: string, least: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least) return number;
  throw new RestProblem('BAD_REQUEST', `The parameter ${name} is a whole number from ${least}, not "${text}".`);
}

function readJson(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below.
  }
  throw new RestProblem('BAD_REQUEST', 'The parameter filters is a JSON object such as {"name":{"icontains":"pump"}}.');
}

/** `-amount,account.name` → `[{ amount: DESC }, { account: { name: ASC } }]` */
function readSort(text: string, type: GraphQLInputType): unknown {
  return text.split(',').map((key) => {
    const trimmed = key.trim();
    const direction = trimmed.startsWith('-') ? 'DESC' : 'ASC';
    const steps = trimmed.replace(/^[+-]/, '').split('.');
    let inside: GraphQLInputType | undefined = type;
    for (const step of steps) {
      const named: unknown = getNamedType(inside);
      const fields = isInputObjectType(named) ? named.getFields() : {};
      if (!Object.hasOwn(fields, step)) throw new RestProblem('BAD_REQUEST', `The parameter sort names "${step}", by which nothing is sorted here. ${suggest(step, Object.keys(fields)) ?? ''}`.trim());
      inside = fields[step]?.type;
    }
    return steps.reduceRight<unknown>((value, step) => ({ [step]: value }), direction);
  });
}
