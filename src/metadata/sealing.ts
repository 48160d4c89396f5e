import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { StartupError } from '../errors.ts';

/** Keys of this process: the first seals, all of them open. */
let keys: readonly { readonly id: string; readonly key: Buffer }[] = [];

/**
 * Sets the key (32 bytes) that secrets are sealed under; `undefined` removes it. `older` keys still open what was sealed
 * under them, so that a key can be replaced.
 */
export function setSealingKey(key: Buffer | undefined, older: readonly Buffer[] = []): void {
  keys = (key === undefined ? [] : [key, ...older]).map((bytes) => {
    if (bytes.length !== 32) throw new StartupError(`A sealing key has 32 bytes, this one has ${bytes.length}.`);
    return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), key: Buffer.from(bytes) };
  });
}

/** The key that `OBJECTOS_SECRET_KEY` holds: 32 bytes as base64 or as 64 hexadecimal digits. */
export function parseSealingKey(text: string): Buffer {
  const trimmed = text.trim();
  const key = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64');
  if (key.length === 32) return key;
  throw new StartupError('OBJECTOS_SECRET_KEY must hold 32 bytes as base64 or hexadecimal digits. Make one with: openssl rand -base64 32');
}

export function hasSealingKey(): boolean {
  return keys.length > 0;
}

/**
 * Encrypts with AES-256-GCM. `purpose` (such as `account.api_key`) is bound to the result, so that a sealed value moved to
 * another field does not open. Throws without a key.
 */
export function seal(text: string, purpose: string): string {
  const current = currentKey();
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', current.key, iv).setAAD(Buffer.from(purpose));
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return ['sealed', 'v1', current.id, iv.toString('base64url'), cipher.getAuthTag().toString('base64url'), data.toString('base64url')].join(':');
}

/** Another key of 32 bytes, made of the one that seals; it tells nothing about that one. Throws without a key. */
export function derivedKey(purpose: string): Buffer {
  return createHmac('sha256', currentKey().key).update(purpose).digest();
}

function currentKey(): { readonly id: string; readonly key: Buffer } {
  const [current] = keys;
  if (current === undefined) throw new StartupError('No sealing key is set. Set OBJECTOS_SECRET_KEY to 32 bytes as base64: openssl rand -base64 32');
  return current;
}

/** The text that was sealed for `purpose`. Throws when the value was changed, or sealed under a key that is not set. */
export function unseal(sealed: string, purpose: string): string {
  const [kind, version, id, iv, tag, data] = sealed.split(':');
  if (kind !== 'sealed' || version !== 'v1' || iv === undefined || tag === undefined || data === undefined) throw new Error(`The value of ${purpose} is not sealed.`);
  const found = keys.find((key) => key.id === id);
  if (found === undefined) throw new Error(`The value of ${purpose} was sealed under the key ${String(id)}, which is not set.`);
  const decipher = createDecipheriv('aes-256-gcm', found.key, Buffer.from(iv, 'base64url'), { authTagLength: 16 }).setAAD(Buffer.from(purpose)).setAuthTag(Buffer.from(tag, 'base64url'));
  return Buffer.concat([decipher.update(Buffer.from(data, 'base64url')), decipher.final()]).toString('utf8');
}
