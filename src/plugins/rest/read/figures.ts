import { getNullableType, isEnumType, isObjectType, type GraphQLField, type GraphQLSchema } from 'graphql';
import { suggest } from '../../../metadata/nearest.ts';
import { ask, hidden, notOffered, sendRead, type Exchange } from '../exchange.ts';
import { RestProblem } from '../problem.ts';
import type { Resource } from '../resource.ts';
import { groupKeyOf } from './group-key.ts';
import { namesIn, pageParameters, parametersOf, readCall, readJson, readSort, rowParameters, sortKeyOf, type Parameter } from './parameters.ts';
import { shown, type Json } from './shape.ts';

/** Answers figures over all records that match. */
export async function aggregate(exchange: Exchange): Promise<void> {
  const { info, schema, resource, response } = exchange;
  const field = schema.getQueryType()?.getFields()[resource.root.aggregate];
  if (!resource.reads.aggregate || !field) throw notOffered(resource, 'counted or summed up');
  const { declared, passed, variables } = readCall(field, aggregateParameters(field), info.url.searchParams, ['figures']);
  const figures = readFigures(schema, resource, info.url.searchParams);
  const { result, errors } = await ask(exchange, { query: `query ${declared} { result: ${resource.root.aggregate}${passed} { ${figures} } }`, variables });
  sendRead(response, { data: result, ...hidden(errors) });
}

/** Answers figures over records that have something in common. */
export async function groups(exchange: Exchange): Promise<void> {
  const { info, schema, resource, resources, response } = exchange;
  const field = schema.getQueryType()?.getFields()[resource.root.groups];
  if (!resource.reads.groups || !field) throw notOffered(resource, 'grouped');
  const { searchParams } = info.url;
  if (!searchParams.get('by')) throw new RestProblem('BAD_REQUEST', 'The parameter by names the fields to group by, such as by=stage,closeDate:quarter.');
  const { declared, passed, variables } = readCall(field, groupParameters(field, schema, resource), searchParams, ['figures', 'fields', 'include']);
  const key = groupKeyOf(schema, resource, searchParams, resources, (await info.context()).access);
  const { result, errors } = await ask(exchange, { query: `query ${declared} { result: ${resource.root.groups}${passed} { key { ${key.selection} } ${readFigures(schema, resource, searchParams)} } }`, variables });
  const rows = result as readonly { readonly key: Json }[];
  sendRead(response, { data: rows.map((row) => ({ ...row, key: shown(row.key, key.shape) })), ...hidden(errors) });
}

/** Beside `figures`. */
export const aggregateParameters = (field: GraphQLField<unknown, unknown>): readonly Parameter[] => parametersOf(field, rowParameters);

/** Beside `figures`, `fields` and `include`. */
export function groupParameters(field: GraphQLField<unknown, unknown>, schema: GraphQLSchema, resource: Resource): readonly Parameter[] {
  const keys = groupableFields(schema, resource);
  const keyNamed = (name: string, parameter: string): string => {
    const key = keys.get(name);
    if (key === undefined) throw new RestProblem('BAD_REQUEST', `The parameter ${parameter} names "${name}", by which nothing is grouped here. ${suggest(name, [...keys.keys()]) ?? ''}`.trim());
    return key;
  };
  return parametersOf(field, [
    {
      name: 'by', argument: 'by', description: 'Fields that records of a group have in common, with commas; dates with a unit: `stage,closeDate:quarter`.', schema: { type: 'string' },
      read: (text) => namesIn(text).map((each) => {
        const [name = '', unit] = each.split(':');
        return { field: keyNamed(name, 'by'), ...(unit !== undefined && { unit: unit.toUpperCase() }) };
      }),
    },
    ...rowParameters,
    { name: 'having', argument: 'having', description: 'Conditions on groups as JSON: `{"count":{"gt":1}}`.', schema: { type: 'object' }, read: (text) => readJson('having', text, '{"count":{"gt":1}}') },
    {
      name: 'sort', argument: 'orderBy', description: 'Figures and fields that are grouped by, with commas; a minus sorts downwards: `-sum.amount,stage`.', schema: { type: 'string' },
      read: (text, type) => namesIn(text).flatMap((each): readonly object[] => {
        const { path: [first = '', ...rest], direction } = sortKeyOf(each);
        const key = rest.length === 0 && first !== 'count' ? keyNamed(first, 'sort') : undefined;
        return key === undefined ? readSort(each, type) : [{ [direction === 'DESC' ? 'keyDesc' : 'key']: key }];
      }),
    },
    ...pageParameters,
  ]);
}

/** Values of `AccountField` by the names of fields. */
function groupableFields(schema: GraphQLSchema, { names }: Resource): ReadonlyMap<string, string> {
  const type = schema.getType(names.groupKey);
  const values = schema.getType(names.field);
  if (!isObjectType(type) || !isEnumType(values)) return new Map();
  const enumNames = new Map([...values.getValues()].reverse().map(({ name, extensions }) => [extensions['objectos'], name]));
  return new Map(Object.values(type.getFields()).flatMap(({ name, extensions: { objectos } }) => (objectos?.kind === 'field' && enumNames.has(objectos.field) ? [[name, enumNames.get(objectos.field) ?? ''] as const] : [])));
}

/** All there are, with the machine names of their fields: `count`, `sum.amount`, … */
export function figuresOf(schema: GraphQLSchema, { names }: Resource): ReadonlyMap<string, string | undefined> {
  const type = schema.getType(names.aggregate);
  const figures = Object.values(isObjectType(type) ? type.getFields() : {}).flatMap(({ name, type: of }): (readonly [string, string | undefined])[] => {
    const measures = getNullableType(of);
    if (!isObjectType(measures)) return [[name, undefined]];
    return Object.values(measures.getFields()).map((field) => [`${name}.${field.name}`, field.extensions.objectos?.kind === 'measure' ? field.extensions.objectos.field : undefined]);
  });
  return new Map(figures);
}

/** `count,sum.amount,sum.tax` → `count sum { amount tax }` */
function readFigures(schema: GraphQLSchema, resource: Resource, parameters: URLSearchParams): string {
  const known = figuresOf(schema, resource);
  const asked = new Map<string, Set<string>>();
  for (const figure of namesIn(parameters.get('figures') || 'count')) {
    if (!known.has(figure)) throw new RestProblem('BAD_REQUEST', `The parameter figures names "${figure}", which there is not of ${resource.object.pluralLabel}. ${suggest(figure, [...known.keys()]) ?? `They are written like ${[...known.keys()].slice(0, 2).join(' and ')}.`}`);
    const [name = '', field] = figure.split('.');
    const fields = asked.get(name) ?? new Set();
    if (field !== undefined) fields.add(field);
    asked.set(name, fields);
  }
  return [...asked].map(([name, fields]) => (fields.size === 0 ? name : `${name} { ${[...fields].join(' ')} }`)).join(' ');
}
