/** A format that definitions may name instead of writing a regular expression. */
export interface NamedFormat {
  readonly expected: string;
  test(text: string): boolean;
}

const emailExpression = /^[a-z0-9.!#$%&'*+/=?^_`{|}~\u0080-\uffff-]+@[a-z0-9\u0080-\uffff](?:[a-z0-9\u0080-\uffff-]{0,61}[a-z0-9\u0080-\uffff])?(?:\.[a-z0-9\u0080-\uffff](?:[a-z0-9\u0080-\uffff-]{0,61}[a-z0-9\u0080-\uffff])?)*$/i;

/** The form that browsers accept in an email input, international addresses included. */
export function isEmail(text: string): boolean {
  return text.length <= 254 && emailExpression.test(text);
}

const urlProtocols = new Set(['http:', 'https:', 'ftp:']);

/** An absolute URL of the web. Others (`javascript:`, `data:`) are refused, since clients make links of them. */
export function isUrl(text: string): boolean {
  if (/\s/.test(text) || !URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return urlProtocols.has(protocol) && hostname !== '';
}

const phoneExpression = /^\+?[0-9 ().\-/]+(?:\s*(?:x|ext\.?|#)\s*[0-9]{1,6})?$/i;

/** 3 to 20 digits with the usual separators, with or without country code and extension. */
export function isPhone(text: string): boolean {
  if (text.length > 40 || !phoneExpression.test(text)) return false;
  const digits = text.replaceAll(/[^0-9]/g, '').length;
  return digits >= 3 && digits <= 20;
}

const uuidExpression = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuidExpression.test(text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export const namedFormats: ReadonlyMap<string, NamedFormat> = new Map([
  ['email', { expected: 'an email address such as ada@example.com', test: isEmail }],
  ['url', { expected: 'an absolute URL such as https://example.com', test: isUrl }],
  ['phone', { expected: 'a phone number such as +44 20 7946 0018', test: isPhone }],
  ['uuid', { expected: 'a UUID', test: isUuid }],
  ['slug', { expected: 'a slug of lower-case letters, digits and hyphens', test: (text: string) => /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text) }],
  ['json', { expected: 'a JSON document', test: isJson }],
]);
