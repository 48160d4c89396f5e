import type { Catalog, CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { Path } from '../../../metadata/source-document.ts';
import { Reader, type Report } from '../../../metadata/definitions/reader.ts';
import { resolveReference } from '../../../metadata/link/resolve-reference.ts';
import type { NotificationChannel } from '../../../kernel/notifications.ts';
import { capabilities, httpMethods, type Action, type Capability, type HttpMethod, type RuleEvent, type Script } from '../rule.ts';
import { compileFormula, compileValue, type CompiledValue, type Mistake, type ValueScope } from '../values.ts';
import { calledWithout, scriptProblem } from './script-problem.ts';

export interface ActionScope {
  /** Undefined for rules that are about no record. */
  readonly object: CatalogObject | undefined;
  readonly catalog: Catalog;
  readonly events: readonly RuleEvent[];
  /** Names of the templates of messages; undefined where they were checked before. Null when no plugin sends any. */
  readonly templates: ReadonlySet<string> | null | undefined;
  /** Values see the message of a webhook. */
  readonly message?: boolean;
  readonly path: Path;
  readonly subject: string;
  readonly report: Report;
}

type Type = Exclude<Action['type'], 'handler' | 'notification'> | 'task_creation' | Message;
type Message = keyof typeof channels;

/** Actions that send messages, and how. */
const channels = { email_alert: 'email', in_app_notification: 'in_app', push_notification: 'push', sms_notification: 'sms', slack_message: 'slack', teams_message: 'teams' } as const satisfies Readonly<Record<string, NotificationChannel>>;

const types: Readonly<Record<string, Type>> = {
  field_update: 'field_update', fieldUpdate: 'field_update', update_field: 'field_update', assign: 'field_update', create_record: 'create_record', createRecord: 'create_record', update_record: 'update_record', updateRecord: 'update_record',
  http_call: 'http_call', httpCall: 'http_call', http_request: 'http_call', webhook: 'http_call', task_creation: 'task_creation', taskCreation: 'task_creation',
  email_alert: 'email_alert', emailAlert: 'email_alert', send_email: 'email_alert', email: 'email_alert', in_app_notification: 'in_app_notification', push_notification: 'push_notification', pushNotification: 'push_notification',
  sms_notification: 'sms_notification', slack_message: 'slack_message', teams_message: 'teams_message', connector_action: 'connector_action', connectorAction: 'connector_action',
  custom_script: 'custom_script', customScript: 'custom_script', customAction: 'custom_script', execute_script: 'custom_script', script: 'custom_script',
};

/** Actions of the vocabulary that nothing here carries out. */
const missing: Readonly<Record<string, string>> = { webhook_trigger: 'Use http_call, or subscribe a webhook to the object.' };

const isMessage = (type: Type): type is Message => Object.hasOwn(channels, type);

/** Actions with everything that they name looked up; mistakes are reported. */
export function readActions(written: readonly unknown[], scope: ActionScope): readonly Action[] {
  return written.flatMap((item, index) => readAction(new Reader(item, [...scope.path, index], scope.subject, scope.report), index, scope) ?? []);
}

function readAction(reader: Reader, index: number, scope: ActionScope): Action | undefined {
  const name = reader.text('name') ?? `action ${index + 1}`;
  const typed = reader.required('type');
  const type = Object.hasOwn(types, typed) ? types[typed] : undefined;
  if (type === undefined) {
    const instead = Object.hasOwn(missing, typed) ? missing[typed] : undefined;
    if (typed !== '') reader.error(['type'], `there is no action "${typed}"`, instead ?? suggest(typed, Object.keys(types)));
    return undefined;
  }
  if (isMessage(type)) return readMessage(name, type, reader, scope);
  const values = scopeOf(scope);
  const mistakeAt = (key: string): Mistake => (message, hint) => reader.error([key], message, hint);
  const value = valueReader(reader, values);
  const entries = entryReader(reader, scope);
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
      const field = scope.object && fieldNamed(scope.object, given);
      if (!scope.object) reader.error(['type'], 'the rule is about no record whose field could be updated', 'Give the rule an objectName, or use update_record.');
      else if (!field && given !== '') reader.error(['field'], `${scope.object.name} has no field "${given}" that can be written`, suggest(given, [...scope.object.fields.keys()]));
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
      if (!object) return undefined;
      const fields = fieldsOf(object, 'fields', 'values', 'fieldValues');
      reader.end();
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
      const headers = new Map([...entries('headers')].map(([header, compiled]) => [header.toLowerCase(), compiled]));
      const body = value('body', 'payload');
      const timeout = reader.raw('timeoutMs', 'timeout')?.value ?? 30_000;
      if (typeof timeout !== 'number' || timeout < 1 || timeout > 120_000) reader.error(['timeoutMs'], 'must be a number of milliseconds up to 120000');
      reader.end();
      return url && isMethod(method) && typeof timeout === 'number' ? { name, type, method, url, headers, body, timeout } : undefined;
    }
    case 'connector_action': {
      const connector = reader.required('connectorId', 'connector');
      const action = reader.required('actionId', 'action');
      const input = value('input') ?? compileValue({}, values, mistakeAt('input'));
      reader.end();
      return { name, type, connector, action, input };
    }
    case 'custom_script':
      return { name, type, script: readScript(reader, entries) };
  }
}

