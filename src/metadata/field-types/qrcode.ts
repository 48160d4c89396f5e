import * as z from 'zod';
import { textKey } from './definition.ts';
import { textType } from './families.ts';
import { refuse, shown } from './problem.ts';
import { coerceText } from './text-values.ts';

/** The last digit of a GS1 number weighs the others 3 and 1 in turn, from the right. */
function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (const [index, digit] of [...digits].reverse().entries()) sum += Number(digit) * (index % 2 === 0 ? 1 : 3);
  return sum % 10 === 0;
}

const symbologies: ReadonlyMap<string, { readonly expected: string; test(text: string): boolean }> = new Map([
  ['qr', { expected: 'at most 2953 bytes', test: (text: string) => Buffer.byteLength(text) <= 2953 }],
  ['ean13', { expected: '13 digits with a correct check digit', test: (text: string) => /^\d{13}$/.test(text) && hasCheckDigit(text) }],
  ['ean8', { expected: '8 digits with a correct check digit', test: (text: string) => /^\d{8}$/.test(text) && hasCheckDigit(text) }],
  ['upca', { expected: '12 digits with a correct check digit', test: (text: string) => /^\d{12}$/.test(text) && hasCheckDigit(text) }],
  ['upce', { expected: '6 to 8 digits', test: (text: string) => /^\d{6,8}$/.test(text) }],
  ['code39', { expected: 'capital letters, digits and -.$/+% or spaces', test: (text: string) => /^[A-Z0-9 \-.$/+%]+$/.test(text) }],
  ['code128', { expected: 'ASCII characters', test: (text: string) => /^[\x01-\x7f]+$/.test(text) }],
]);

/** The content of the code; clients draw it. */
export const qrcode = textType({
  name: 'qrcode',
  description: 'The content of a QR code or bar code.',
  keys: {
    barcodeFormat: z.enum(['qr', 'ean13', 'ean8', 'code128', 'code39', 'upca', 'upce']).optional(),
    qrErrorCorrection: z.enum(['L', 'M', 'Q', 'H']).optional(),
    displayValue: z.boolean().optional(),
    allowScanning: z.boolean().optional(),
  },
  clientKeys: ['qrErrorCorrection', 'displayValue', 'allowScanning'],
  coerce(value, field) {
    const coerced = coerceText(value, field);
    if ('problem' in coerced) return coerced;
    const format = textKey(field, 'barcodeFormat') ?? 'qr';
    const symbology = symbologies.get(format);
    const fits = symbology === undefined || symbology.test(String(coerced.value));
    return fits ? coerced : refuse('BAD_FORMAT', `A ${format} code holds ${symbology.expected}, found ${shown(value)}.`);
  },
});
