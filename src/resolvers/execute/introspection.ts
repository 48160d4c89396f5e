import { Kind, visit, type DocumentNode, type FragmentDefinitionNode, type InlineFragmentNode, type OperationDefinitionNode, type SelectionNode, type SelectionSetNode } from 'graphql';

/** The two halves of an operation that introspects: each is a document that can be executed. */
export interface Introspection {
  readonly schema: DocumentNode;
  /** Undefined when the operation asks for nothing else. */
  readonly rest: DocumentNode | undefined;
}

type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;
const entries: ReadonlySet<string> = new Set(['__schema', '__type']);

/** Parts `__schema` and `__type` from the other root fields; undefined for an operation without them. */
export function splitIntrospection(document: DocumentNode, operation: OperationDefinitionNode, fragments: Fragments): Introspection | undefined {
  const schema = keep(operation.selectionSet, fragments, (name) => entries.has(name));
  if (schema.selections.length === 0) return undefined;
  const rest = keep(operation.selectionSet, fragments, (name) => !entries.has(name));
  return { schema: documentOf(document, operation, schema), rest: rest.selections.length === 0 ? undefined : documentOf(document, operation, rest) };
}

/** Root selections by name; fragments become part of them. */
function keep({ selections }: SelectionSetNode, fragments: Fragments, fits: (field: string) => boolean): SelectionSetNode {
  const kept = selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.FIELD) return fits(selection.name.value) ? [selection] : [];
    const inline = selection.kind === Kind.INLINE_FRAGMENT ? selection : inlined(fragments[selection.name.value], selection.directives);
    if (!inline) return [];
    const selectionSet = keep(inline.selectionSet, fragments, fits);
    return selectionSet.selections.length === 0 ? [] : [{ ...inline, selectionSet }];
  });
  return { kind: Kind.SELECTION_SET, selections: kept };
}

function inlined(fragment: FragmentDefinitionNode | undefined, directives: InlineFragmentNode['directives']): InlineFragmentNode | undefined {
  return fragment && { kind: Kind.INLINE_FRAGMENT, typeCondition: fragment.typeCondition, selectionSet: fragment.selectionSet, ...(directives && { directives }) };
}

/** Only the variables that the half uses: types of the others may be unknown to it. */
function documentOf({ definitions }: DocumentNode, { variableDefinitions = [], ...operation }: OperationDefinitionNode, selectionSet: SelectionSetNode): DocumentNode {
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  const used = new Set<string>();
  const half = { ...operation, selectionSet };
  for (const node of [half, ...fragments]) visit(node, { Variable: ({ name }) => void used.add(name.value) });
  return { kind: Kind.DOCUMENT, definitions: [{ ...half, variableDefinitions: variableDefinitions.filter(({ variable }) => used.has(variable.name.value)) }, ...fragments] };
}
