import { ExpressionError, type Span } from './expression.ts';
import { hintOnSign } from './foreign-signs.ts';

export interface Token extends Span {
  readonly kind: 'name' | 'text' | 'number' | 'sign' | 'end';
  /** Of a text its value, of everything else what is written. */
  readonly text: string;
}

const pattern =
  /(?<space>(?:\s|\/\/[^\n]*)+)|(?<raw>[rR](?:'[^'\n]*'|"[^"\n]*"))|(?<text>'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*")|(?<number>(?:0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)[uU]?(?![\w]))|(?<name>\$?[A-Za-z_]\w*)|(?<sign>\|\||&&|==|!=|<>|<=|>=|[-+*/%&=<>!()[\]{},.:?])/y;

/** Splits the source; the last token is the end. */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < source.length) {
    const offset = pattern.lastIndex;
    const { groups } = pattern.exec(source) ?? {};
    if (!groups) throw unreadable(source, offset);
    const [kind, found] = Object.entries(groups).find(([, value]) => value !== undefined) as [string, string];
    const span = { offset, length: found.length };
    if (kind === 'space') continue;
    if (kind === 'raw') tokens.push({ kind: 'text', text: found.slice(2, -1), ...span });
    else if (kind === 'text') tokens.push({ kind: 'text', text: unquote(found, offset), ...span });
    else if (kind === 'number') tokens.push({ kind: 'number', text: found.replace(/[uU]$/, ''), ...span });
    else tokens.push({ kind: kind as 'name' | 'sign', text: found, ...span });
  }
  return [...tokens, { kind: 'end', text: '', offset: source.length, length: 1 }];
}

function unreadable(source: string, offset: number): ExpressionError {
  const char = source[offset] ?? '';
  if (char === '"' || char === "'") return new ExpressionError('the text is not closed', { offset, length: source.length - offset }, `Close it with ${char}.`);
  if (/\d/.test(char)) {
    const length = /^[\w.]+/.exec(source.slice(offset))?.[0].length ?? 1;
    return new ExpressionError('this is no number', { offset, length }, 'A name cannot begin with a digit.');
  }
  const found = String.fromCodePoint(source.codePointAt(offset) ?? 0);
  return new ExpressionError(`"${found}" has no meaning here`, { offset, length: found.length }, hintOnSign(found));
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', '\\': '\\', "'": "'", '"': '"', '`': '`', '?': '?', '/': '/' };

/** The quote is doubled or escaped; escapes are those of CEL. */
function unquote(written: string, offset: number): string {
  const quote = written[0] as string;
  const inner = written.slice(1, -1).replaceAll(`${quote}${quote}`, `\\${quote}`);
  const value = inner.replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([\s\S]))/g, (whole, short?: string, long?: string, byte?: string, char = '') => {
    const code = short ?? long ?? byte;
    const read = code === undefined ? escapes[char] : codePoint(Number.parseInt(code, 16));
    if (read === undefined) throw new ExpressionError(`the text has the unknown escape ${whole}`, { offset, length: written.length }, 'Write \\\\ for a backslash, or r"…" for a text without escapes.');
    return read;
  });
  if (value.includes('\0')) throw new ExpressionError('a text cannot hold the character U+0000', { offset, length: written.length });
  return value;
}

function codePoint(code: number): string | undefined {
  return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? undefined : String.fromCodePoint(code);
}
