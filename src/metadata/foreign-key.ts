import * as z from 'zod';
import type { CatalogField } from './catalog.ts';

/** What a field says of a record of another service, whose key it holds. */
export interface ForeignKey {
  readonly type: string;
  readonly key: string;
  readonly keyType?: 'ID' | 'String' | 'Int' | undefined;
  readonly as?: string | undefined;
}

export const graphqlName = (what: string) => z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, `is not the name of a ${what}`);

/** Keys of a definition that refers to a record of another service. */
export const foreignKeyShape = {
  type: graphqlName('type').describe('Its type there.'),
  key: graphqlName('field').describe('Field of its key, whose value is stored here.'),
  keyType: z.enum(['ID', 'String', 'Int']).optional().describe('Type of the key there: ID for `id`, String otherwise, by default.'),
  as: graphqlName('field').optional().describe('Name of the field that leads to it; the name of this field without the key by default.'),
} satisfies z.ZodRawShape;

export const keyTypeOf = ({ key, keyType }: ForeignKey): 'ID' | 'String' | 'Int' => keyType ?? (key === 'id' ? 'ID' : 'String');

const keyFamilies: Readonly<Record<string, readonly string[]>> = { ID: ['string', 'id', 'int'], String: ['string', 'id'], Int: ['int'] };

/** Whether values of the field can be the key. */
export function holdsKey(field: CatalogField, foreign: ForeignKey): boolean {
  const family = field.type.filters(field);
  return !field.multiple && family !== undefined && (keyFamilies[keyTypeOf(foreign)] ?? []).includes(family);
}

/** The field that leads to the record: `productSku` → `product`; where the name does not end with the key, the type tells: `Product` → `product`. */
export function foreignFieldName({ graphqlName: name }: CatalogField, { as, key, type }: ForeignKey): string {
  const suffix = `${key.charAt(0).toUpperCase()}${key.slice(1)}`;
  if (as !== undefined) return as;
  return name.endsWith(suffix) && name !== suffix ? name.slice(0, -suffix.length) : `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
}
