import type { Coerced } from '../field-type.ts';
import { isRecord } from './definition.ts';
import { accept, below, refuse, wrongType } from './problem.ts';
import { isStorableText } from './text-values.ts';

const maxDepth = 100;

/** The value as JSON text, if jsonb can hold it without loss. */
export function coerceJson(value: unknown): Coerced {
  const problem = jsonProblem(value, 0);
  return problem ?? accept(JSON.stringify(value));
}

function jsonProblem(value: unknown, depth: number): ReturnType<typeof refuse> | undefined {
  if (depth > maxDepth) return refuse('TOO_DEEP', `JSON is accepted up to ${maxDepth} levels deep.`);
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : refuse('BAD_FORMAT', 'JSON has no infinite numbers.');
  if (typeof value === 'string') return isStorableText(value) ? undefined : unstorable;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const problem = jsonProblem(item, depth + 1);
      if (problem !== undefined) return below(index, problem);
    }
    return undefined;
  }
  if (!isRecord(value) || value instanceof Date) return wrongType('a JSON value', value);
  for (const [key, item] of Object.entries(value)) {
    if (!isStorableText(key)) return unstorable;
    const problem = item === undefined ? undefined : jsonProblem(item, depth + 1);
    if (problem !== undefined) return below(key, problem);
  }
  return undefined;
}

const unstorable = refuse('BAD_FORMAT', 'A text holds a NUL character or half of a surrogate pair, which cannot be stored.');
