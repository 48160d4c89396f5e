import type { Coerced, ValueProblem } from '../field-type.ts';

/** Codes of refused values; clients may rely on them. */
export type ValueProblemCode =
  | 'WRONG_TYPE' | 'BAD_FORMAT' | 'TOO_LONG' | 'TOO_SHORT' | 'OUT_OF_RANGE' | 'TOO_PRECISE' | 'NOT_A_STEP' | 'NOT_AN_OPTION'
  | 'TOO_LARGE' | 'TOO_SMALL' | 'NOT_ALLOWED' | 'UNKNOWN_KEY' | 'REQUIRED' | 'TOO_DEEP' | 'MASKED_VALUE' | 'NO_KEY' | 'READ_ONLY';

export function accept(value: unknown): Coerced {
  return { value };
}

export function refuse(code: ValueProblemCode, message: string): { readonly problem: ValueProblem } {
  return { problem: { code, message } };
}

/** The same problem, one step further inside a list or an embedded value. */
export function below(step: string | number, { problem }: { readonly problem: ValueProblem }): { readonly problem: ValueProblem } {
  return { problem: { ...problem, path: [step, ...(problem.path ?? [])] } };
}

/** Short form of a value for messages; a long one is cut, so that no message repeats a document. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : typeof value === 'bigint' ? value.toString() : (JSON.stringify(value) ?? typeof value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

export function wrongType(expected: string, value: unknown): { readonly problem: ValueProblem } {
  return refuse('WRONG_TYPE', `Expected ${expected}, found ${shown(value)}.`);
}

/** Coerces each entry of a list; a single value counts as a list of one, as GraphQL does it. */
export function coerceList(value: unknown, coerceItem: (item: unknown) => Coerced): { readonly values: unknown[] } | ReturnType<typeof refuse> {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const values: unknown[] = [];
  for (const [index, item] of items.entries()) {
    if (item === null || item === undefined) return below(index, refuse('WRONG_TYPE', 'An entry of the list is null; leave it out.'));
    const coerced = coerceItem(item);
    if ('problem' in coerced) return below(index, coerced);
    values.push(coerced.value);
  }
  return { values };
}
