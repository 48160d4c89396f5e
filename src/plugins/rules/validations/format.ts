import { parsePattern } from '../../../metadata/expressions/pattern.ts';
import { namedFormats } from '../../../metadata/field-types/formats.ts';
import { compilePattern } from '../../../resolvers/expressions/automaton.ts';
import type { CompileCheck } from './rule.ts';

/** The form of a text. What is empty is right: whether there must be a value says `required`. */
export const compileFormat: CompileCheck = ({ definition: { field: name = '', regex, format }, report, field: fieldNamed }) => {
  const field = fieldNamed(name, ['field']);
  const tests: ((text: string) => boolean)[] = [];
  if (regex === undefined && format === undefined) report('error', [], 'a format rule needs "regex" or "format"');
  if (regex !== undefined) {
    const parsed = parsePattern(regex);
    if ('pattern' in parsed) tests.push(compilePattern(parsed.pattern));
    else report('error', ['regex'], `the regular expression cannot be used: ${parsed.problem}`, 'Accepted are characters, classes, groups, alternatives, repetition, ^ and $, as in RE2: every text is tested in linear time.');
  }
  const named = format === undefined ? undefined : namedFormats.get(format);
  if (named) tests.push((text) => named.test(text));
  if (!field) return undefined;
  if (field.type.filters(field) !== 'string') {
    report('error', ['field'], `${field.name} is no text`, 'A format rule is about a text field.');
    return undefined;
  }
  const finding = { field: field.name, code: 'BAD_FORMAT' };
  return {
    expressions: [],
    fields: [field.name],
    pure: true,
    run(subjects, _context, fail) {
      for (const subject of subjects) {
        const value = subject.environment.record?.[field.name];
        if (typeof value === 'string' && value !== '' && !tests.every((test) => test(value))) fail(subject, finding);
      }
    },
  };
};
