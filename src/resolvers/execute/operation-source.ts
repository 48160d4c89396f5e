import { GraphQLObjectType, Kind, isAbstractType, type DocumentNode, type FragmentDefinitionNode, type GraphQLNamedType, type GraphQLSchema, type OperationDefinitionNode, type SelectionSetNode, getNamedType } from 'graphql';
import { noStructure } from '../read/arguments.ts';
import type { ReadLimits } from '../read/plan-context.ts';
import type { OperationSource } from '../read/plan.ts';

export function operationSource(schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: OperationSource['fragments'], limits: ReadLimits): OperationSource {
  return { schema, operation, fragments, limits, structural: noStructure() };
}

export function fragmentsOf(document: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  return fragments;
}

/** True when every field of the operation is answered by the read and write paths, and none by a resolver of its own. */
export function isCompilable({ schema, operation, fragments }: OperationSource): boolean {
  const root = schema.getRootType(operation.operation);
  return root !== undefined && root !== null && selects(root, operation.selectionSet, new Set());

  function selects(type: GraphQLNamedType, set: SelectionSetNode, visited: Set<string>): boolean {
    return set.selections.every((selection) => {
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value;
        if (name === '__typename') return true;
        // `id` and the other fields of an interface stand for those of its types.
        if (isAbstractType(type)) return true;
        const field = type instanceof GraphQLObjectType ? type.getFields()[name] : undefined;
        const source = field?.extensions.objectos;
        if (!field || !source || source.kind === 'custom' || source.kind === 'linked') return false;
        return !selection.selectionSet || selects(getNamedType(field.type), selection.selectionSet, visited);
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) return selects(conditioned(selection.typeCondition?.name.value, type), selection.selectionSet, visited);
      const fragment = fragments[selection.name.value];
      if (!fragment || visited.has(selection.name.value)) return true;
      visited.add(selection.name.value);
      return selects(conditioned(fragment.typeCondition.name.value, type), fragment.selectionSet, visited);
    });
  }

  function conditioned(condition: string | undefined, type: GraphQLNamedType): GraphQLNamedType {
    return (condition === undefined ? undefined : schema.getType(condition)) ?? type;
  }
}
