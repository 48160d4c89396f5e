import { ObjectosError } from '../../errors.ts';
import { outboundRequest } from '../../kernel/outbound-request.ts';
import type { CatalogObject } from '../../metadata/catalog.ts';
import type { ExpressionEnvironment } from '../../resolvers/expressions/environment.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import { toInputValue } from '../../resolvers/write/authored-values.ts';
import type { Input, Writer } from '../../resolvers/write/writer.ts';
import type { Action } from './rule.ts';
import type { CompiledValue } from './values.ts';

export type HttpCall = Extract<Action, { type: 'http_call' }>;
export type Writing = Exclude<Action, HttpCall>;

/** What a step did, for people. */
export type Told = Readonly<Record<string, unknown>>;

/** Writes through the write path, with the rights of the run. */
export async function write(action: Writing, record: string, object: CatalogObject, environment: ExpressionEnvironment, writer: Writer, context: RequestContext): Promise<Told> {
  const target = action.type === 'field_update' ? object : action.object;
  const input = inputOf(target, action.values, environment);
  const fields = Object.fromEntries(Object.entries(input).map(([name, value]) => [name, shown(target, name, value)]));
  if (action.type === 'create_record') {
    const { rows } = await writer.write({ object: target.name, options: {}, operation: 'create', input }, context);
    return { object: target.name, id: rows[0]?.id, fields };
  }
  const id = action.type === 'field_update' ? record : action.id.of(environment);
  if (typeof id !== 'string' || id === '') throw new ObjectosError('NOT_FOUND', `The action "${action.name}" names no ${target.label} to change.`);
  await writer.write({ object: target.name, options: {}, operation: 'update', id, input }, context);
  return { object: target.name, id, fields };
}

function inputOf(object: CatalogObject, values: ReadonlyMap<string, CompiledValue>, environment: ExpressionEnvironment): Input {
  const input: Record<string, unknown> = {};
  for (const [name, value] of values) {
    const field = object.fields.get(name);
    if (!field) throw new ObjectosError('VALIDATION_FAILED', `${object.name} has no field "${name}" any more.`);
    input[field.graphqlName] = toInputValue(value.of(environment), field, (message) => {
      throw new ObjectosError('VALIDATION_FAILED', message);
    });
  }
  return input;
}

function shown(object: CatalogObject, graphqlName: string, value: unknown): unknown {
  const field = [...object.fields.values()].find((candidate) => candidate.graphqlName === graphqlName);
  return field?.type.confidential === true || field?.internal === true ? '***' : value;
}

/** Calls out, at least once. Headers and body may hold secrets, so the step tells neither. */
export async function call({ name, method, url, headers, body, timeout }: HttpCall, run: string, environment: ExpressionEnvironment, allowPrivateAddresses: boolean): Promise<Told> {
  const target = addressOf(name, url.of(environment));
  const payload = body?.of(environment);
  const text = payload === undefined || payload === null || method === 'GET' ? undefined : typeof payload === 'string' ? payload : JSON.stringify(payload);
  const given = Object.fromEntries([...headers].map(([header, value]) => [header, String(value.of(environment) ?? '')]));
  const { status } = await outboundRequest({
    url: target, method, body: text, timeoutMs: timeout, allowPrivateAddresses,
    headers: { ...(text !== undefined && { 'content-type': 'application/json' }), ...given, 'idempotency-key': `${run}:${name}` },
  });
  if (status < 200 || status > 299) throw new Error(`${method} ${target.origin}${target.pathname} answered with status ${status}.`);
  return { method, url: `${target.origin}${target.pathname}`, status };
}

function addressOf(name: string, value: unknown): URL {
  const url = URL.parse(String(value));
  if (!url || !/^https?:$/.test(url.protocol)) throw new ObjectosError('BAD_REQUEST', `The action "${name}" calls no http or https address.`);
  return url;
}
