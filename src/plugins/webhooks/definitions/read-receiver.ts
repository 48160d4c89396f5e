import { BlockList, isIP } from 'node:net';
import { compileLiquidValue, LiquidProblem } from '../../../kernel/liquid.ts';
import type { Catalog } from '../../../metadata/catalog.ts';
import type { Env } from '../../../metadata/definitions/env-text.ts';
import type { Reader } from '../../../metadata/definitions/reader.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { Receiver, ReceiverAction, ReceiverCheck } from '../incoming/receiver.ts';
import { readActive } from './read-active.ts';
import { nameOf, objectOf, readRunAs, readSecret } from './read-webhook.ts';

const checks = { none: 'none', hmac: 'hmac', header_token: 'header_token', ip_whitelist: 'ip_whitelist' } as const;
const actions = { create_record: 'create_record', upsert_record: 'upsert_record', publish_event: 'publish_event', trigger_flow: 'trigger_flow', script: 'script' } as const;

/** Names that values of a record may use. */
const valueNames = ['payload', 'headers', 'query'] as const;

/** One receiver; undefined when it is not active, or when it has mistakes, which are reported. */
/** `rules`: names of those that receivers may start; undefined without the plugin automation. */
export function readReceiver(reader: Reader, catalog: Catalog, env: Env, rules: ReadonlySet<string> | undefined): Receiver | undefined {
  const name = nameOf(reader);
  reader.skip('label', 'description');
  const path = reader.text('path') ?? name;
  if (!/^\/?[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/.test(path)) reader.error([reader.keyOf('path') ?? 'name'], `"${path}" is no path`, 'Parts of letters, digits, _ and -: stripe/payments. It is served below /hooks/.');
  const check = readCheck(reader, env);
  const action = readAction(reader, catalog, rules);
  const active = readActive(reader, env);
  reader.end();
  return check && action && active ? { name, path: path.replace(/^\//, ''), check, action } : undefined;
}

function readCheck(reader: Reader, env: Env): ReceiverCheck | undefined {
  const kind = reader.oneOf(checks, 'verificationType', 'verification');
  if (kind === undefined) {
    if (reader.keyOf('verificationType', 'verification') === undefined) reader.error([], '"verificationType" is missing: how does it know who sends?', 'hmac, header_token or ip_whitelist; "none" lets everybody in.');
    return undefined;
  }
  if (kind === 'none') return { kind };
  if (kind === 'ip_whitelist') return readAddresses(reader);
  const secret = readSecret(reader, env, 'secret', 'token');
  if (!secret) {
    if (reader.keyOf('secret', 'token') === undefined) reader.error([], '"secret" is missing', 'Name a variable: secret: "{{env.WEBHOOK_SECRET}}".');
    return undefined;
  }
  const header = reader.text('header')?.toLowerCase();
  if (kind === 'header_token') return { kind: 'token', secret, header: header ?? 'authorization' };
  const idHeader = reader.text('idHeader')?.toLowerCase();
  const tolerance = reader.whole(300, 1, 86_400, 'toleranceSeconds');
  if (header !== undefined) {
    if (reader.keyOf('toleranceSeconds') !== undefined) reader.error(['toleranceSeconds'], 'a hash of the body tells no time', 'Leave "header" out for Standard Webhooks, which do.');
    return { kind: 'hash', secret, header, idHeader };
  }
  if (idHeader !== undefined) reader.error(['idHeader'], 'Standard Webhooks have the header webhook-id', 'Name the header of the signature too, or leave it out.');
  return { kind: 'standard', secret, tolerance };
}

function readAddresses(reader: Reader): ReceiverCheck | undefined {
  const list = new BlockList();
  const addresses = reader.texts('allowedAddresses', 'allowedIps') ?? [];
  const key = reader.keyOf('allowedAddresses', 'allowedIps') ?? '';
  for (const text of addresses) {
    const [address = '', bits, more] = text.split('/');
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (version === 0 || more !== undefined || prefix < 0 || prefix > most) reader.error([key], `"${text}" is no address and no network`, 'Such as 203.0.113.7 or 203.0.113.0/24.');
    else list.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  }
  if (addresses.length === 0) reader.error([key].filter((one) => one !== ''), '"allowedAddresses" is missing', 'A list of addresses and networks: 203.0.113.0/24.');
  return { kind: 'addresses', list };
}

function readAction(reader: Reader, catalog: Catalog, rules: ReadonlySet<string> | undefined): ReceiverAction | undefined {
  const kind = reader.oneOf(actions, 'action');
  if (kind === undefined) {
    if (reader.keyOf('action') === undefined) reader.error([], '"action" is missing', 'trigger_flow, script, create_record, upsert_record or publish_event.');
    return undefined;
  }
  if (kind === 'trigger_flow' || kind === 'script') {
    const name = reader.required('target', 'rule');
    if (!rules) reader.error(['action'], `"${kind}" needs the plugin automation`, 'Turn it on, or use publish_event.');
    else if (name !== '' && !rules.has(name)) reader.error([reader.keyOf('target', 'rule') ?? ''], `there is no workflow rule "${name}" with triggerType: webhook`, suggest(name, [...rules]) ?? 'Its actions see payload, headers and query; a custom_script is one of them.');
    return name === '' ? undefined : { kind: 'rule', name };
  }
  if (kind === 'publish_event') {
    const name = reader.required('target', 'event');
    if (name !== '' && !/^[a-z][a-z0-9_]*([.][a-z0-9_]+)*$/.test(name)) reader.error([reader.keyOf('target', 'event') ?? ''], `"${name}" is no name of an event`, 'Dotted: payments.received.');
    return name === '' ? undefined : { kind: 'event', name };
  }
  const object = objectOf(reader, catalog, 'target', 'object');
  const runAs = readRunAs(reader);
  if (runAs?.kind === 'user') reader.error(['runAs'], 'nobody is signed in where a message arrives', 'The e-mail address of a user, or "system".');
  const by = kind === 'upsert_record' ? reader.required('key', 'upsertBy') : undefined;
  const key = by === undefined || !object ? undefined : object.keys.find(({ name, fields }) => name === by || (fields.length === 1 && fields[0] === by));
  if (by !== undefined && by !== '' && object && !key) reader.error([reader.keyOf('key', 'upsertBy') ?? ''], `${object.name} has no key "${by}"`, `Keys: ${object.keys.map(({ name }) => name).join(', ')}.`);
  const values = reader.entries('fields', 'values').flatMap(({ name, value, path }) => {
    const problem = (message: string, hint?: string): [] => {
      reader.report('error', path, reader.subject, message, hint);
      return [];
    };
    const field = object && (object.fields.get(name) ?? [...object.fields.values()].find(({ graphqlName }) => graphqlName === name));
    if (!object) return [];
    if (!field || field.column === undefined || field.type.computed || (field.system && field.name !== 'id')) return problem(`${object.name} has no field "${name}" that can be written`, suggest(name, [...object.fields.keys()]));
    try {
      return [{ field, value: compileLiquidValue(value, { names: valueNames }) }];
    } catch (error) {
      if (error instanceof LiquidProblem) return problem(error.message);
      throw error;
    }
  });
  if (values.length === 0) reader.error([], '"fields" is missing', 'Which fields get what: fields: { email: "{{ payload.customer.email }}" }.');
  if (!object || !runAs || runAs.kind === 'user' || (by !== undefined && !key)) return undefined;
  return { kind: 'record', object, upsertBy: key?.name, values, runAs: runAs.kind === 'person' ? runAs : { kind: 'system' } };
}
