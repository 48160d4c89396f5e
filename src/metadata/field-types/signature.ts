import { textColumn } from './columns.ts';
import { defineType } from './define.ts';
import { isUrl } from './formats.ts';
import { accept, refuse, wrongType } from './problem.ts';

const maxLength = 1_000_000;
const dataUrl = /^data:image\/(?:png|jpeg|svg\+xml|webp);base64,[A-Za-z0-9+/]+={0,2}$/;

/** The picture of a signature as a data URL, or its address. */
export const signature = defineType({
  name: 'signature',
  description: 'A drawn signature: an image as data URL, or its address.',
  column: () => textColumn,
  graphql: () => ({ kind: 'scalar', scalar: 'String' }),
  filters: () => undefined,
  coerce(value) {
    if (typeof value !== 'string') return wrongType('an image as data URL', value);
    const text = value.trim();
    if (text.length > maxLength) return refuse('TOO_LONG', `A signature has at most ${maxLength} characters, found ${text.length}.`);
    return dataUrl.test(text) || isUrl(text) ? accept(text) : refuse('BAD_FORMAT', 'Expected an image as data URL (data:image/png;base64,…) or an absolute URL.');
  },
});