type ReadEntries = ReturnType<typeof entryReader>;

const scopeOf = ({ object, catalog, message = false }: ActionScope): ValueScope => ({ object, catalog, message, previous: true });

function valueReader(reader: Reader, values: ValueScope) {
  return (...names: readonly string[]): CompiledValue | undefined => {
    const found = reader.raw(...names);
    return found && compileValue(found.value, values, (message, hint) => reader.error([found.key], message, hint));
  };
}

/** Values of a mapping, by name. */
function entryReader(reader: Reader, scope: ActionScope) {
  return (...names: readonly string[]): ReadonlyMap<string, CompiledValue> =>
    new Map(reader.entries(...names).map(({ name, value, path }) => [name, compileValue(value, scopeOf(scope), (message, hint) => scope.report('error', path, scope.subject, message, hint))]));
}

/** Keys of messages that only some channels know, and pass on. */
const channelOptions: Readonly<Record<Message, readonly string[]>> = { email_alert: ['cc', 'bcc'], in_app_notification: [], push_notification: ['badge', 'sound'], sms_notification: ['fromNumber'], slack_message: ['mentions', 'threadId'], teams_message: [] };

function readMessage(name: string, type: Message, reader: Reader, scope: ActionScope): Action | undefined {
  const value = valueReader(reader, scopeOf(scope));
  const templateKey = reader.keyOf('template');
  const template = reader.text('template');
  const subject = value('subject', 'title');
  const body = value('body', 'message');
  const url = value('clickAction', 'url');
  const data = entryReader(reader, scope)('data', 'variables');
  const options = new Map(channelOptions[type].flatMap((key): [string, CompiledValue][] => {
    const found = value(key);
    return found ? [[key, found]] : [];
  }));
  const given = reader.raw('recipients', 'to', 'channel', 'recipient');
  const list: readonly unknown[] = given === undefined ? [] : Array.isArray(given.value) ? given.value : [given.value];
  const recipients = list.map((item) => readRecipient(item, scope, (message, hint) => reader.error([given?.key ?? ''], message, hint)));
  reader.end();
  if (recipients.length === 0) reader.error([given?.key ?? 'recipients'], 'a message needs recipients', 'Addresses, ids of users, or fields that hold them: [owner, "sales@example.com"].');
  if (template === undefined && !body) reader.error([], 'a message needs a "template" or a "body"');
  if (template !== undefined && (subject || body)) reader.error([templateKey ?? 'template'], 'the template says what subject and body are', 'Leave one of them out.');
  if (scope.templates === null) reader.error(['type'], `"${type}" cannot be carried out: no plugin sends notifications`, 'Turn on the plugin notifications.');
  else if (template !== undefined && scope.templates?.has(template) === false) reader.error([templateKey ?? 'template'], `there is no template "${template}"`, suggest(template, [...scope.templates]));
  return { name, type: 'notification', channel: channels[type], recipients, template, subject, body, url, data, options };
}

