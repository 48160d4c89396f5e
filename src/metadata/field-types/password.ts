import { randomBytes, scrypt, scryptSync, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { CatalogField } from '../catalog.ts';
import type { Coerced } from '../field-type.ts';
import { textType } from './families.ts';
import { mask, maskedJson } from './masking.ts';
import { accept, refuse } from './problem.ts';
import { coerceText } from './text-values.ts';

const cost = { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 };
const keyLength = 32;
const derive: (password: string, salt: Buffer, length: number, options: typeof cost) => Promise<Buffer> = promisify(scrypt);

function encode(salt: Buffer, hash: Buffer): string {
  return `$scrypt$ln=${Math.log2(cost.N)},r=${cost.r},p=${cost.p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

function accepted(value: unknown, field: CatalogField): Coerced {
  if (value === mask) return refuse('MASKED_VALUE', 'This is the mask shown in place of the password; leave the entry out to keep the stored one.');
  return value === '' ? refuse('TOO_SHORT', 'A password is not empty; null removes it.') : coerceText(value, field);
}

/** Kept as a scrypt hash: nobody can read it back, `verifyPassword` compares. */
export const password = textType({
  name: 'password',
  description: 'A password; only its hash is kept, and it is never shown.',
  long: true,
  confidential: true,
  shown: false,
  json: maskedJson,
  coerce(value, field) {
    const plain = accepted(value, field);
    if ('problem' in plain) return plain;
    const salt = randomBytes(16);
    return accept(encode(salt, scryptSync(String(plain.value).normalize('NFKC'), salt, keyLength, cost)));
  },
  async coerceAsync(value, field) {
    const plain = accepted(value, field);
    if ('problem' in plain) return plain;
    const salt = randomBytes(16);
    return accept(encode(salt, await derive(String(plain.value).normalize('NFKC'), salt, keyLength, cost)));
  },
});

const stored = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]+)\$([\w-]+)$/;

/** Whether `text` is the password behind a stored hash. */
export async function verifyPassword(text: string, hash: string): Promise<boolean> {
  const match = stored.exec(hash);
  if (match === null) return false;
  const [ln, r, p] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const expected = Buffer.from(match[5] ?? '', 'base64url');
  const options = { N: 2 ** ln, r, p, maxmem: 256 * r * 2 ** ln };
  const found = await derive(text.normalize('NFKC'), Buffer.from(match[4] ?? '', 'base64url'), expected.length, options);
  return timingSafeEqual(found, expected);
}
