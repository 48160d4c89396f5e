import { hasSealingKey, seal } from '../sealing.ts';
import { textType } from './families.ts';
import { mask, maskedJson } from './masking.ts';
import { accept, refuse } from './problem.ts';
import { coerceText } from './text-values.ts';

/** Kept sealed under the platform's key; server code opens it with `unseal(stored, 'object.field')`. */
export const secret = textType({
  name: 'secret',
  description: 'A text kept encrypted, such as an API key; it is never shown.',
  long: true,
  confidential: true,
  sealed: true,
  shown: false,
  json: maskedJson,
  coerce(value, field) {
    if (value === mask) return refuse('MASKED_VALUE', 'This is the mask shown in place of the secret; leave the entry out to keep the stored one.');
    const plain = coerceText(value, field);
    if ('problem' in plain) return plain;
    if (!hasSealingKey()) return refuse('NO_KEY', 'Secrets cannot be stored: the server has no key. Set OBJECTOS_SECRET_KEY to 32 bytes as base64.');
    return accept(seal(String(plain.value), `${field.object}.${field.name}`));
  },
});
