import { createHmac } from 'node:crypto';
import { isEqual } from '../../kernel/compare-secrets.ts';
import type { OperationRequest } from './client.ts';
import { cookiePrefix } from './names.ts';

const names = [`__Secure-${cookiePrefix}.session_token`, `${cookiePrefix}.session_token`];

const pairsOf = (header: string | undefined): readonly string[] => header?.split(';').map((pair) => pair.trim()) ?? [];

const sentNames = (header: string | undefined): readonly string[] => names.filter((name) => pairsOf(header).some((pair) => pair.startsWith(`${name}=`)));

export const hasSessionCookie = (header: string | undefined): boolean => sentNames(header).length > 0;

/** The session token of a cookie that better-auth signed; undefined when there is none, or a forged one. */
export function sessionCookie(header: string | undefined, secret: string): string | undefined {
  const [name] = sentNames(header);
  const pair = name !== undefined && pairsOf(header).find((candidate) => candidate.startsWith(`${name}=`));
  return typeof pair === 'string' ? unsign(decode(pair.slice(pair.indexOf('=') + 1)), secret) : undefined;
}

/** What makes a browser forget the cookies of sessions that it sent. */
export const forgottenCookies = (header: string | undefined): readonly string[] =>
  sentNames(header).map((name) => `${name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax${name.startsWith('__Secure-') ? '; Secure' : ''}`);

/** Pages that may use cookies get the session as one, beside the token. Programs send no origin, and get none. */
export function keepInBrowser(request: OperationRequest | undefined, setCookies: readonly string[]): void {
  if (request?.fromTrustedPage === true) for (const cookie of setCookies) request.addResponseHeader('set-cookie', cookie);
}

/** A session that came as a cookie has ended. */
export function forgetInBrowser(request: OperationRequest | undefined): void {
  if (request?.header('authorization') === undefined) for (const cookie of forgottenCookies(request?.header('cookie'))) request?.addResponseHeader('set-cookie', cookie);
}

export function unsign(value: string, secret: string): string | undefined {
  const mark = value.lastIndexOf('.');
  if (mark < 1) return undefined;
  const token = value.slice(0, mark);
  const given = Buffer.from(value.slice(mark + 1), 'base64');
  const expected = createHmac('sha256', secret).update(token).digest();
  return isEqual(given, expected) ? token : undefined;
}

export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
