import type { ColumnShape } from '../field-type.ts';

export const textColumn: ColumnShape = { pgType: 'text', castType: 'text', prismaType: 'String', prismaNative: undefined };
export const textListColumn: ColumnShape = { pgType: 'text[]', castType: 'text[]', prismaType: 'String[]', prismaNative: undefined };
export const uuidColumn: ColumnShape = { pgType: 'uuid', castType: 'uuid', prismaType: 'String', prismaNative: '@db.Uuid' };
export const booleanColumn: ColumnShape = { pgType: 'boolean', castType: 'boolean', prismaType: 'Boolean', prismaNative: undefined };
export const integerColumn: ColumnShape = { pgType: 'integer', castType: 'integer', prismaType: 'Int', prismaNative: undefined };
export const bigintColumn: ColumnShape = { pgType: 'bigint', castType: 'bigint', prismaType: 'BigInt', prismaNative: undefined };
export const doubleColumn: ColumnShape = { pgType: 'double precision', castType: 'double precision', prismaType: 'Float', prismaNative: undefined };
export const doubleListColumn: ColumnShape = { pgType: 'double precision[]', castType: 'double precision[]', prismaType: 'Float[]', prismaNative: undefined };
export const dateColumn: ColumnShape = { pgType: 'date', castType: 'date', prismaType: 'DateTime', prismaNative: '@db.Date' };
export const datetimeColumn: ColumnShape = { pgType: 'timestamptz(3)', castType: 'timestamptz', prismaType: 'DateTime', prismaNative: '@db.Timestamptz(3)' };
export const timeColumn: ColumnShape = { pgType: 'time(3)', castType: 'time', prismaType: 'DateTime', prismaNative: '@db.Time(3)' };
export const jsonColumn: ColumnShape = { pgType: 'jsonb', castType: 'jsonb', prismaType: 'Json', prismaNative: undefined };
/** Any number of digits, before and after the point. */
export const decimalColumn: ColumnShape = { pgType: 'numeric', castType: 'numeric', prismaType: 'Decimal', prismaNative: '@db.Decimal' };

export function numericColumn(precision: number, scale: number): ColumnShape {
  return {
    pgType: `numeric(${precision},${scale})`,
    castType: 'numeric',
    prismaType: 'Decimal',
    prismaNative: `@db.Decimal(${precision}, ${scale})`,
  };
}

/** A text as SQL literal, for the parts of a statement that come from definitions; values of clients are bound. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Longest entry of a `text[]`, in characters, so that every entry fits into a full-text index. */
export const maxWord = 500;

/** Entries of a `text[]` as one text. Only immutable functions may stand in an index, which array_to_string is not. */
export function wordsText(sql: string): string {
  return `array_to_tsvector(${sql})::text`;
}
