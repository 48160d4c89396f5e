import { parse } from 'graphql';
import { newId } from '../../../kernel/new-id.ts';
import { outboundRequest } from '../../../kernel/outbound-request.ts';
import type { CatalogObject } from '../../../metadata/catalog.ts';
import { isMapping } from '../../../metadata/definitions/reader.ts';
import { toInputValue } from '../../../resolvers/write/authored-values.ts';
import type { Input, WriteRequest } from '../../../resolvers/write/writer.ts';
import { httpMethods, type Action, type Script } from '../rule.ts';
import type { ScriptCall } from '../scripts/sandbox.ts';
import type { Tools } from '../tools.ts';
import type { Doing } from './do-action.ts';
import { publicValues } from './notify.ts';

const httpTimeout = 30_000;

/** Runs a script. What it writes is written when it has ended, together with the step: once, or not at all. */
export async function runScript({ name, script }: Extract<Action, { type: 'custom_script' }>, { run, object, environment, context, job, together }: Doing, tools: Tools): Promise<void> {
  const writes: WriteRequest[] = [];
  const shown = (image: unknown) => (object && isMapping(image) ? publicValues(object, image) : null);
  const result = await tools.sandbox.run({
    code: script.code,
    timeout: script.timeout,
    memory: script.memory,
    signal: job.signal,
    given: {
      can: [...script.capabilities],
      record: shown(run.trigger.record), previous: shown(run.trigger.previous), event: run.event, object: run.object, rule: run.rule,
      user: { id: context.caller.userId ?? null },
      input: Object.fromEntries([...script.input].map(([key, value]) => [key, value.of(environment)])),
    },
    reach: { ...reading(script, context, tools), ...writing(script, writes, tools), ...calling(script, `${run.id}:${name}`, tools), ...logging(script, job) },
  });
  await together(async () => {
    for (const write of writes) await tools.runtime.writer.write(write, context);
    return { input: { capabilities: [...script.capabilities] }, output: { result, writes: writes.length } };
  });
}

type Reach = ScriptCall['reach'];

function reading({ capabilities }: Script, context: Doing['context'], { runtime }: Tools): Reach {
  if (!capabilities.has('read')) return {};
  return {
    async query(document, variables) {
      const query = String(document);
      const { definitions } = parse(query);
      if (definitions.some((definition) => definition.kind === 'OperationDefinition' && definition.operation !== 'query')) throw new Error('api.query reads; api.create, api.update and api.delete write.');
      const { data, errors } = await runtime.execute({ query, variables: isMapping(variables) ? variables : {} }, context);
      if (errors?.[0]) throw new Error(errors[0].message);
      return data;
    },
  };
}

function writing({ capabilities }: Script, writes: WriteRequest[], { runtime }: Tools): Reach {
  if (!capabilities.has('write')) return {};
  const objectNamed = (name: unknown): CatalogObject => {
    const object = runtime.catalog.objects.get(String(name));
    // What the platform keeps of itself is not for scripts.
    if (!object || object.view || object.system) throw new Error(`There is no object "${String(name)}" whose records a script may write.`);
    return object;
  };
  return {
    create(object, fields) {
      const id = newId();
      writes.push({ object: objectNamed(object).name, options: {}, operation: 'create', input: { ...inputOf(objectNamed(object), fields), id } });
      return { id };
    },
    update(object, id, fields) {
      writes.push({ object: objectNamed(object).name, options: {}, operation: 'update', id: String(id), input: inputOf(objectNamed(object), fields) });
      return { id };
    },
    delete(object, id) {
      writes.push({ object: objectNamed(object).name, options: {}, operation: 'delete', id: String(id) });
      return { id };
    },
  };
}

/** Fields by machine name or by their name in the API. */
function inputOf(object: CatalogObject, given: unknown): Input {
  if (!isMapping(given)) throw new Error('Fields are an object.');
  return Object.fromEntries(Object.entries(given).map(([name, value]) => {
    const field = object.fields.get(name) ?? [...object.fields.values()].find(({ graphqlName }) => graphqlName === name);
    if (field?.column === undefined || field.system || field.type.computed) throw new Error(`${object.name} has no field "${name}" that can be written.`);
    return [field.graphqlName, toInputValue(value, field, (message) => {
      throw new Error(message);
    })];
  }));
}

function calling({ capabilities, hosts, timeout }: Script, key: string, { settings }: Tools): Reach {
  if (!capabilities.has('http')) return {};
  let calls = 0;
  return {
    async http(request) {
      const { url: address, method = 'GET', headers = {}, body } = isMapping(request) ? request : { url: request };
      const url = URL.parse(String(address));
      if (!url || !/^https?:$/.test(url.protocol)) throw new Error('http needs an http or https address.');
      if (!hosts.some((host) => isHost(url.hostname, host))) throw new Error(`The script may not call ${url.hostname}: its hosts do not say so.`);
      const verb = httpMethods.find((each) => each === String(method).toUpperCase());
      if (!verb) throw new Error(`http knows no method "${String(method)}".`);
      calls += 1;
      const sent = isMapping(headers) ? Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])) : {};
      const text = body === undefined || body === null || verb === 'GET' ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
      const { status, text: answer } = await outboundRequest({
        url, method: verb, body: text, timeoutMs: Math.min(timeout, httpTimeout), allowPrivateAddresses: settings.allowPrivateAddresses,
        headers: { ...(text !== undefined && { 'content-type': 'application/json' }), ...sent, 'idempotency-key': `${key}:${calls}` },
      });
      return { status, text: answer };
    },
  };
}

function isHost(name: string, allowed: string): boolean {
  return allowed.startsWith('*.') ? name.endsWith(allowed.slice(1)) : name === allowed;
}

const mostLines = 100;

function logging({ capabilities }: Script, { log }: Doing['job']): Reach {
  if (!capabilities.has('log')) return {};
  let lines = 0;
  return {
    log(level, message) {
      lines += 1;
      if (lines > mostLines) return;
      const line = String(message).slice(0, 2000);
      if (level === 'error') log.error({ script: true }, line);
      else if (level === 'warn') log.warn({ script: true }, line);
      else if (level === 'debug') log.debug({ script: true }, line);
      else log.info({ script: true }, line);
    },
  };
}
