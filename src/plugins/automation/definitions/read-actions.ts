import type { Catalog, CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { Path } from '../../../metadata/source-document.ts';
import { Reader, type Report } from '../../../metadata/definitions/reader.ts';
import { resolveReference } from '../../../metadata/link/resolve-reference.ts';
import { httpMethods, type Action, type HttpMethod, type RuleEvent } from '../rule.ts';
import { compileFormula, compileValue, type CompiledValue, type Mistake } from '../values.ts';

export interface ActionScope {
  readonly object: CatalogObject;
  readonly catalog: Catalog;
  readonly events: readonly RuleEvent[];
  readonly path: Path;
  readonly subject: string;
  readonly report: Report;
}

type Type = Action['type'] | 'task_creation';

const types: Readonly<Record<string, Type>> = {
  field_update: 'field_update', fieldUpdate: 'field_update', update_field: 'field_update', assign: 'field_update', create_record: 'create_record', createRecord: 'create_record', update_record: 'update_record', updateRecord: 'update_record',
  http_call: 'http_call', httpCall: 'http_call', http_request: 'http_call', webhook: 'http_call', task_creation: 'task_creation', taskCreation: 'task_creation',
};

/** Actions of the vocabulary that nothing here carries out. */
const missing: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['email_alert', 'emailAlert', 'send_email', 'email', 'push_notification', 'sms_notification', 'slack_message', 'teams_message'].map((name) => [name, 'no plugin sends notifications'])),
  ...Object.fromEntries(['custom_script', 'customAction', 'execute_script', 'script'].map((name) => [name, 'scripts are not run'])),
  ...Object.fromEntries(['connector_action', 'webhook_trigger'].map((name) => [name, 'there are no connectors'])),
};

/** Actions with everything that they name looked up; mistakes are reported. */
export function readActions(written: readonly unknown[], scope: ActionScope): readonly Action[] {
  return written.flatMap((item, index) => readAction(new Reader(item, [...scope.path, index], scope.subject, scope.report), index, scope) ?? []);
}

