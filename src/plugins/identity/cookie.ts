import { createHmac, timingSafeEqual } from 'node:crypto';
import { cookiePrefix } from './names.ts';

const names = [`__Secure-${cookiePrefix}.session_token`, `${cookiePrefix}.session_token`];

/** The session token of a cookie that better-auth signed; undefined when there is none, or a forged one. */
export function sessionCookie(header: string | undefined, secret: string): string | undefined {
  if (header === undefined) return undefined;
  const pairs = header.split(';').map((pair) => pair.trim());
  for (const name of names) {
    const pair = pairs.find((candidate) => candidate.startsWith(`${name}=`));
    if (pair === undefined) continue;
    return unsign(decode(pair.slice(name.length + 1)), secret);
  }
  return undefined;
}

export const hasSessionCookie = (header: string | undefined): boolean => header !== undefined && names.some((name) => header.includes(`${name}=`));

export function unsign(value: string, secret: string): string | undefined {
  const mark = value.lastIndexOf('.');
  if (mark < 1) return undefined;
  const token = value.slice(0, mark);
  const given = Buffer.from(value.slice(mark + 1), 'base64');
  const expected = createHmac('sha256', secret).update(token).digest();
  return given.length === expected.length && timingSafeEqual(given, expected) ? token : undefined;
}

export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
