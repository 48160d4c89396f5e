import type { Catalog, CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import type { Severity } from '../../../metadata/diagnostic.ts';
import { findField } from '../../../metadata/expressions/names.ts';
import { isRecord } from '../../../metadata/field-types/definition.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { Path } from '../../../metadata/source-document.ts';
import type { State, StateMachine } from './machine.ts';
import { checkKeys, entriesOf, keyOf, type Written } from './written.ts';
import { readTransitions } from './read-transitions.ts';
import { compileActions } from '../assignments/actions.ts';

/** Reports at a place of the definition. */
export type ReportMachine = (severity: Severity, path: Path, message: string, hint?: string) => void;

export interface MachineSource {
  readonly object: CatalogObject;
  readonly catalog: Catalog;
  readonly report: ReportMachine;
}

/** The machines that an object defines under `stateMachines` (by name, or a list) and `stateMachine`. */
export function readMachines(source: MachineSource): readonly StateMachine[] {
  const { definition } = source.object;
  const several = definition['stateMachines'];
  const one = definition['stateMachine'];
  const machines = [
    ...entriesOf(several, ['stateMachines']).flatMap(({ name, value, path }) => readMachine(value, name, path, source) ?? []),
    ...(one === undefined ? [] : [readMachine(one, undefined, ['stateMachine'], source)]),
  ].filter((machine) => machine !== undefined);
  const fields = new Map<CatalogField, StateMachine>();
  for (const machine of machines) {
    const other = fields.get(machine.field);
    if (other) source.report('error', several === undefined ? ['stateMachine'] : ['stateMachines'], `two state machines hold their state in ${machine.field.name}`, 'Keep one of them, or give the other a field of its own.');
    fields.set(machine.field, machine);
  }
  return machines;
}

const machineKeys = ['id', 'name', 'label', 'description', 'object', 'field', 'stateField', 'type', 'version', 'initial', 'initialState', 'states', 'on', 'contextSchema', 'context', 'meta'] as const;

export function readMachine(given: unknown, key: string | undefined, path: Path, source: MachineSource): StateMachine | undefined {
  const { report } = source;
  if (!isRecord(given)) {
    report('error', path, 'a state machine is a mapping with states');
    return undefined;
  }
  const machine: Written = { value: given, path };
  checkKeys(machine, machineKeys, report);
  const name = [given['name'], given['id'], key].find((candidate) => typeof candidate === 'string');
  if (given['type'] === 'parallel') report('error', [...path, 'type'], 'a machine is in one state at a time: parallel is not supported', 'Make one machine for each region, each with a field of its own.');
  if (given['contextSchema'] !== undefined || given['context'] !== undefined) report('warning', [...path, given['contextSchema'] === undefined ? 'context' : 'contextSchema'], 'the record is the context of the machine; this has no effect', 'Remove it.');
  const field = readField(machine, [key, name], source);
  if (!field) return undefined;

  const written = entriesOf(keyOf(machine, ['states'])?.value, [...path, 'states']).flatMap((entry) => {
    const value = field.options.find((option) => option.value === entry.name) ?? field.options.find((option) => option.value.toLowerCase() === entry.name?.toLowerCase() || option.graphqlName === entry.name);
    if (!value) report('error', entry.path, `${field.name} has no option "${entry.name ?? ''}"`, suggest(entry.name ?? '', field.options.map((option) => option.value)));
    return value ? [{ ...entry, state: value.value }] : [];
  });
  if (written.length === 0) {
    report('error', [...path, 'states'], 'a state machine needs states', 'Write states: { open: { on: { CLOSE: closed } }, closed: { type: final } }.');
    return undefined;
  }
  const names = new Set(written.map(({ state }) => state));
  const missing = field.options.filter(({ value }) => !names.has(value));
  if (missing.length > 0) report('warning', [...path, 'states'], `no state of the machine: ${missing.map(({ value }) => value).join(', ')}; no record gets there`, `Add states, or remove the options of ${field.name}.`);

  const common = readTransitions(keyOf(machine, ['on']), field, names, source);
  const states = new Map<string, State>();
  for (const { state, value, path: at } of written) states.set(state, readState({ value: isRecord(value) ? value : {}, path: at }, state, field, names, common, source));
  const initial = readInitial(machine, written, field, names, source);
  const result: StateMachine = { name: name ?? field.name, field, initial, states, events: [...new Set([...states.values()].flatMap(({ transitions }) => transitions.map(({ event }) => event)))] };
  warnUnreachable(result, path, source);
  return result;
}

function readField(machine: Written, names: readonly (string | undefined)[], { object, report }: MachineSource): CatalogField | undefined {
  const given = keyOf(machine, ['field', 'stateField']);
  const candidates = given ? [String(given.value)] : names.filter((name) => name !== undefined);
  const found = candidates.map((name) => findField(object, name)).find((field) => field !== undefined);
  const selects = [...object.fields.values()].filter(({ options, multiple, column }) => options.length > 0 && !multiple && column !== undefined).map(({ name }) => name);
  const place = given?.path ?? machine.path;
  if (!found) {
    report('error', place, given ? `${object.name} has no field "${String(given.value)}"` : 'which field holds the state is not said', given ? suggest(String(given.value), selects) : `Name the machine like the field, or write field: ${selects[0] ?? 'status'}.`);
    return undefined;
  }
  if (selects.includes(found.name)) return found;
  report('error', place, `${found.name} is no select, so it cannot hold a state`, selects.length > 0 ? `Fields that can: ${selects.join(', ')}.` : 'Add a select with the states as options.');
  return undefined;
}

const stateKeys = ['name', 'label', 'description', 'type', 'initial', 'final', 'on', 'transitions', 'always', 'entry', 'onEntry', 'on_entry', 'on_enter', 'onEnter', 'exit', 'onExit', 'on_exit', 'meta', 'metadata', 'states', 'color'] as const;

function readState(state: Written, value: string, field: CatalogField, names: ReadonlySet<string>, common: State['transitions'], source: MachineSource): State {
  const { report } = source;
  checkKeys(state, stateKeys, report);
  const type = state.value['type'];
  const kind = keyOf(state, ['states']) ? 'compound' : type;
  if (kind !== undefined && kind !== 'atomic' && kind !== 'final') report('error', [...state.path, kind === type ? 'type' : 'states'], `the state ${value} is ${String(kind)}: states have no states inside and no memory`, 'Use one select option for each state.');
  const metadata = keyOf(state, ['metadata']);
  if (isRecord(metadata?.value) && Object.keys(metadata.value).some((key) => key.startsWith('escalation') || key.startsWith('approval'))) report('warning', metadata.path, 'nothing acts on approvals and escalations of states', 'Write an approval or a timed automation.');
  const final = type === 'final' || state.value['final'] === true;
  const own = readTransitions(keyOf(state, ['on', 'transitions']), field, names, source);
  const always = readTransitions(keyOf(state, ['always']), field, names, source, true);
  if (final && own.length + always.length > 0) report('error', state.path, `${value} is a final state, so nothing leads out of it`, 'Remove the transitions, or the mark.');
  const actions = (keys: readonly string[]) => {
    const given = keyOf(state, keys);
    return given ? compileActions(given.value, given.path, { ...source, mistake: (path, message, hint) => report('error', path, message, hint) }) : [];
  };
  return {
    value, final,
    entry: actions(['entry', 'onEntry', 'on_entry', 'on_enter', 'onEnter']),
    exit: actions(['exit', 'onExit', 'on_exit']),
    transitions: final ? [] : [...own, ...common.filter(({ event }) => !own.some((other) => other.event === event))],
    always: final ? [] : always,
  };
}

function readInitial(machine: Written, written: readonly { readonly state: string; readonly value: unknown }[], field: CatalogField, names: ReadonlySet<string>, { report }: MachineSource): readonly string[] {
  const given = keyOf(machine, ['initial', 'initialState']);
  const fallback = typeof field.defaultValue === 'string' ? [field.defaultValue] : [];
  const marked = written.filter(({ value }) => isRecord(value) && value['initial'] === true).map(({ state }) => state);
  const chosen = given ? [given.value].flat().map(String) : marked.length > 0 ? marked : fallback;
  const initial = chosen.flatMap((name) => [...names].find((state) => state.toLowerCase() === name.toLowerCase()) ?? []);
  const place = given?.path ?? machine.path;
  if (chosen.length === 0) report('error', place, 'where new records begin is not said', `Write initial: ${written[0]?.state ?? 'draft'}.`);
  else if (initial.length < chosen.length) report('error', place, `no state is called ${chosen.filter((name) => !initial.some((state) => state.toLowerCase() === name.toLowerCase())).join(', ')}`, suggest(chosen[0] ?? '', [...names]));
  else if (fallback[0] !== undefined && !initial.includes(fallback[0])) report('error', place, `new records begin with ${fallback[0]}, the default of ${field.name}, which is no initial state`, 'Make it one, or change the default.');
  return initial;
}

function warnUnreachable({ initial, states }: StateMachine, path: Path, { report }: MachineSource): void {
  const reached = new Set(initial);
  for (const state of reached) for (const { target } of [...(states.get(state)?.transitions ?? []), ...(states.get(state)?.always ?? [])]) if (target !== undefined) reached.add(target);
  const lost = [...states.keys()].filter((state) => !reached.has(state));
  if (initial.length > 0 && lost.length > 0) report('warning', [...path, 'states'], `nothing leads to ${lost.join(', ')}`, 'Add a transition to it, or make it initial.');
}
