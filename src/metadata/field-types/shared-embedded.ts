import type { FieldType, SubfieldDeclaration } from '../field-type.ts';
import { jsonColumn } from './columns.ts';
import type { TypeParts } from './define.ts';
import { defineType } from './define.ts';
import { isRecord } from './definition.ts';
import { coerceNumber } from './numbers.ts';
import { below, refuse, wrongType } from './problem.ts';
import { isStorableText } from './text-values.ts';

/** A jsonb value with sub-fields of the platform's own: one GraphQL type for all fields of the type. `plural`: `multiple: true` makes it a list. */
export function sharedEmbeddedType(
  parts: Partial<TypeParts> & Pick<TypeParts, 'name' | 'description' | 'coerce'> & { readonly typeName: string; readonly subfields: readonly SubfieldDeclaration[]; readonly plural?: boolean },
): FieldType {
  const { typeName, plural = false, ...rest } = parts;
  return defineType({
    column: () => jsonColumn,
    graphql: (field) => (plural && field.multiple ? { kind: 'embedded', typeName, list: true } : { kind: 'embedded', typeName }),
    filters: () => 'json',
    ...rest,
  });
}

/** Reads texts and numbers of an embedded value by declaration, other spellings included; anything unknown is refused. */
export function readSubfields(
  value: unknown,
  subfields: readonly SubfieldDeclaration[],
  spellings: ReadonlyMap<string, string> = new Map(),
): { readonly object: Readonly<Record<string, string | number>> } | ReturnType<typeof refuse> {
  if (!isRecord(value) || value instanceof Date) return wrongType('an object', value);
  const object: Record<string, string | number> = {};
  for (const [key, item] of Object.entries(value)) {
    const subfield = subfields.find(({ name }) => name === (spellings.get(key) ?? key));
    if (subfield === undefined) return refuse('UNKNOWN_KEY', `${JSON.stringify(key)} is not accepted here; there are ${subfields.map(({ name }) => name).join(', ')}.`);
    if (item === null || item === undefined) continue;
    if (subfield.type === 'number') {
      const number = coerceNumber(item, { kind: 'double' }, {});
      if ('problem' in number) return below(key, number);
      object[subfield.name] = Number(number.value);
    } else {
      if (typeof item !== 'string') return below(key, wrongType('a text', item));
      if (!isStorableText(item)) return below(key, refuse('BAD_FORMAT', 'The text holds a character that cannot be stored.'));
      object[subfield.name] = item;
    }
  }
  return { object };
}
