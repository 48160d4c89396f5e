import { fileTypeFromFile } from 'file-type';
import { mediaTypeOf } from '../../../metadata/field-types/media-types.ts';

export const unknownType = 'application/octet-stream';

/** Types that are found in contents and stand for several that names tell apart. */
const families: readonly (readonly [found: RegExp, named: RegExp])[] = [
  [/^application\/zip$/, /openxmlformats/],
  [/^application\/x-cfb$/, /^application\/(msword|vnd\.ms-(excel|powerpoint))$/],
  [/^application\/xml$/, /^(image\/svg\+xml|text\/.*)$/],
  [/^(video|audio)\/(mp4|quicktime|x-m4[av])$/, /^(video|audio)\/(mp4|quicktime)$/],
  [/^(video|audio|application)\/(ogg|opus)$/, /^audio\/ogg$/],
  [/^video\/(webm|matroska|x-matroska)$/, /^video\/webm$/],
];

/** Types without marks in the contents by which they could be told. */
const isPlain = (type: string): boolean => /^(text\/|application\/json$|image\/svg\+xml$)/.test(type);

export type FoundType = { readonly mimeType: string } | { readonly problem: string };

/** The media type of a file by its contents, which must fit its name. `head` is how it begins. */
export async function findMediaType(path: string, name: string, head: Buffer): Promise<FoundType> {
  const named = mediaTypeOf(name);
  const found = (await fileTypeFromFile(path))?.mime ?? (isText(head) ? undefined : unknownType);
  if (found === undefined) return named === undefined || isPlain(named) ? { mimeType: named ?? 'text/plain' } : mismatch(name, named, 'text');
  if (named === undefined || named === found) return { mimeType: found };
  return families.some(([family, member]) => family.test(found) && member.test(named)) ? { mimeType: named } : mismatch(name, named, found === unknownType ? 'something else' : found);
}

const mismatch = (name: string, named: string, found: string): FoundType => ({ problem: `${name} is named like ${named}, its contents are ${found}.` });

/** UTF-8 without control characters, as far as the beginning tells. */
function isText(head: Buffer): boolean {
  if (/[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(head.toString('latin1'))) return false;
  try {
    // The end may cut a character in two.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
