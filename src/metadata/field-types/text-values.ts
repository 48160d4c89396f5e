import type { CatalogField } from '../catalog.ts';
import type { Coerced, FieldReport, ValueProblem } from '../field-type.ts';
import { numberKey, textKey } from './definition.ts';
import { namedFormats } from './formats.ts';
import { accept, refuse, shown, wrongType } from './problem.ts';

const loneSurrogate = /[\ud800-\udfff]/u;

/** PostgreSQL stores neither the NUL character nor half of a surrogate pair. */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && !loneSurrogate.test(text);
}

/** Patterns written for other engines escape characters that the Unicode mode does not let escape. */
function compile(source: string): RegExp {
  try {
    return new RegExp(`^(?:${source})$`, 'u');
  } catch {
    return new RegExp(`^(?:${source})$`);
  }
}

const expressions = new Map<string, RegExp>();

function expressionOf(source: string): RegExp {
  let expression = expressions.get(source);
  if (expression === undefined) {
    expression = compile(source);
    expressions.set(source, expression);
  }
  return expression;
}

/** Characters as people and PostgreSQL count them. */
function lengthOf(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** A string within `minLength`, `maxLength` and `format`. Numbers of seed files count as text. */
export function coerceText(value: unknown, field: CatalogField): Coerced {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return wrongType('a text', value);
  if (!isStorableText(text)) return refuse('BAD_FORMAT', 'The text holds a NUL character or half of a surrogate pair, which cannot be stored.');
  const problem = lengthProblem(text, field) ?? formatProblem(text, field);
  return problem ?? accept(text);
}

function lengthProblem(text: string, field: CatalogField): { readonly problem: ValueProblem } | undefined {
  const max = numberKey(field, 'maxLength');
  // A text never has more characters than UTF-16 units, so that most are not counted.
  if (max !== undefined && text.length > max) {
    const length = lengthOf(text);
    if (length > max) return refuse('TOO_LONG', `At most ${max} characters are accepted, found ${length}.`);
  }
  const min = numberKey(field, 'minLength');
  if (min !== undefined) {
    const length = lengthOf(text);
    if (length < min) return refuse('TOO_SHORT', `At least ${min} characters are needed, found ${length}.`);
  }
  return undefined;
}

function formatProblem(text: string, field: CatalogField): { readonly problem: ValueProblem } | undefined {
  const format = textKey(field, 'format');
  if (format === undefined) return undefined;
  const named = namedFormats.get(format);
  if (named !== undefined) return named.test(text) ? undefined : refuse('BAD_FORMAT', `Expected ${named.expected}, found ${shown(text)}.`);
  return expressionOf(format).test(text) ? undefined : refuse('BAD_FORMAT', `${shown(text)} does not match ${format}.`);
}

/** Lengths that no text can have, and formats that are no regular expression. */
export function checkText(field: CatalogField, report: FieldReport): void {
  const min = numberKey(field, 'minLength');
  const max = numberKey(field, 'maxLength');
  if (min !== undefined && max !== undefined && min > max) report('minLength', `minLength ${min} is greater than maxLength ${max}`);
  const format = textKey(field, 'format');
  if (format === undefined || namedFormats.has(format)) return;
  const names = `Named formats are ${[...namedFormats.keys()].join(', ')}.`;
  // As an expression it would accept that very word and nothing else.
  if (/^[\w -]+$/.test(format)) report('format', `there is no format named ${shown(format)}`, names);
  try {
    expressionOf(format);
  } catch (error) {
    report(
      'format',
      `${shown(format)} is neither a named format nor a regular expression: ${error instanceof Error ? error.message : String(error)}`,
      names,
    );
  }
}