function readAction(reader: Reader, index: number, scope: ActionScope): Action | undefined {
  const name = reader.text('name') ?? `action ${index + 1}`;
  const typed = reader.required('type');
  const type = Object.hasOwn(types, typed) ? types[typed] : undefined;
  if (type === undefined) {
    const reason = Object.hasOwn(missing, typed) ? missing[typed] : undefined;
    if (typed !== '') reader.error(['type'], reason === undefined ? `there is no action "${typed}"` : `the action "${typed}" cannot be carried out: ${reason}`, reason === undefined ? suggest(typed, Object.keys(types)) : 'Use http_call, create_record or a plugin.');
    return undefined;
  }
  const values = { object: scope.object, catalog: scope.catalog, previous: true };
  const mistakeAt = (key: string): Mistake => (message, hint) => reader.error([key], message, hint);
  const value = (...names: readonly string[]): CompiledValue | undefined => {
    const found = reader.raw(...names);
    return found && compileValue(found.value, values, mistakeAt(found.key));
  };
  const fieldsOf = (target: CatalogObject, ...names: readonly string[]): Map<string, CompiledValue> =>
    new Map(reader.entries(...names).flatMap((entry): [string, CompiledValue][] => {
      const field = fieldNamed(target, entry.name);
      const mistake: Mistake = (message, hint) => scope.report('error', entry.path, scope.subject, message, hint);
      if (!field) mistake(`${target.name} has no field "${entry.name}" that can be written`, suggest(entry.name, [...target.fields.keys()]));
      return field ? [[field.name, compileValue(entry.value, values, mistake)]] : [];
    }));

  switch (type) {
    case 'field_update': {
      const given = reader.required('field');
      const field = fieldNamed(scope.object, given);
      if (!field && given !== '') reader.error(['field'], `${scope.object.name} has no field "${given}" that can be written`, suggest(given, [...scope.object.fields.keys()]));
      if (scope.events.includes('delete')) reader.error(['type'], 'a record that is deleted has no fields to update', 'Use update_record for another one.');
      const written = reader.raw('formula');
      const compiled = written ? compileFormula(String(written.value), values, mistakeAt(written.key)) : value('value');
      if (!compiled) reader.error([], '"value" is missing');
      reader.end();
      return field && compiled ? { name, type, values: new Map([[field.name, compiled]]) } : undefined;
    }
    case 'create_record': case 'update_record': {
      const object = objectOf(reader, scope.catalog, 'objectName', 'object');
      const id = type === 'update_record' ? value('recordId', 'id') : undefined;
      if (type === 'update_record' && !id) reader.error([], '"recordId" is missing', 'Say which record: recordId: "{{account}}".');
      const fields = object ? fieldsOf(object, 'fields', 'values', 'fieldValues') : new Map<string, CompiledValue>();
      reader.end();
      if (!object) return undefined;
      if (type === 'create_record') return { name, type, object, values: fields };
      return id ? { name, type, object, id, values: fields } : undefined;
    }
    case 'task_creation': {
      const object = objectOf(reader, scope.catalog, 'taskObject') ?? (reader.keyOf('taskObject') === undefined ? scope.catalog.objects.get('task') : undefined);
      if (!object && reader.keyOf('taskObject') === undefined) reader.error([], 'there is no object "task"', 'Name the object of tasks with taskObject.');
      const fields = object ? fieldsOf(object, 'additionalFields') : new Map<string, CompiledValue>();
      for (const [keys, names] of taskFields) {
        const given = value(...keys);
        if (!given || !object) continue;
        const field = names.map((candidate) => fieldNamed(object, candidate)).find((found) => found !== undefined);
        if (field) fields.set(field.name, given);
        else reader.error([reader.keyOf(...keys) ?? ''], `${object.name} has no field for it: none of ${names.join(', ')}`, 'Give it below additionalFields.');
      }
      reader.end();
      return object && { name, type: 'create_record', object, values: fields };
    }
    case 'http_call': {
      const url = value('url', 'endpoint');
      if (!url) reader.error([], '"url" is missing');
      const method = (reader.text('method') ?? 'POST').toUpperCase();
      if (!isMethod(method)) reader.error(['method'], `"${method}" is not accepted`, `One of ${httpMethods.join(', ')}.`);
      const headers = new Map(reader.entries('headers').map((entry) => [entry.name.toLowerCase(), compileValue(entry.value, values, (message, hint) => scope.report('error', entry.path, scope.subject, message, hint))]));
      const body = value('body', 'payload');
      const timeout = reader.raw('timeoutMs', 'timeout')?.value ?? 30_000;
      if (typeof timeout !== 'number' || timeout < 1 || timeout > 120_000) reader.error(['timeoutMs'], 'must be a number of milliseconds up to 120000');
      reader.end();
      return url && isMethod(method) && typeof timeout === 'number' ? { name, type, method, url, headers, body, timeout } : undefined;
    }
  }
}

const taskFields: readonly (readonly [keys: readonly string[], names: readonly string[]])[] = [
  [['subject', 'title'], ['subject', 'title', 'name']],
  [['description'], ['description', 'notes']],
  [['assignedTo', 'assignee'], ['assigned_to', 'owner', 'assignee']],
  [['dueDate'], ['due_date', 'due']],
  [['priority'], ['priority']],
  [['relatedTo'], ['related_to', 'what', 'parent']],
];

const isMethod = (method: string): method is HttpMethod => (httpMethods as readonly string[]).includes(method);

function objectOf(reader: Reader, catalog: Catalog, ...keys: readonly string[]): CatalogObject | undefined {
  const found = reader.text(...keys);
  if (found === undefined) {
    if (keys[0] !== 'taskObject') reader.error([], `"${keys[0] ?? ''}" is missing`);
    return undefined;
  }
  const object = catalog.objects.get(resolveReference(found, new Set(catalog.objects.keys())) ?? '');
  if (!object || object.view) reader.error([reader.keyOf(...keys) ?? ''], `there is no object "${found}" whose records can be written`, suggest(found, [...catalog.objects.keys()]));
  return object?.view === true ? undefined : object;
}

/** A field that can be written, by machine name or by the name in the API. */
function fieldNamed(object: CatalogObject, name: string): CatalogField | undefined {
  const field = object.fields.get(name) ?? [...object.fields.values()].find(({ graphqlName }) => graphqlName === name);
  return field?.column !== undefined && !field.system && !field.type.computed ? field : undefined;
}
