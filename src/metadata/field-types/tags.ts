import { maxWord, textListColumn, wordsText } from './columns.ts';
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
  searchText: wordsText,
  check: checkText,
  coerce(value, field) {
    const coerced = coerceList(value, (item) => {
      const tag = coerceText(typeof item === 'string' ? item.trim() : item, field);
      if ('problem' in tag) return tag;
      const { length } = String(tag.value);
      if (length === 0) return refuse('TOO_SHORT', 'A tag is empty.');
      return length > maxWord ? refuse('TOO_LONG', `A tag has at most ${maxWord} characters, found ${length}.`) : tag;
    });
    return 'problem' in coerced ? coerced : accept([...new Set(coerced.values)]);
  },
});
