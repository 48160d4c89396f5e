import { getVariableValues, isInputType, isLeafType, isNonNullType, typeFromAST, GraphQLError, type GraphQLLeafType, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';

type Given = Readonly<Record<string, unknown>>;
type Coerced = { readonly coerced: Record<string, unknown>; readonly errors?: undefined } | { readonly coerced?: undefined; readonly errors: readonly GraphQLError[] };

/** A variable whose value is one scalar or enum. */
interface Leaf {
  readonly name: string;
  readonly type: GraphQLLeafType;
  readonly required: boolean;
  readonly hasDefault: boolean;
}

/**
 * Coerces the variables of an operation as graphql-js does. Values of scalars and enums that are right are read by their types at once; for
 * lists, inputs, defaults and whatever is wrong, graphql-js looks at all of them.
 */
export function variableReader(schema: GraphQLSchema, { variableDefinitions = [] }: OperationDefinitionNode): (given: Given) => Coerced {
  const leaves = leavesOf(schema, variableDefinitions);
  return (given) => {
    const coerced = leaves && readLeaves(leaves, given);
    if (coerced) return { coerced };
    const read = getVariableValues(schema, variableDefinitions, given, { maxErrors: 20 }) as Coerced;
    return read.errors?.some((error: Error) => error instanceof RangeError) === true ? { errors: [tooDeep()] } : read;
  };
}

/** Thousands of levels end in an overflow of the stack, which graphql-js takes for a mistake in a value. */
const tooDeep = (): GraphQLError => new GraphQLError('The variables nest values too deeply. Send flatter ones, such as one list under `and` or `or`.');

function leavesOf(schema: GraphQLSchema, definitions: NonNullable<OperationDefinitionNode['variableDefinitions']>): readonly Leaf[] | undefined {
  const leaves: Leaf[] = [];
  for (const { variable, type: node, defaultValue } of definitions) {
    const type = typeFromAST(schema, node);
    const inner = isNonNullType(type) ? type.ofType : type;
    if (!inner || !isInputType(inner) || !isLeafType(inner)) return undefined;
    leaves.push({ name: variable.name.value, type: inner, required: isNonNullType(type), hasDefault: defaultValue !== undefined });
  }
  return leaves;
}

/** Undefined when a value needs a closer look. */
function readLeaves(leaves: readonly Leaf[], given: Given): Record<string, unknown> | undefined {
  // Names are the client's, and some are those of every object's own methods.
  const values = Object.create(null) as Record<string, unknown>;
  for (const { name, type, required, hasDefault } of leaves) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined || value === null) {
      if (required || hasDefault) return undefined;
      if (value === null) values[name] = null;
      continue;
    }
    try {
      values[name] = type.parseValue(value);
    } catch {
      return undefined;
    }
    if (values[name] === undefined) return undefined;
  }
  return values;
}
