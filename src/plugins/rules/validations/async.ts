import { OutboundError, isPrivateAddress, outboundRequest } from '../../../kernel/outbound-request.ts';
import { isIP } from 'node:net';
import type { Subject } from '../evaluation/environment.ts';
import type { Check, CompileCheck, Finding, RuleSource } from './rule.ts';
import { validatorCheck } from './custom.ts';

/** Requests at a time for the records of one write. */
const parallel = 8;

/** A service that is asked over HTTP, or a validator that a plugin registered. With `field`, only when its value changes. */
export const compileAsync: CompileCheck = (source) => {
  const { definition: { validatorUrl, validatorFunction, field: name }, report } = source;
  const field = name === undefined ? undefined : source.field(name, ['field']);
  if (name !== undefined && !field) return undefined;
  if ((validatorUrl === undefined) === (validatorFunction === undefined)) {
    report('error', [], 'an async rule names either "validatorUrl" or "validatorFunction"');
    return undefined;
  }
  if (validatorFunction !== undefined) return validatorCheck('validatorFunction', field?.name, source);
  const url = serviceUrl(validatorUrl ?? '', source);
  return url && httpCheck(url, field?.name, source);
};

function serviceUrl(given: string, { report, services: { allowPrivateAddresses } }: RuleSource): URL | undefined {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    report('error', ['validatorUrl'], `${JSON.stringify(given)} is no address of a service`, 'Write an absolute one: https://example.com/check.');
    return undefined;
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivateAddresses && (host === 'localhost' || (isIP(host) > 0 && isPrivateAddress(host)))) {
    report('error', ['validatorUrl'], `${host} is an address of the own machine or network, which rules may not ask`, 'Set rules.allowPrivateAddresses in objectos.config.yml when that is meant.');
    return undefined;
  }
  return url;
}

function httpCheck(url: URL, field: string | undefined, { definition, object, name, services: { allowPrivateAddresses } }: RuleSource): Check {
  const { method = 'GET', headers = {}, timeout = 5_000, params = {} } = definition;
  const questionOf = ({ change: { record, kind } }: Subject): Question => ({ rule: name, object: object.name, event: kind, ...(field === undefined ? { record } : { field, value: record[field] ?? null }), params });
  const ask = async (question: Question): Promise<Finding | undefined> => {
    const sent = method === 'POST' ? { url, body: JSON.stringify(question), headers: { 'content-type': 'application/json', ...headers } } : { url: withQuery(url, question, params), headers };
    try {
      const { status, text } = await outboundRequest({ ...sent, method, timeoutMs: timeout, allowPrivateAddresses });
      return verdict(status, text, field);
    } catch (error) {
      if (error instanceof OutboundError) return unavailable(error.message, field);
      throw error;
    }
  };
  return {
    expressions: [],
    fields: field === undefined ? undefined : [field],
    pure: true,
    // Nobody waits for the service at the locks of this write.
    async run(subjects, { database }, fail) {
      const asked = subjects.filter((subject) => field === undefined || changes(subject, field)).map((subject) => ({ subject, question: questionOf(subject) }));
      if (asked.length === 0) return;
      const questions = new Map(asked.map(({ question }) => [keyOf(question), question]));
      const findings = await database.beforehand([...questions.keys()], async (keys) => {
        const found = new Map<string, Finding | undefined>();
        for (let start = 0; start < keys.length; start += parallel) {
          const part = keys.slice(start, start + parallel);
          const answers = await Promise.all(part.map((key) => ask(questions.get(key) as Question)));
          for (const [index, key] of part.entries()) found.set(key, answers[index]);
        }
        return found;
      });
      for (const { subject, question } of asked) {
        const finding = findings.get(keyOf(question));
        if (finding) fail(subject, finding);
      }
    },
  };
}

interface Question extends Readonly<Record<string, unknown>> {
  readonly record?: Subject['change']['record'];
}

/** A new record may get another id when its write begins anew. */
function keyOf(question: Question): string {
  const { record: { id: _id, ...values } = {} } = question;
  return JSON.stringify({ ...question, ...(question.record && { record: question['event'] === 'create' ? values : question.record }) });
}

/** A value that is there and new. */
export function changes({ change: { record, previous } }: Subject, field: string): boolean {
  const value = record[field] ?? null;
  return value !== null && (previous === undefined || JSON.stringify(previous[field] ?? null) !== JSON.stringify(value));
}

function withQuery(url: URL, question: Readonly<Record<string, unknown>>, params: Readonly<Record<string, unknown>>): URL {
  const asked = new URL(url);
  for (const [key, value] of Object.entries({ ...question, ...params })) {
    if (key !== 'params') asked.searchParams.set(key, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return asked;
}

/** `{ "valid": true }` or `{ "valid": false, "message": "…" }`. */
function verdict(status: number, text: string, field: string | undefined): Finding | undefined {
  const answer = status >= 200 && status < 300 ? parsed(text) : undefined;
  if (typeof answer?.['valid'] !== 'boolean') return unavailable(`the service gave no verdict (status ${status})`, field);
  if (answer['valid']) return undefined;
  return { field, ...(typeof answer['message'] === 'string' && answer['message'] !== '' && { message: answer['message'].slice(0, 500) }) };
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

function unavailable(reason: string, field: string | undefined): Finding {
  return { field, code: 'RULE_UNAVAILABLE', message: `The value could not be checked: ${reason}.` };
}
