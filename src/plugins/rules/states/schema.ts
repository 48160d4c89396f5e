import type { SchemaExtension } from '../../../builder/phase.ts';
import type { InputFields, OutputField } from '../../../builder/spec.ts';
import { ObjectosError } from '../../../errors.ts';
import type { CatalogObject } from '../../../metadata/catalog.ts';
import { isRecord } from '../../../metadata/field-types/definition.ts';
import { enumValueName, fieldTypeNames, objectTypeNames, stateMachineNames } from '../../../metadata/naming.ts';
import type { UpdateVia } from '../../../resolvers/source.ts';
import { askingFor } from './asked-event.ts';
import { availableSql, transitionParts } from './available-sql.ts';
import type { StateMachine } from './machine.ts';
import { describeMachines } from './metadata.ts';

export const availableName = 'availableTransitions';

/** `availableTransitions` on records, a mutation for each machine, and what `metadata` says of them. */
export function extendWithMachines({ catalog, addType, addFields }: SchemaExtension, machinesOf: (object: CatalogObject) => readonly StateMachine[], timeZone: string): void {
  const objects = [...catalog.objects.values()].flatMap((object) => {
    const machines = object.methods.size > 0 ? machinesOf(object) : [];
    return machines.length > 0 ? [{ object, machines }] : [];
  });
  if (objects.length === 0) return;
  describeMachines({ addType, addFields }, new Map(objects.map((each) => [each.object.name, each])));
  const types = { field: 'String!', event: 'String!', to: 'String', label: 'String!' };
  const descriptions = { field: 'Field that holds the state, by machine name.', event: 'As the mutation of the machine takes it.', to: 'State that it leads to, as a value of the enum of the field; null when the state stays.', label: undefined };
  addType('AvailableTransition', {
    kind: 'object',
    role: 'shared',
    description: 'A transition that the caller may take.',
    fields: () => Object.fromEntries(transitionParts.map((part): [string, OutputField] => [part, { type: types[part], description: descriptions[part], source: { kind: 'part', part } }])),
  });
  for (const { object, machines } of objects) {
    addFields(object.names.type, {
      [availableName]: { type: '[AvailableTransition!]!', description: 'Transitions that you may take now.', source: { kind: 'planned', sql: (place) => availableSql(place, machines, timeZone) } },
    });
    if (!object.methods.has('update')) continue;
    for (const machine of machines) {
      const names = stateMachineNames(object.names, machine.field.name);
      if (machine.events.length > 0) addType(names.event, { kind: 'enum', description: `What can happen to ${machine.field.label}.`, values: Object.fromEntries(machine.events.map((event) => [enumValueName(event), { description: event, stands: event }])) });
      addFields('Mutation', { [names.mutation]: mutationField(object, machine, names.event) });
    }
  }
}

function mutationField(object: CatalogObject, machine: StateMachine, eventType: string): OutputField {
  const { field } = machine;
  const { type } = objectTypeNames(object.names.type);
  const args: InputFields = {
    id: { type: 'ID!' },
    ...(machine.events.length > 0 && { event: { type: eventType, description: 'What happens; this or `to`.' } }),
    to: { type: fieldTypeNames(type, field.name).type, description: 'The state to go to; this or `event`.' },
    input: { type: objectTypeNames(object.names.type).updateInput, description: 'What is written along with it.' },
    ifVersion: { type: 'Int', description: 'Refuses the write when the record has another version.' },
    idempotencyKey: { type: 'String', description: 'A repeat with the same key answers as the first call did and writes nothing.' },
    dryRun: { type: 'Boolean', description: 'Everything runs and is answered, nothing stays.' },
    clientMutationId: { type: 'String', description: 'Handed back in the payload.' },
  };
  return {
    type: objectTypeNames(object.names.type).payload,
    description: `Takes one transition of ${field.label} of one ${object.label}.`,
    args,
    source: { kind: 'mutation', object: object.name, operation: 'update', via: transition(object, machine) },
  };
}

/** An update of the field. With an event, the write path finds out where it leads; a first guess brings the field's rights to bear. */
function transition({ name }: CatalogObject, machine: StateMachine): UpdateVia {
  const { field } = machine;
  const events = new Map(machine.events.map((event) => [enumValueName(event), event]));
  const eventOf = (given: Readonly<Record<string, unknown>>): string | undefined => (typeof given['event'] === 'string' ? events.get(given['event']) : undefined);
  return {
    input(given) {
      const { event, to, input } = given;
      const along = isRecord(input) ? input : {};
      if (field.graphqlName in along) throw new ObjectosError('BAD_REQUEST', 'Give the state with event or to, and not in the input.');
      if ((event === undefined || event === null) === (to === undefined || to === null)) throw new ObjectosError('BAD_REQUEST', 'Give exactly one of event and to.');
      const targets = [...machine.states.values()].flatMap(({ transitions }) => transitions.filter((each) => each.event === eventOf(given)));
      const target = field.options.find(({ value }) => value === targets.find((each) => each.target !== undefined)?.target)?.graphqlName;
      const state = typeof to === 'string' ? to : target;
      return state === undefined ? along : { ...along, [field.graphqlName]: state };
    },
    run(given, write) {
      const event = eventOf(given);
      return event === undefined ? write() : askingFor({ object: name, id: String(given['id']), field: field.name, event }, write);
    },
  };
}
