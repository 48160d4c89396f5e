import type { SchemaExtension } from '../../../builder/phase.ts';
import type { OutputField, OutputFields, Resolver } from '../../../builder/spec.ts';
import { isWritable, rightsOf, type Rights } from '../../../builder/views/rights.ts';
import type { CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import { fieldsNamed } from '../../../metadata/expressions/summarize.ts';
import { enumValueName, stateMachineNames } from '../../../metadata/naming.ts';
import type { StateMachine, Transition } from './machine.ts';

const text = (description: string): OutputField => ({ type: 'String!', description });
const type = (description: string, fields: OutputFields) => ({ kind: 'object', role: 'shared', description, fields: () => fields }) as const;

/** `stateMachines` in the metadata of an object: states and transitions as the caller may use them. */
export function describeMachines({ addType, addFields }: Pick<SchemaExtension, 'addType' | 'addFields'>, objects: ReadonlyMap<string, { readonly object: CatalogObject; readonly machines: readonly StateMachine[] }>): void {
  addType('MetadataTransition', type('A step from one state to another.', {
    event: { type: 'String', description: 'As the mutation of the machine takes it; null where the step is taken by itself.' },
    to: { type: 'String', description: 'Value of the GraphQL enum of the field; null when the state stays.' },
    label: text('For people.'),
    condition: { type: 'String', description: 'Condition under which it may be taken; null without one, and where it speaks of fields that you may not use.' },
  }));
  addType('MetadataState', type('A state that a record may be in.', {
    value: text('As stored.'),
    graphqlName: text('Value of the GraphQL enum of the field.'),
    label: text('For people.'),
    initial: { type: 'Boolean!', description: 'Whether a new record may begin in it.' },
    final: { type: 'Boolean!', description: 'Whether it is never left.' },
    transitions: { type: '[MetadataTransition!]!', description: 'What leads out of it, in the order in which it is tried.' },
  }));
  addType('MetadataStateMachine', type('How a state changes.', {
    name: text('Name of the machine.'),
    field: text('Field that holds the state, by machine name.'),
    mutation: { type: 'String', description: 'Mutation that takes a transition; null when you may take none.' },
    states: { type: '[MetadataState!]!', description: 'All there are.' },
  }));
  const resolve: Resolver = (parent, _args, { access }) => {
    const known = objects.get(String((parent as { readonly name: string }).name));
    const rights = rightsOf(access);
    return known ? known.machines.flatMap((machine) => (rights.field(known.object.name, machine.field.name, 'read') ? machineView(known.object, machine, rights) : [])) : [];
  };
  addFields('MetadataObject', { stateMachines: { type: '[MetadataStateMachine!]!', description: 'State machines of fields that you may read.', resolve } });
}

function machineView(object: CatalogObject, { name, field, initial, states }: StateMachine, rights: Rights): object {
  const mayTake = object.methods.has('update') && rights.writes(object.name, 'update') && isWritable(field) && rights.field(object.name, field.name, 'edit');
  const optionOf = (state: string | undefined) => field.options.find(({ value }) => value === state);
  const stepView = (transition: Transition, event: string | null): object => ({ event, to: optionOf(transition.target)?.graphqlName ?? null, label: transition.label, condition: conditionOf(transition, rights) });
  return {
    name,
    field: field.name,
    mutation: mayTake ? stateMachineNames(object.names, field.name).mutation : null,
    states: [...states.values()].map(({ value, final, transitions, always }) => ({
      value, final,
      graphqlName: optionOf(value)?.graphqlName,
      label: optionOf(value)?.label,
      initial: initial.includes(value),
      transitions: [...always.map((each) => stepView(each, null)), ...transitions.map((each) => stepView(each, enumValueName(each.event)))],
    })),
  };
}

/** The text of a condition would tell of fields that it reads. */
function conditionOf({ guards }: Transition, rights: Rights): string | null {
  const may = ({ object, name }: CatalogField): boolean => rights.field(object, name, 'read') || rights.field(object, name, 'edit');
  const told = guards.every((guard) => fieldsNamed(guard).every(may));
  if (guards.length === 0 || !told) return null;
  return guards.length === 1 ? String(guards[0]?.source) : guards.map(({ source }) => `(${source})`).join(' && ');
}
