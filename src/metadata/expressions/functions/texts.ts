import type { Checked } from '../checked.ts';
import type { CallChecker, FunctionSpec } from '../functions.ts';
import { parsePattern } from '../pattern.ts';
import { boolean, number, text } from '../types.ts';
import { call, inGroup, many } from './spec.ts';

export const textFunctions: readonly FunctionSpec[] = inGroup('text', [
  { name: 'UPPER', aliases: ['TOUPPER', 'UPPERASCII'], signature: 'UPPER(text)', takes: [1, 1], description: 'In capitals.', check: (at) => call('upper', text, [at.text(0)]) },
  { name: 'LOWER', aliases: ['TOLOWER', 'LOWERASCII'], signature: 'LOWER(text)', takes: [1, 1], description: 'In small letters.', check: (at) => call('lower', text, [at.text(0)]) },
  { name: 'TRIM', signature: 'TRIM(text)', takes: [1, 1], description: 'Without spaces, tabs and line ends at both ends.', check: (at) => call('trim', text, [at.text(0)]) },
  {
    name: 'CONCAT', aliases: ['CONCATENATE'], signature: 'CONCAT(value, …)', takes: [1, many], description: 'All values as text, one behind the other; null is the empty text, as with `+` and `&` of texts.',
    check: (at) => at.args.map((_, index) => at.textOf(at.value(index), index)).reduce((left, right) => ({ kind: 'arithmetic', operator: 'concat', type: text, left, right }), { kind: 'constant', type: text, value: '' } as Checked),
  },
  {
    name: 'JOIN_NON_EMPTY', signature: 'JOIN_NON_EMPTY(separator, text, …)', takes: [2, many], description: 'The texts that are neither null nor empty, with the separator between them.',
    check: (at) => call('join', text, at.args.map((_, index) => at.textOf(at.value(index), index))),
  },
  { name: 'TEXT', aliases: ['STRING'], signature: 'TEXT(value)', takes: [1, 1], description: 'A number, date or option as text: `1.5`, `2026-03-31`.', check: (at) => at.textOf(at.value(0), 0) },
  {
    name: 'LEN', aliases: ['LENGTH', 'SIZE'], signature: 'LEN(text)', takes: [1, 1], description: 'Number of characters of a text or items of a list; 0 for null.',
    check(at) {
      const value = at.value(0);
      return value.type.kind === 'list' ? call('size', number, [value]) : call('length', number, [at.text(0)]);
    },
  },
  { name: 'LEFT', signature: 'LEFT(text, count)', takes: [2, 2], description: 'The first characters; null when `count` is less than 0.', check: (at) => call('left', text, [at.text(0), at.countFrom(1, 0)]) },
  { name: 'RIGHT', signature: 'RIGHT(text, count)', takes: [2, 2], description: 'The last characters; null when `count` is less than 0.', check: (at) => call('right', text, [at.text(0), at.countFrom(1, 0)]) },
  {
    name: 'MID', signature: 'MID(text, start, count)', takes: [3, 3], description: 'Characters from `start` on, counted from 1; null when `start` is less than 1, or `count` than 0.',
    check: (at) => call('mid', text, [at.text(0), at.countFrom(1, 1), at.countFrom(2, 0)]),
  },
  { name: 'SUBSTITUTE', aliases: ['REPLACE'], signature: 'SUBSTITUTE(text, old, new)', takes: [3, 3], description: 'With every `old` replaced; `old` and `new` are written texts.', check: (at) => call('replace', text, [at.text(0), written(at, 1), written(at, 2)]) },
  { name: 'FIND', signature: 'FIND(part, text)', takes: [2, 2], description: 'Where the part begins, counted from 1; 0 when it does not occur.', check: (at) => call('find', number, [at.text(0), at.text(1)]) },
  {
    name: 'CONTAINS', aliases: ['INCLUDES'], signature: 'CONTAINS(text, part)', takes: [2, 2], description: 'True when the part occurs in the text, or the value in the list; false for null.',
    check(at) {
      const value = at.value(0);
      return value.type.kind === 'list' ? at.contains(value, at.value(1), 1) : call('contains', boolean, [at.text(0), at.text(1)]);
    },
  },
  { name: 'STARTS_WITH', aliases: ['BEGINS'], signature: 'STARTS_WITH(text, part)', takes: [2, 2], description: 'True when the text begins with the part; false for null.', check: (at) => call('startsWith', boolean, [at.text(0), at.text(1)]) },
  { name: 'ENDS_WITH', signature: 'ENDS_WITH(text, part)', takes: [2, 2], description: 'True when the text ends with the part; false for null.', check: (at) => call('endsWith', boolean, [at.text(0), at.text(1)]) },
  { name: 'REGEX', signature: 'REGEX(text, pattern)', takes: [2, 2], description: 'True when the whole text matches the pattern; false for null.', check: (at) => call('matches', boolean, [at.text(0), patternOf(at, true)]) },
  { name: 'MATCHES', signature: 'MATCHES(text, pattern)', takes: [2, 2], description: 'True when a part of the text matches the pattern; false for null.', check: (at) => call('matches', boolean, [at.text(0), patternOf(at, false)]) },
]);

/** Short, so that replacing cannot make a text much longer than it was. */
function written(at: CallChecker, index: number): Checked {
  const value = at.literalText(index);
  if (value.length > 100) at.fail(index, 'at most 100 characters can be replaced, or put in their place');
  return { kind: 'constant', type: text, value };
}

function patternOf(at: CallChecker, whole: boolean): Checked {
  const source = at.literalText(1);
  const value = whole ? `^(?:${source})$` : source;
  const parsed = parsePattern(value);
  if ('problem' in parsed) at.fail(1, parsed.problem, 'Patterns have characters, classes, groups, | and the repetitions * + ? {n,m}.');
  return { kind: 'constant', type: text, value };
}
