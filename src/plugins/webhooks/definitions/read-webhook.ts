import { compileLiquid, LiquidProblem, type LiquidTemplate } from '../../../kernel/liquid.ts';
import { webhookSecretProblem } from '../../../kernel/webhook-signature.ts';
import type { Catalog, CatalogObject } from '../../../metadata/catalog.ts';
import { envText, namesVariable, type Env, type EnvText } from '../../../metadata/definitions/env-text.ts';
import { Reader } from '../../../metadata/definitions/reader.ts';
import { resolveReference } from '../../../metadata/link/resolve-reference.ts';
import { suggest } from '../../../metadata/nearest.ts';
import { isPlain, recordQuery, selectionOf, wholeSelection, type RecordQuery } from '../selection.ts';
import { triggers, usualRetry, type RetryPolicy, type RunAs, type Trigger, type Webhook } from '../webhook.ts';
import { readAuthentication } from './authentication.ts';
import { readActive } from './read-active.ts';

const triggerNames: Readonly<Record<string, Trigger>> = Object.fromEntries([...triggers.map((name) => [name, name]), ['restore', 'undelete'], ['on_create', 'create'], ['on_update', 'update'], ['on_delete', 'delete']]);
const bulk: Readonly<Record<string, Trigger>> = { bulk_update: 'update', bulk_delete: 'delete' };
const methods = { POST: 'POST', PUT: 'PUT', PATCH: 'PATCH', GET: 'GET', DELETE: 'DELETE' } as const;

/** Names that a template of a body may use. */
const bodyNames = ['id', 'type', 'timestamp', 'object', 'recordId', 'changedFields', 'record', 'session'] as const;

