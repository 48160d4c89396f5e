import { getNamedType, isInputObjectType, type GraphQLField, type GraphQLInputType } from 'graphql';
import { suggest } from '../../../metadata/nearest.ts';
import { RestProblem } from '../problem.ts';

/** A parameter of a path that becomes an argument of a field. */
export interface Parameter {
  readonly name: string;
  readonly argument: string;
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
  read(text: string, type: GraphQLInputType): unknown;
}

/** Which records: of lists, and of figures over them. */
export const rowParameters: readonly Parameter[] = [
  { name: 'filters', argument: 'where', description: 'Conditions as JSON, as `where` of GraphQL: `{"name":{"icontains":"pump"}}`.', schema: { type: 'object' }, read: (text) => readJson('filters', text, '{"name":{"icontains":"pump"}}') },
  { name: 'search', argument: 'search', description: 'Full-text search.', schema: { type: 'string' }, read: (text) => text },
  { name: 'trash', argument: 'trash', description: 'Deleted records that can be restored.', schema: { type: 'string', enum: ['EXCLUDE', 'INCLUDE', 'ONLY'] }, read: (text) => text.toUpperCase() },
];

/** How many of what is found, and from where on. */
export const pageParameters: readonly Parameter[] = [
  { name: 'limit', argument: 'first', description: 'How many at most.', schema: { type: 'integer', minimum: 1 }, read: (text) => readInteger('limit', text, 1) },
  { name: 'skip', argument: 'offset', description: 'How many to pass over.', schema: { type: 'integer', minimum: 0 }, read: (text) => readInteger('skip', text, 0) },
];

/** Those of which the field has the arguments. */
export function parametersOf(field: Pick<GraphQLField<unknown, unknown>, 'args'>, parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters.filter(({ argument }) => field.args.some(({ name }) => name === argument));
}

export interface FieldCall {
  /** `($where: AccountWhere)`, or nothing. */
  readonly declared: string;
  /** `(where: $where)`, or nothing. */
  readonly passed: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Reads the parameters of a path as arguments of a field; `others` are read by somebody else. */
export function readCall(field: Pick<GraphQLField<unknown, unknown>, 'args'>, parameters: readonly Parameter[], given: URLSearchParams, others: readonly string[]): FieldCall {
  const taken = [...parameters.map(({ name }) => name), ...others];
  const other = [...given.keys()].find((name) => !taken.includes(name));
  if (other !== undefined) throw new RestProblem('BAD_REQUEST', `There is no parameter "${other}". ${suggest(other, taken) ?? ''}`.trim());
  const read = parameters.flatMap((parameter) => {
    const text = given.get(parameter.name);
    const type = field.args.find(({ name }) => name === parameter.argument)?.type;
    return text === null || text === '' || !type ? [] : [{ argument: parameter.argument, type, value: parameter.read(text, type) }];
  });
  const inBrackets = (parts: readonly string[]): string => (parts.length === 0 ? '' : `(${parts.join(', ')})`);
  return {
    declared: inBrackets(read.map(({ argument, type }) => `$${argument}: ${String(type)}`)),
    passed: inBrackets(read.map(({ argument }) => `${argument}: $${argument}`)),
    variables: Object.fromEntries(read.map(({ argument, value }) => [argument, value])),
  };
}

export const namesIn = (text: string): readonly string[] => text.split(',').map((name) => name.trim()).filter((name) => name !== '');

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

export function readJson(name: string, text: string, example: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below.
  }
  throw new RestProblem('BAD_REQUEST', `The parameter ${name} is a JSON object such as ${example}.`);
}

/** `-amount,account.name` → `[{ amount: DESC }, { account: { name: ASC } }]` */
export function readSort(text: string, type: GraphQLInputType): readonly object[] {
  return namesIn(text).map((key) => {
    const { path, direction } = sortKeyOf(key);
    let inside: GraphQLInputType | undefined = type;
    for (const step of path) {
      const named: unknown = getNamedType(inside);
      const fields = isInputObjectType(named) ? named.getFields() : {};
      if (!Object.hasOwn(fields, step)) throw new RestProblem('BAD_REQUEST', `The parameter sort names "${step}", by which nothing is sorted here. ${suggest(step, Object.keys(fields)) ?? ''}`.trim());
      inside = fields[step]?.type;
    }
    return path.reduceRight<unknown>((value, step) => ({ [step]: value }), direction) as object;
  });
}

export function sortKeyOf(key: string): { readonly path: readonly string[]; readonly direction: 'ASC' | 'DESC' } {
  return { path: key.replace(/^[+-]/, '').split('.'), direction: key.startsWith('-') ? 'DESC' : 'ASC' };
}
