import {
  getNamedType, getNullableType, isCompositeType, isListType, isObjectType, Kind, typeFromAST,
  type DocumentNode, type FieldNode, type FragmentDefinitionNode, type GraphQLCompositeType, type GraphQLOutputType, type GraphQLSchema, type OperationDefinitionNode, type SelectionSetNode,
} from 'graphql';
import type { LimitSettings } from './settings.ts';

/** Records that the operation may fetch with these (coerced) variables. */
export type Cost = (variables: Readonly<Record<string, unknown>>) => number;

type Sizes = Pick<LimitSettings, 'pageSize' | 'listSize'>;
const free: Cost = () => 0;

/**
 * Every object costs 1, times the sizes of the pages and lists it stands in. Page sizes are read from `first`, `last` or
 * `limit`, list sizes also from a list argument such as `ids`. The document must be valid.
 */
export function compileCost(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, sizes: Sizes): Cost {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const compiled = new Map<string, Cost>();

  const ofFragment = (name: string): Cost => {
    let cost = compiled.get(name);
    if (!cost) {
      const fragment = fragments.get(name);
      const type = fragment && typeFromAST(schema, fragment.typeCondition);
      cost = fragment && isCompositeType(type) ? remembered(ofSelections(fragment.selectionSet, type)) : free;
      compiled.set(name, cost);
    }
    return cost;
  };

  const ofSelections = ({ selections }: SelectionSetNode, parent: GraphQLCompositeType): Cost => {
    const costs = selections.map((selection): Cost => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name.value);
      if (selection.kind === Kind.FIELD) return ofField(selection, parent);
      const type = selection.typeCondition ? typeFromAST(schema, selection.typeCondition) : parent;
      return isCompositeType(type) ? ofSelections(selection.selectionSet, type) : free;
    });
    return sum(costs.filter((cost) => cost !== free));
  };

  const ofField = (field: FieldNode, parent: GraphQLCompositeType): Cost => {
    if (!field.selectionSet || !('getFields' in parent)) return free;
    const definition = parent.getFields()[field.name.value];
    const type = definition && getNamedType(definition.type);
    if (!definition || !isCompositeType(type)) return free; // introspection
    const inner = ofSelections(field.selectionSet, type);
    if (isPart(field.name.value, parent)) return inner;
    const list = isListType(getNullableType(definition.type as GraphQLOutputType));
    const size = isConnection(type) ? pageSize(field, sizes.pageSize) : list ? (listArgument(field) ?? pageSize(field, sizes.listSize)) : undefined;
    return size ? (variables) => size(variables) * (1 + inner(variables)) : (variables) => 1 + inner(variables);
  };

  const root = schema.getRootType(operation.operation);
  return root ? ofSelections(operation.selectionSet, root) : free;
}

const sum = (costs: readonly Cost[]): Cost => {
  if (costs.length === 0) return free;
  const [only] = costs;
  if (costs.length === 1 && only) return only;
  return (variables) => costs.reduce((total, cost) => total + cost(variables), 0);
};

/** A fragment that is spread in many places, and spreads others, must not be computed again for each. */
function remembered(cost: Cost): Cost {
  if (cost === free) return free;
  let last: { readonly variables: unknown; readonly value: number } | undefined;
  return (variables) => {
    if (last?.variables !== variables) last = { variables, value: cost(variables) };
    return last.value;
  };
}

const isConnection = (type: GraphQLCompositeType): boolean => {
  if (!isObjectType(type)) return false;
  const fields = type.getFields();
  return 'pageInfo' in fields && ('nodes' in fields || 'edges' in fields);
};
const parts = new Set(['nodes', 'edges', 'node', 'pageInfo']);
/** The wrappers of a connection, which hold what the connection was counted for. */
const isPart = (name: string, parent: GraphQLCompositeType): boolean => parts.has(name) && (isConnection(parent) || (name === 'node' && parent.name.endsWith('Edge')));

function pageSize(field: FieldNode, otherwise: number): Cost {
  for (const { name, value } of field.arguments ?? []) {
    if (name.value !== 'first' && name.value !== 'last' && name.value !== 'limit') continue;
    if (value.kind === Kind.INT) {
      const size = Math.max(0, Number(value.value));
      return () => size;
    }
    if (value.kind === Kind.VARIABLE) {
      const variable = value.name.value;
      return (variables) => {
        const size = variables[variable];
        return typeof size === 'number' ? Math.max(0, size) : otherwise;
      };
    }
  }
  return () => otherwise;
}

function listArgument(field: FieldNode): Cost | undefined {
  for (const { name, value } of field.arguments ?? []) {
    if (name.value !== 'ids' && name.value !== 'keys' && name.value !== 'representations') continue;
    if (value.kind === Kind.LIST) return () => value.values.length;
    if (value.kind === Kind.VARIABLE) {
      return (variables) => {
        const list = variables[value.name.value];
        return Array.isArray(list) ? list.length : 1;
      };
    }
  }
  return undefined;
}
