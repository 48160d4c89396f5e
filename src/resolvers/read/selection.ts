import { GraphQLObjectType, Kind, isAbstractType, type FieldNode, type GraphQLField, type SelectionSetNode } from 'graphql';
import { NeedsResolvers, type PlanContext } from './plan-context.ts';

/** One key of the response: its field and all places of the document that select below it. */
export interface SelectedField {
  readonly key: string;
  readonly name: string;
  readonly field: GraphQLField<unknown, unknown> | undefined;
  readonly nodes: readonly [FieldNode, ...FieldNode[]];
}

/** Fields of `type` that the nodes select, merged by response key in document order, as GraphQL's CollectFields defines it. */
export function selectedFields(plan: PlanContext, type: GraphQLObjectType, nodes: readonly { readonly selectionSet?: SelectionSetNode | undefined }[]): SelectedField[] {
  const groups = new Map<string, [FieldNode, ...FieldNode[]]>();
  for (const node of nodes) if (node.selectionSet) collect(plan, type, node.selectionSet, groups, new Set());
  const fields = type.getFields();
  return [...groups].map(([key, group]) => ({ key, name: group[0].name.value, field: fields[group[0].name.value], nodes: group }));
}

function collect(plan: PlanContext, type: GraphQLObjectType, set: SelectionSetNode, groups: Map<string, [FieldNode, ...FieldNode[]]>, visited: Set<string>): void {
  for (const selection of set.selections) {
    if (!isIncluded(plan, selection)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const group = groups.get(key);
      if (group) group.push(selection);
      else groups.set(key, [selection]);
      continue;
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      if (applies(plan, type, selection.typeCondition?.name.value)) collect(plan, type, selection.selectionSet, groups, visited);
      continue;
    }
    const name = selection.name.value;
    const fragment = plan.fragments[name];
    if (visited.has(name) || !fragment) continue;
    visited.add(name);
    if (applies(plan, type, fragment.typeCondition.name.value)) collect(plan, type, fragment.selectionSet, groups, visited);
  }
}

function isIncluded(plan: PlanContext, selection: SelectionSetNode['selections'][number]): boolean {
  for (const directive of selection.directives ?? []) {
    const name = directive.name.value;
    const condition = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
    if (!condition) continue;
    if (name === 'skip' && plan.args.condition(condition)) return false;
    if (name === 'include' && !plan.args.condition(condition)) return false;
  }
  return true;
}

function applies(plan: PlanContext, type: GraphQLObjectType, condition: string | undefined): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditional = plan.schema.getType(condition);
  return isAbstractType(conditional) && plan.schema.isSubType(conditional, type);
}

/** The object type behind a field's type, without list and non-null. */
export function objectTypeOf(field: GraphQLField<unknown, unknown>): GraphQLObjectType {
  let type: unknown = field.type;
  while (typeof type === 'object' && type !== null && 'ofType' in type) type = type.ofType;
  if (!(type instanceof GraphQLObjectType)) throw new Error(`${field.name} does not lead to an object type.`);
  return type;
}

/** In `text` mode a field without a source ends planning: only its resolver knows the answer. */
export function needsResolver(plan: PlanContext, what: string): void {
  if (plan.mode === 'text') throw new NeedsResolvers(`${what} has a resolver of its own.`);
}