/** An address, the id of a user, or a path to either. */
function readRecipient(item: unknown, scope: ActionScope, mistake: Mistake): CompiledValue {
  const path = typeof item === 'string' && /^[a-z_]\w*(\.\w+)*$/i.test(item) && scope.object && (scope.object.fields.has(item.split('.')[0] ?? '') || item.startsWith('record.'));
  return path === true ? compileFormula(item as string, scopeOf(scope), mistake) : compileValue(item, scopeOf(scope), mistake);
}

const capabilityNames: Readonly<Record<string, Capability>> = { read: 'read', 'api.read': 'read', write: 'write', 'api.write': 'write', http: 'http', log: 'log' };
const defaultTimeout = 30_000;
const [defaultMemory, mostMemory] = [64, 256];

function readScript(reader: Reader, entries: ReadEntries): Script {
  const language = reader.text('language') ?? 'javascript';
  if (!/^(javascript|js)$/i.test(language)) reader.error([reader.keyOf('language') ?? 'language'], `scripts in "${language}" are not run`, 'Write JavaScript, or register a handler in a plugin: automation.on(…).');
  const code = reader.required('code', 'source');
  const problem = scriptProblem(code);
  if (problem !== undefined) reader.error([reader.keyOf('code', 'source') ?? 'code'], problem);
  const timeout = reader.raw('timeout', 'timeoutMs')?.value ?? defaultTimeout;
  if (typeof timeout !== 'number' || timeout < 1 || timeout > defaultTimeout) reader.error([reader.keyOf('timeout', 'timeoutMs') ?? 'timeout'], `must be a number of milliseconds up to ${defaultTimeout}`);
  const memory = reader.raw('memoryMb', 'memory')?.value ?? defaultMemory;
  if (typeof memory !== 'number' || memory < 1 || memory > mostMemory) reader.error([reader.keyOf('memoryMb', 'memory') ?? 'memoryMb'], `must be a number of megabytes up to ${mostMemory}`);
  const given = reader.texts('capabilities') ?? [];
  const found = new Set(given.flatMap((item): Capability[] => {
    const capability = Object.hasOwn(capabilityNames, item) ? capabilityNames[item] : undefined;
    if (!capability) reader.error(['capabilities'], `there is no capability "${item}"`, `One of ${capabilities.join(', ')}.`);
    return capability ? [capability] : [];
  }));
  for (const { call, capability } of calledWithout(found, code)) reader.error([reader.keyOf('code', 'source') ?? 'code'], `the script calls ${call}, which takes the capability "${capability}"`, `Name it: capabilities: [${[...found, capability].join(', ')}].`);
  const hosts = reader.texts('hosts', 'allowedHosts') ?? [];
  for (const host of hosts) if (!/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$|^\[[0-9a-f:]+\]$/i.test(host)) reader.error([reader.keyOf('hosts', 'allowedHosts') ?? 'hosts'], `"${host}" is not the name of a host`, 'Without scheme, port and path: api.example.com, *.example.com.');
  if (found.has('http') && hosts.length === 0) reader.error(['capabilities'], '"http" needs the hosts that the script may call', 'List them: hosts: [api.example.com].');
  const input = entries('context', 'input');
  reader.end();
  return { code, capabilities: found, hosts: hosts.map((host) => host.toLowerCase()), input, timeout: typeof timeout === 'number' ? timeout : defaultTimeout, memory: typeof memory === 'number' ? memory : defaultMemory };
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
