import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { ObjectosError } from '../../../errors.ts';
import { isSecret } from '../../../kernel/compare-secrets.ts';
import type { PluginContext } from '../../../kernel/lifecycle.ts';
import { LiquidProblem } from '../../../kernel/liquid.ts';
import { verifyBodyHash, verifyWebhook } from '../../../kernel/webhook-signature.ts';
import { toInputValue } from '../../../resolvers/write/authored-values.ts';
import type { Runtime } from '../../../resolvers/runtime.ts';
import { receiptTable } from '../objects.ts';
import { contextOf } from '../run-as.ts';
import type { Receiver, ReceiverAction, ReceiverCheck } from './receiver.ts';

export interface ReceiveTools extends Pick<PluginContext, 'services' | 'events' | 'log'> {
  readonly runtime: Runtime;
  readonly maxBodyBytes: number;
}

/** Takes one message: refuses what it does not believe, and acts on each message once. */
export async function receive(receiver: Receiver, node: IncomingMessage, response: ServerResponse, url: URL, tools: ReceiveTools): Promise<void> {
  const body = await readBody(node, tools.maxBodyBytes);
  const header = (name: string): string | undefined => {
    const value = node.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  const id = believe(receiver.check, header, body, node.socket.remoteAddress);
  const values: Message = { payload: parse(body, header('content-type')), headers: safeHeaders(node), query: Object.fromEntries(url.searchParams) };
  const { database } = tools.runtime;
  const duplicate = await database.transaction(async () => {
    if (id !== undefined) {
      const { count } = await database.query({ text: `INSERT INTO "${receiptTable}" ("receiver", "message_id", "at") VALUES ($1, $2, now()) ON CONFLICT DO NOTHING`, values: [receiver.name, id] });
      if (count === 0) return true;
    }
    await act(receiver, values, id, tools);
    return false;
  });
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify({ accepted: true, duplicate }));
}

/** Answers what stands for the message, where something does. */
function believe(check: ReceiverCheck, header: (name: string) => string | undefined, body: Buffer, address: string | undefined): string | undefined {
  switch (check.kind) {
    case 'none':
      return header('webhook-id');
    case 'standard': {
      const found = verifyWebhook({ header, body }, { secret: check.secret(), tolerance: check.tolerance, now: new Date() });
      if ('refused' in found) throw new ObjectosError('UNAUTHENTICATED', `The message is refused: ${found.refused}.`);
      return found.id;
    }
    case 'hash':
      if (!verifyBodyHash(header(check.header), body, check.secret())) throw new ObjectosError('UNAUTHENTICATED', 'The message is refused: the signature does not fit.');
      return check.idHeader === undefined ? undefined : header(check.idHeader)?.slice(0, 200);
    case 'token':
      if (!isSecret((header(check.header) ?? '').replace(/^Bearer /i, ''), check.secret())) throw new ObjectosError('UNAUTHENTICATED', 'The message is refused: the token does not fit.');
      return header('webhook-id')?.slice(0, 200);
    case 'addresses': {
      const plain = (address ?? '').replace(/^::ffff:(?=\d+\.)/, '');
      const version = isIP(plain);
      if (version === 0 || !check.list.check(plain, version === 4 ? 'ipv4' : 'ipv6')) throw new ObjectosError('FORBIDDEN', 'Messages from this address are refused.');
      return header('webhook-id')?.slice(0, 200);
    }
  }
}

interface Message {
  readonly payload: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
}

async function act({ name, action }: Receiver, values: Message, id: string | undefined, tools: ReceiveTools): Promise<void> {
  if (action.kind === 'record') return writeRecord(name, action, { ...values }, tools);
  if (action.kind === 'rule') return void (await tools.services.get('automation').start(action.name, values));
  const { payload } = values;
  const log = tools.services.find('eventLog');
  if (log) await log.publish(action.name, payload, { source: `receiver ${name}`, ...(id !== undefined && { key: `receiver ${name} ${id}` }) });
  else tools.runtime.database.afterCommit(() => tools.events.emit(action.name, payload, { source: `receiver ${name}` }));
}

async function writeRecord(receiver: string, { object, upsertBy, values, runAs }: Extract<ReceiverAction, { kind: 'record' }>, scope: Readonly<Record<string, unknown>>, tools: ReceiveTools): Promise<void> {
  const { runtime, log } = tools;
  const input: Record<string, unknown> = {};
  const refuse = (message: string): never => {
    throw new ObjectosError('VALIDATION_FAILED', message);
  };
  for (const { field, value } of values) {
    try {
      const found = await value.of({ values: scope });
      input[field.graphqlName] = toInputValue(found === undefined ? null : found, field, refuse);
    } catch (error) {
      if (!(error instanceof LiquidProblem)) throw error;
      log.warn({ err: error, receiver }, `The receiver ${receiver} could not fill ${field.name}.`);
      refuse(`The value of ${field.graphqlName} could not be made from the message.`);
    }
  }
  const context = runAs.kind === 'system' ? runtime.systemContext() : await contextOf(runAs, undefined, tools);
  if (!context) throw new Error(`The user as whom the receiver ${receiver} runs is not there, or may not sign in.`);
  await runtime.writer.write({ object: object.name, options: {}, ...(upsertBy === undefined ? { operation: 'create', input } : { operation: 'upsert', by: upsertBy, input }) }, context);
}

async function readBody(node: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of node as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw new ObjectosError('PAYLOAD_TOO_LARGE', 'The body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** JSON, or the fields of a form. */
function parse(body: Buffer, type = 'application/json'): unknown {
  const text = body.toString('utf8');
  if (/^application\/x-www-form-urlencoded/i.test(type)) return Object.fromEntries(new URLSearchParams(text));
  try {
    return text === '' ? null : (JSON.parse(text) as unknown);
  } catch (error) {
    throw new ObjectosError('BAD_REQUEST', 'The body is not JSON.', { cause: error });
  }
}

/** Without what proves who sends. */
function safeHeaders({ headers }: IncomingMessage): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(authorization|cookie|webhook-signature)$|token|secret|signature/i.test(name)));
}
