import { createHmac, randomBytes } from 'node:crypto';
import { isEqual } from './compare-secrets.ts';

/** Headers of Standard Webhooks (https://www.standardwebhooks.com). */
export const webhookHeaders = { id: 'webhook-id', timestamp: 'webhook-timestamp', signature: 'webhook-signature' } as const;

const prefix = 'whsec_';

export const createWebhookSecret = (): string => `${prefix}${randomBytes(32).toString('base64')}`;

/** What is wrong with a secret; undefined when it can sign. */
export function webhookSecretProblem(secret: string): string | undefined {
  if (secret.startsWith(prefix) && !/^[A-Za-z0-9+/]+={0,2}$/.test(secret.slice(prefix.length))) return 'a secret that begins with "whsec_" goes on in base64';
  return keyOf(secret).length < 16 ? 'a secret has 16 bytes or more' : undefined;
}

/** `webhook-…` headers for a message. Several secrets sign side by side, so that one can be replaced without a gap. */
export function signWebhook({ id, at, body, secrets }: { readonly id: string; readonly at: Date; readonly body: string; readonly secrets: readonly string[] }): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  return {
    [webhookHeaders.id]: id,
    [webhookHeaders.timestamp]: timestamp,
    ...(secrets.length > 0 && { [webhookHeaders.signature]: secrets.map((secret) => `v1,${signatureOf(`${id}.${timestamp}.${body}`, secret).toString('base64')}`).join(' ') }),
  };
}

export interface SignedMessage {
  header(name: string): string | undefined;
  readonly body: Buffer;
}

/** Why a message is not believed; `id` names one that is. */
export type Verification = { readonly id: string } | { readonly refused: string };

/** Whether a message was signed with the secret within so many seconds of `now`. Compares in constant time. */
export function verifyWebhook({ header, body }: SignedMessage, { secret, tolerance, now }: { readonly secret: string; readonly tolerance: number; readonly now: Date }): Verification {
  const [id, timestamp, signatures] = [header(webhookHeaders.id), header(webhookHeaders.timestamp), header(webhookHeaders.signature)];
  if (id === undefined || timestamp === undefined || signatures === undefined || !/^\d{1,12}$/.test(timestamp) || id.length > 200) return { refused: `the headers ${Object.values(webhookHeaders).join(', ')} are expected` };
  const expected = signatureOf(Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]), secret);
  const signed = signatures.split(' ').map((one) => one.startsWith('v1,') && isEqual(Buffer.from(one.slice(3), 'base64'), expected));
  if (!signed.includes(true)) return { refused: 'the signature does not fit' };
  return Math.abs(now.getTime() / 1000 - Number(timestamp)) > tolerance ? { refused: `the message is not from within ${tolerance} seconds` } : { id };
}

/** Hash of a body as GitHub and others send it: `sha256=` and hexadecimal digits. */
export function verifyBodyHash(value: string | undefined, body: Buffer, secret: string): boolean {
  const expected = createHmac('sha256', secret).update(body).digest();
  return value !== undefined && isEqual(Buffer.from(value.replace(/^sha256=/, ''), 'hex'), expected);
}

const signatureOf = (content: string | Buffer, secret: string): Buffer => createHmac('sha256', keyOf(secret)).update(content).digest();

const keyOf = (secret: string): Buffer => (secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), 'base64') : Buffer.from(secret));
