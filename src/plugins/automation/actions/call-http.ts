import { ObjectosError } from '../../../errors.ts';
import { outboundRequest, PrivateAddressError } from '../../../kernel/outbound-request.ts';
import type { ExpressionEnvironment } from '../../../resolvers/expressions/environment.ts';
import type { Action } from '../rule.ts';
import type { Told } from './write-records.ts';

type HttpCall = Extract<Action, { type: 'http_call' }>;

/** Calls out, at least once. Headers, body and query may hold secrets, so the step tells none of them. */
export async function callHttp({ name, method, url, headers, body, timeout }: HttpCall, run: string, environment: ExpressionEnvironment, allowPrivateAddresses: boolean): Promise<Told> {
  const target = addressOf(name, url.of(environment));
  const payload = body?.of(environment);
  const text = payload === undefined || payload === null || method === 'GET' ? undefined : typeof payload === 'string' ? payload : JSON.stringify(payload);
  const given = Object.fromEntries([...headers].map(([header, value]) => [header, String(value.of(environment) ?? '')]));
  const { status } = await outboundRequest({
    url: target, method, body: text, timeoutMs: timeout, allowPrivateAddresses,
    headers: { ...(text !== undefined && { 'content-type': 'application/json' }), ...given, 'idempotency-key': `${run}:${name}` },
  }).catch((error: unknown) => {
    if (!(error instanceof PrivateAddressError)) throw error;
    throw new ObjectosError('BAD_REQUEST', `The action "${name}" calls ${target.host}, which has an address of the own machine or network. Set automation.allowPrivateAddresses when that is meant.`);
  });
  if (status < 200 || status > 299) throw new Error(`${method} ${target.origin}${target.pathname} answered with status ${status}.`);
  return { input: { method, url: `${target.origin}${target.pathname}` }, output: { status } };
}

function addressOf(name: string, value: unknown): URL {
  const url = URL.parse(String(value));
  if (!url || !/^https?:$/.test(url.protocol)) throw new ObjectosError('BAD_REQUEST', `The action "${name}" calls no http or https address.`);
  return url;
}
