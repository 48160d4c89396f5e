import { Kind, separateOperations, visit, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import type { RemoteRequest } from './post.ts';

export interface Part {
  readonly document: DocumentNode;
  readonly variables: Record<string, unknown>;
}

/** An operation as several, each with one of its root selections; undefined when it has one only. */
export function splitRoots(document: DocumentNode, variables: RemoteRequest['variables'] = {}): readonly Part[] | undefined {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (!operation || operation.selectionSet.selections.length < 2) return undefined;
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return operation.selectionSet.selections.map((selection): Part => {
    const { name: _name, variableDefinitions = [], ...rest } = operation;
    const alone: OperationDefinitionNode = { ...rest, selectionSet: { kind: Kind.SELECTION_SET, selections: [selection] } };
    const [needed = document] = Object.values(separateOperations({ kind: Kind.DOCUMENT, definitions: [alone, ...fragments] }));
    const used = new Set<string>();
    visit(needed, { Variable: ({ name }) => void used.add(name.value) });
    const declared = variableDefinitions.filter(({ variable }) => used.has(variable.name.value));
    const definitions = needed.definitions.map((definition) => (definition === alone ? { ...alone, variableDefinitions: declared } : definition));
    return { document: { ...needed, definitions }, variables: Object.fromEntries(Object.entries(variables).filter(([name]) => used.has(name))) };
  });
}
