import type { CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import { Reader } from '../../../metadata/definitions/reader.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { TimeTrigger } from '../rule.ts';
import { readActions, type ActionScope } from './read-actions.ts';

const units: Readonly<Record<string, TimeTrigger['unit']>> = { minutes: 'minutes', minute: 'minutes', hours: 'hours', hour: 'hours', days: 'days', day: 'days', weeks: 'weeks', week: 'weeks' };
const longest: Readonly<Record<TimeTrigger['unit'], number>> = { minutes: 5_256_000, hours: 87_600, days: 3_650, weeks: 520 };

/** Time triggers of a rule; mistakes are reported. */
export function readTimers(reader: Reader, scope: Omit<ActionScope, 'path'> & { readonly object: CatalogObject }): readonly TimeTrigger[] {
  const names = new Set<string>();
  return reader.items('timeTriggers').flatMap(({ value, path }, index) => {
    const timer = readTimer(new Reader(value, path, scope.subject, scope.report), index, scope);
    if (!timer) return [];
    if (names.has(timer.id)) scope.report('error', path, scope.subject, `there are two time triggers "${timer.id}"`, 'Give each an id of its own.');
    names.add(timer.id);
    return [timer];
  });
}

function readTimer(reader: Reader, index: number, scope: Omit<ActionScope, 'path'> & { readonly object: CatalogObject }): TimeTrigger | undefined {
  const id = reader.text('id', 'name') ?? `trigger ${index + 1}`;
  if (id.length > 100) reader.error([reader.keyOf('id', 'name') ?? 'id'], 'must have at most 100 characters');
  const unit = reader.oneOf(units, 'timeUnit') ?? 'days';
  const length = reader.raw('timeLength')?.value;
  const isLength = typeof length === 'number' && Number.isInteger(length) && length >= 0 && length <= longest[unit];
  if (!isLength) reader.error([reader.keyOf('timeLength') ?? 'timeLength'], `must be a whole number of ${unit} from 0 to ${longest[unit]}`);
  const direction = reader.oneOf({ before: 'before', after: 'after' }, 'offsetDirection');
  const from = reader.oneOf({ trigger_date: 'trigger_date', date_field: 'date_field' }, 'offsetFrom') ?? (reader.keyOf('dateField') === undefined ? 'trigger_date' : 'date_field');
  const named = reader.text('dateField');
  const field = named === undefined ? undefined : dateFieldOf(named, scope.object, reader);
  if (from === 'date_field' && named === undefined) reader.error([], '"dateField" is missing', 'Name the date or datetime field from which the time counts.');
  if (from === 'trigger_date' && named !== undefined) reader.error(['dateField'], 'counts only with offsetFrom: date_field', 'Leave one of them out.');
  if (from === 'trigger_date' && direction === 'before') reader.error(['offsetDirection'], 'nothing happens before the moment of the trigger', 'Use offsetDirection: after, or a dateField.');
  const actionsKey = reader.raw('actions');
  reader.end();
  const written: readonly unknown[] = Array.isArray(actionsKey?.value) ? actionsKey.value : [];
  if (written.length === 0) reader.error([actionsKey?.key ?? 'actions'], 'a time trigger needs a list of actions');
  // By then, the record is as it is: nothing was changed, and nothing is deleted.
  const actions = readActions(written, { ...scope, events: ['update'], path: [...reader.path, 'actions'] });
  if (!isLength || (from === 'date_field' && !field)) return undefined;
  return { id, length: direction === 'before' ? -length : length, unit, from: field, actions, written };
}

function dateFieldOf(name: string, object: CatalogObject, reader: Reader): CatalogField | undefined {
  const field = object.fields.get(name) ?? [...object.fields.values()].find(({ graphqlName }) => graphqlName === name);
  if (field?.column !== undefined && (field.type.name === 'date' || field.type.name === 'datetime')) return field;
  const dates = [...object.fields.values()].flatMap((each) => (each.type.name === 'date' || each.type.name === 'datetime' ? [each.name] : []));
  reader.error(['dateField'], field ? `${field.name} holds no date` : `${object.name} has no field "${name}"`, suggest(name, dates));
  return undefined;
}
