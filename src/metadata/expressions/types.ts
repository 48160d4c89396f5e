import type { CatalogField, CatalogOption } from '../catalog.ts';
import type { FilterFamily } from '../field-type.ts';

/**
 * Type of an expression. Every value may be null. Numbers are exact decimals whatever their column is; a list holds no nulls; a
 * record is what a lookup leads to, and counts as its id where a value is wanted.
 */
export type ExpressionType =
  | { readonly kind: 'number' | 'boolean' | 'date' | 'datetime' | 'time' | 'id' | 'json' | 'null' }
  /** `options`: the value of a select field. */
  | { readonly kind: 'text'; readonly options?: OptionsOf }
  | { readonly kind: 'list'; readonly of: ExpressionType }
  | { readonly kind: 'record'; readonly object: string }
  /** Known only when it runs: attributes of the caller, variables without a type. It takes the type that its use asks for. */
  | { readonly kind: 'any' };

export interface OptionsOf {
  /** `account.status` */
  readonly subject: string;
  readonly options: readonly CatalogOption[];
}

export const number: ExpressionType = { kind: 'number' };
export const text: ExpressionType = { kind: 'text' };
export const boolean: ExpressionType = { kind: 'boolean' };
export const date: ExpressionType = { kind: 'date' };
export const datetime: ExpressionType = { kind: 'datetime' };
export const time: ExpressionType = { kind: 'time' };
export const id: ExpressionType = { kind: 'id' };
export const nothing: ExpressionType = { kind: 'null' };
export const any: ExpressionType = { kind: 'any' };
export const listOf = (of: ExpressionType): ExpressionType => ({ kind: 'list', of });

/** What expressions take the values of a field for. */
export const familyRead = (field: CatalogField): FilterFamily | undefined => (field.type.external ?? field.type.filters)(field);

/** Type of a field's value; undefined when expressions cannot read it. */
export function fieldType(field: CatalogField): ExpressionType | undefined {
  if (field.internal || field.type.confidential === true) return undefined;
  const options = { subject: `${field.object}.${field.name}`, options: field.options };
  switch (familyRead(field)) {
    case 'id': return id;
    case 'string': return text;
    case 'int': case 'float': case 'decimal': return number;
    case 'boolean': return boolean;
    case 'date': return date;
    case 'datetime': return datetime;
    case 'time': return time;
    case 'enum': return { kind: 'text', options };
    case 'enumList': return listOf({ kind: 'text', options });
    case 'stringList': return listOf(text);
    case 'json': return { kind: 'json' };
    case undefined: return undefined;
  }
}

export function describeType(type: ExpressionType): string {
  switch (type.kind) {
    case 'null': return 'null';
    case 'any': return 'a value of unknown type';
    case 'json': return 'JSON';
    case 'id': return 'an id';
    case 'text': return type.options ? `an option of ${type.options.subject}` : 'text';
    case 'list': return `a list of ${type.of.kind === 'text' ? 'texts' : `${type.of.kind}s`}`;
    case 'record': return `a record of ${type.object}`;
    case 'datetime': return 'a point in time';
    default: return `a ${type.kind}`;
  }
}
