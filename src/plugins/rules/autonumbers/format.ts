import type { CatalogField } from '../../../metadata/catalog.ts';
import { numberKey, textKey } from '../../../metadata/field-types/definition.ts';
import { wallTime } from '../../../resolvers/expressions/time-zone.ts';

export type DateToken = 'YYYY' | 'YY' | 'MM' | 'DD' | 'YYYYMMDD';
type Piece = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'date'; readonly token: DateToken } | { readonly kind: 'field'; readonly field: string };

/** How the numbers of a field look: what stands before and after the counter. */
export interface NumberFormat {
  readonly before: readonly Piece[];
  readonly after: readonly Piece[];
  /** Least number of digits. */
  readonly width: number;
  readonly start: number;
}

const dateTokens: ReadonlySet<string> = new Set<DateToken>(['YYYY', 'YY', 'MM', 'DD', 'YYYYMMDD']);

/** `INV-{YYYY}-{0000}`; without a counter the bare number comes last. */
export function parseNumberFormat(field: CatalogField): NumberFormat {
  const before: Piece[] = [];
  const after: Piece[] = [];
  let width: number | undefined;
  for (const [whole, token] of (textKey(field, 'autonumberFormat') ?? '').matchAll(/\{([^{}]*)\}|[^{}]+/g)) {
    const pieces = width === undefined ? before : after;
    if (token === undefined) pieces.push({ kind: 'text', text: whole });
    else if (/^0+$/.test(token)) width = token.length;
    else if (dateTokens.has(token)) pieces.push({ kind: 'date', token: token as DateToken });
    else pieces.push({ kind: 'field', field: token });
  }
  return { before, after, width: width ?? 1, start: numberKey(field, 'startNumber') ?? 1 };
}

export function fieldsOf({ before, after }: NumberFormat): readonly string[] {
  return [...new Set([...before, ...after].flatMap((piece) => (piece.kind === 'field' ? [piece.field] : [])))];
}

/** Days are those of the time zone. */
export function renderPieces(pieces: readonly Piece[], record: Readonly<Record<string, unknown>>, instant: Date, timeZone: string): string {
  return pieces.map((piece) => (piece.kind === 'text' ? piece.text : piece.kind === 'date' ? renderDate(piece.token, instant, timeZone) : String(record[piece.field]))).join('');
}

function renderDate(token: DateToken, instant: Date, timeZone: string): string {
  const [year = '', month = '', day = ''] = new Date(wallTime(instant.getTime(), timeZone)).toISOString().slice(0, 10).split('-');
  switch (token) {
    case 'YYYY': return year;
    case 'YY': return year.slice(-2);
    case 'MM': return month;
    case 'DD': return day;
    case 'YYYYMMDD': return `${year}${month}${day}`;
  }
}

/** The parts of a number that was made elsewhere; undefined when it does not follow the format. */
export function splitNumber({ before, after }: NumberFormat, number: string, record: Readonly<Record<string, unknown>>): { readonly before: string; readonly value: string } | undefined {
  const pattern = (pieces: readonly Piece[]): string => pieces.map((piece) => (piece.kind === 'date' ? `\\d{${piece.token.length}}` : escape(piece.kind === 'text' ? piece.text : String(record[piece.field])))).join('');
  const [, prefix, value] = new RegExp(`^(${pattern(before)})(\\d{1,18})${pattern(after)}$`, 's').exec(number) ?? [];
  return prefix === undefined || value === undefined ? undefined : { before: prefix, value };
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