/** One webhook; undefined when it is not active, or when it has mistakes, which are reported. */
export function readWebhook(reader: Reader, catalog: Catalog, env: Env): Webhook | undefined {
  const name = nameOf(reader);
  reader.skip('label', 'description');
  const object = objectOf(reader, catalog);
  const wanted = readTriggers(reader);
  const url = readUrl(reader, env);
  const method = reader.oneOf(methods, 'method') ?? 'POST';
  const headers = new Map<string, EnvText>();
  for (const { name: header, value, path } of reader.entries('headers')) {
    if (typeof value !== 'string' || !/^[\w!#$%&'*+.^`|~-]+$/.test(header) || /[\r\n]/.test(value)) reader.report('error', path, reader.subject, 'a header is a name and a text');
    else if (/^webhook-/i.test(header)) reader.report('error', path, reader.subject, 'headers that begin with "webhook-" are made by the platform');
    else headers.set(header.toLowerCase(), envText(value, env, reader, path.slice(reader.path.length).map(String)));
  }
  for (const [header, value] of readAuthentication(reader, env)) headers.set(header, value);
  const selection = object && readSelection(reader, object);
  const body = readBody(reader);
  const includeSession = reader.flag(false, 'includeSession');
  const runAs = readRunAs(reader);
  const retry = readRetry(reader);
  const timeoutMs = reader.whole(30_000, 1, 120_000, 'timeoutMs', 'timeout');
  const secret = readSecret(reader, env, 'secret', 'signingSecret');
  const active = readActive(reader, env);
  reader.end();
  if (!object || !selection || !runAs || !url || !active) return undefined;
  return { name, id: undefined, object, triggers: wanted, url, method, headers, ...selection, body, includeSession, runAs, retry, timeoutMs, secret, since: undefined };
}

export function nameOf(reader: Reader): string {
  const name = reader.required('name');
  if (name !== '' && !/^[a-z_][a-z0-9_]{0,99}$/.test(name)) reader.error(['name'], `"${name}" is no name`, 'Small letters, digits and _, a letter first, at most 100.');
  return name;
}

export function objectOf(reader: Reader, catalog: Catalog, ...keys: readonly string[]): CatalogObject | undefined {
  const names = keys.length > 0 ? keys : ['object', 'objectName'];
  const given = reader.required(...names);
  if (given === '') return undefined;
  const object = catalog.objects.get(resolveReference(given, catalog.objects) ?? '');
  if (object && !object.view && object.methods.has('get')) return object;
  reader.error([reader.keyOf(...names) ?? ''], `there is no object "${given}" whose records the API shows and changes`, suggest(given, [...catalog.objects.keys()]));
  return undefined;
}

/** With whose rights: declared, never guessed. */
export function readRunAs(reader: Reader): RunAs | undefined {
  const text = reader.text('runAs');
  if (text === 'system' || text === 'user') return { kind: text };
  if (text?.includes('@') === true) return { kind: 'person', email: text };
  const hint = '"user" for who made the change, the e-mail address of a user, or "system" for everything.';
  if (text !== undefined) reader.error(['runAs'], `"${text}" is not accepted`, hint);
  else if (reader.keyOf('runAs') === undefined) reader.error([], '"runAs" is missing: with whose rights?', hint);
  return undefined;
}

/** A secret to sign or verify with. */
export function readSecret(reader: Reader, env: Env, ...names: readonly string[]): EnvText | undefined {
  const text = reader.text(...names);
  if (text === undefined) return undefined;
  const key = reader.keyOf(...names) ?? '';
  if (!namesVariable(text)) {
    const problem = webhookSecretProblem(text);
    if (problem !== undefined) reader.error([key], problem);
    reader.report('warning', [...reader.path, key], reader.subject, 'everybody who reads the file knows this secret', `Name a variable: ${key}: "{{env.WEBHOOK_SECRET}}".`);
  }
  return envText(text, env, reader, [key]);
}

function readTriggers(reader: Reader): ReadonlySet<Trigger> {
  const key = reader.keyOf('triggers', 'events', 'on') ?? 'triggers';
  const found = new Set<Trigger>();
  for (const name of reader.texts('triggers', 'events', 'on') ?? []) {
    const trigger = Object.hasOwn(triggerNames, name) ? triggerNames[name] : undefined;
    if (trigger) found.add(trigger);
    else reader.error([key], `there is no trigger "${name}"`, Object.hasOwn(bulk, name) ? `Records of a bulk write are told one by one: use ${bulk[name] ?? ''}.` : suggest(name, triggers));
  }
  if (found.size === 0) reader.error([reader.keyOf('triggers', 'events', 'on') === undefined ? '' : key].filter((one) => one !== ''), 'a webhook needs triggers', `A list of ${triggers.join(', ')}.`);
  return found;
}

function readUrl(reader: Reader, env: Env): EnvText | undefined {
  const text = reader.required('url', 'endpoint');
  if (text === '') return undefined;
  const key = reader.keyOf('url', 'endpoint') ?? '';
  const url = namesVariable(text) ? undefined : URL.parse(text);
  if (url !== undefined && (!url || !/^https?:$/.test(url.protocol))) reader.error([key], `"${text}" is no http or https address`);
  return envText(text, env, reader, [key]);
}

function readSelection(reader: Reader, object: CatalogObject): RecordQuery | undefined {
  const fields = reader.texts('payloadFields', 'fields');
  const payload = reader.text('payload', 'selection');
  if (fields && payload !== undefined) reader.error([reader.keyOf('payloadFields', 'fields') ?? ''], '"payload" says which fields already', 'Keep one of them.');
  const plain = fields?.flatMap((name) => {
    const field = object.fields.get(name) ?? [...object.fields.values()].find(({ graphqlName }) => graphqlName === name);
    if (field && isPlain(field)) return [field];
    reader.error([reader.keyOf('payloadFields', 'fields') ?? ''], field ? `${object.name}.${field.name} cannot be listed` : `${object.name} has no field "${name}"`, field ? 'Select it with payload: "{ … }".' : suggest(name, [...object.fields.keys()]));
    return [];
  });
  try {
    return recordQuery(object, payload ?? (plain ? selectionOf(plain) : wholeSelection(object)));
  } catch (error) {
    reader.error([reader.keyOf('payload', 'selection') ?? ''], error instanceof Error ? error.message : String(error), 'A selection such as { id name owner { name } }.');
    return undefined;
  }
}

function readBody(reader: Reader): LiquidTemplate | undefined {
  const found = reader.raw('body');
  if (!found) return undefined;
  try {
    return compileLiquid(typeof found.value === 'string' ? found.value : JSON.stringify(found.value), { names: bodyNames });
  } catch (error) {
    if (!(error instanceof LiquidProblem)) throw error;
    reader.error([found.key], error.message);
    return undefined;
  }
}

function readRetry(reader: Reader): RetryPolicy {
  const found = reader.raw('retryPolicy', 'retry');
  if (!found) return usualRetry;
  const own = new Reader(found.value, [...reader.path, found.key], reader.subject, reader.report);
  const policy: RetryPolicy = {
    maxRetries: own.whole(usualRetry.maxRetries, 0, 10, 'maxRetries'),
    backoffStrategy: own.oneOf({ exponential: 'exponential', linear: 'linear', fixed: 'fixed' }, 'backoffStrategy', 'strategy') ?? usualRetry.backoffStrategy,
    initialDelayMs: own.whole(usualRetry.initialDelayMs, 1, 86_400_000, 'initialDelayMs', 'retryDelayMs', 'backoffMs'),
    maxDelayMs: own.whole(usualRetry.maxDelayMs, 1, 86_400_000, 'maxDelayMs'),
  };
  own.end();
  return policy;
}
