import { textListColumn } from './columns.ts';
import { defineType } from './define.ts';
import { lengthKeys } from './definition.ts';
import { accept, coerceList, refuse } from './problem.ts';
import { checkText, coerceText } from './text-values.ts';

/** Free words in the order given, each once. Lengths and format apply to each. */
export const tags = defineType({
  name: 'tags',
  description: 'A list of free words.',
  keys: lengthKeys,
  column: () => textListColumn,
  graphql: () => ({ kind: 'scalar', scalar: 'String', list: true }),
  filters: () => 'stringList',
  searchText: (sql) => `array_to_string(${sql}, ' ')`,
  check: checkText,
  coerce(value, field) {
    const coerced = coerceList(value, (item) => {
      const tag = coerceText(typeof item === 'string' ? item.trim() : item, field);
      return 'value' in tag && tag.value === '' ? refuse('TOO_SHORT', 'A tag is empty.') : tag;
    });
    return 'problem' in coerced ? coerced : accept([...new Set(coerced.values)]);
  },
});
