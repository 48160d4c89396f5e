import {
  getNamedType, getNullableType, isEnumType, isInputObjectType, isLeafType, isListType, isNonNullType, isObjectType,
  type GraphQLArgument, type GraphQLField, type GraphQLInputField, type GraphQLInputObjectType, type GraphQLInputType, type GraphQLObjectType, type GraphQLOutputType, type GraphQLSchema,
} from 'graphql';

/** Values that arguments are made of. */
export interface Pools {
  /** Ids of records of all organizations, and of nothing. */
  readonly ids: readonly string[];
  /** Ids that a client gives to new records. */
  readonly freshIds: readonly string[];
  readonly texts: readonly string[];
  readonly cursors: readonly string[];
  /** Values of fields and arguments by name, where those above would not do; `Account.id` for the ids that records of a type are named by. */
  readonly byName: Readonly<Record<string, readonly string[]>>;
}

/** Fields whose values differ by the moment. */
const moments = /At$/;
const maxDepth = 3;

/** Root fields of records: all that the definitions made. */
export function rootFields(schema: GraphQLSchema): readonly { readonly kind: 'query' | 'mutation'; readonly field: GraphQLField<unknown, unknown> }[] {
  const own = (type: GraphQLObjectType | null | undefined, kind: 'query' | 'mutation') => Object.values(type?.getFields() ?? {}).filter(({ extensions }) => extensions.objectos && extensions.objectos.kind !== 'custom').map((field) => ({ kind, field }));
  return [...own(schema.getQueryType(), 'query'), ...own(schema.getMutationType(), 'mutation')];
}

/** Of arguments that exclude each other, one set is given. */
const alternatives: readonly (readonly (readonly string[])[])[] = [[['id'], ['by']], [['rows'], ['where', 'input']], [['ids'], ['where']], [['first'], ['last']], [['after'], ['before']]];
const mutationOptions = new Set(['idempotencyKey', 'dryRun', 'clientMutationId', 'ifVersion', 'mode', 'purge', 'trash']);

/** An operation of one root field; the same seed gives the same one. */
export function generateOperation(schema: GraphQLSchema, seed: number, pools: Pools): { readonly name: string; readonly document: string } {
  const random = generator(seed);
  const next = (below: number): number => Math.floor(random() * below);
  const pick = <T>(list: readonly T[]): T => list[next(list.length)] as T;
  const rarely = (one: number): boolean => next(one) === 0;

  /** `meant` is the field that a value is compared with. */
  const value = (type: GraphQLInputType, name: string, owner: string, depth: number, meant = name): string | undefined => {
    const inner = getNullableType(type);
    if (isListType(inner)) {
      const items = Array.from({ length: 1 + next(2) }, () => value(inner.ofType, name, owner, depth, meant));
      return items.includes(undefined) ? undefined : `[${items.join(', ')}]`;
    }
    if (isEnumType(inner)) return pick(inner.getValues()).name;
    if (isInputObjectType(inner)) return inputObject(inner, name, depth);
    const ofType = meant === 'id' || meant === 'ids' ? /^(\w+?)(Key|UpdateRow)?$/.exec(owner)?.[1] : undefined;
    const named = ofType !== undefined && !rarely(4) ? pools.byName[`${ofType}.id`] : meant.endsWith('Id') && rarely(4) ? undefined : pools.byName[meant];
    if (named && inner.name !== 'Boolean' && inner.name !== 'Int') return JSON.stringify(pick(named));
    switch (inner.name) {
      case 'ID': return JSON.stringify(pick(meant === 'id' && owner.endsWith('CreateInput') ? pools.freshIds : pools.ids));
      case 'Int': case 'Float': return String(1 + next(3));
      case 'Boolean': return pick(['true', 'false']);
      default: return JSON.stringify(pick(meant === 'after' || meant === 'before' ? pools.cursors : pools.texts));
    }
  };
  const inputObject = (type: GraphQLInputObjectType, name: string, depth: number): string | undefined => {
    const all = Object.values(type.getFields()).filter((field) => !moments.test(field.name) && field.name !== 'unit' && (isNonNullType(field.type) || depth < maxDepth || isLeafType(getNamedType(field.type))));
    const isFilter = type.name.endsWith('Filter');
    // Filters, keys and orders say one thing; records have some values and now and then a nested write.
    const isRecord = /(Create|Update)Input$|Row$/.test(type.name);
    const optional = all.filter((field) => !mustGive(field, type.name));
    const chosen = all.filter((field) => mustGive(field, type.name));
    if (isRecord) chosen.push(...optional.filter((field) => rarely(isLeafType(getNamedType(field.type)) ? 3 : 6)));
    else if (chosen.length === 0 && optional.length > 0) chosen.push(pick(optional));
    const entries = chosen.map((field) => ({ field, text: value(field.type, field.name, type.name, depth + 1, isFilter ? name : field.name) }));
    if (entries.some(({ field, text }) => text === undefined && isNonNullType(field.type))) return undefined;
    const given = entries.filter(({ text }) => text !== undefined);
    return given.length === 0 && !isRecord ? undefined : `{ ${given.map(({ field, text }) => `${field.name}: ${text ?? ''}`).join(', ')} }`;
  };
  const args = (list: readonly GraphQLArgument[], isRoot: boolean, owner = ''): string => {
    const left = new Set<string>();
    for (const sides of alternatives) {
      if (!sides.flat().every((name) => list.some((argument) => argument.name === name && !isNonNullType(argument.type)))) continue;
      const side = pick(sides);
      for (const name of sides.flat()) if (!side.includes(name)) left.add(name);
      if (isRoot && !['first', 'last', 'after', 'before'].includes(side[0] ?? '')) for (const name of side) left.add(`+${name}`);
    }
    const given = list.flatMap((argument) => {
      const must = isNonNullType(argument.type) || left.has(`+${argument.name}`);
      if (left.has(argument.name) || (!must && !rarely(mutationOptions.has(argument.name) || !isRoot ? 6 : 3))) return [];
      const text = value(argument.type, argument.name, owner, 1);
      return text === undefined ? [] : [`${argument.name}: ${text}`];
    });
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  };
  const selection = (type: GraphQLOutputType, depth: number): string => {
    const named = getNamedType(type);
    if (!isObjectType(named)) return '';
    const all = Object.values(named.getFields()).filter(({ name, extensions }) => !moments.test(name) && extensions.objectos && extensions.objectos.kind !== 'custom');
    const chosen = all.filter((field) => (isLeafType(getNamedType(field.type)) ? rarely(2) : /^(nodes?|records?|edges|problems|rows|pageInfo|key)$/.test(field.name) || (depth < 4 && rarely(5))));
    return ` { __typename ${chosen.map((field) => `${field.name}${args(field.args, false)}${selection(field.type, depth + 1)}`).join(' ')} }`;
  };

  const { kind, field } = pick(rootFields(schema));
  const isNode = field.name === 'node' || field.name === 'nodes';
  const fields = isNode ? ' { __typename id ... on Account { name organizationId } ... on Contact { name account { name } } }' : selection(field.type, 1);
  const source = field.extensions.objectos;
  const object = source && 'object' in source ? source.object : '';
  const type = Object.values(schema.getTypeMap()).find(({ extensions }) => extensions['objectosObject'] === object)?.name;
  return { name: field.name, document: `${kind} { ${field.name}${args(field.args, true, type)}${fields} }` };
}

const mustGive = (field: GraphQLInputField, owner: string): boolean => isNonNullType(field.type) || (field.name === 'id' && owner.endsWith('CreateInput'));

/** Numbers from 0 to 1 (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
