import type { Checked } from './checked.ts';
import { boolean, id, text, type ExpressionType } from './types.ts';

export function constant(type: ExpressionType, value: string | boolean | null): Checked {
  return { kind: 'constant', type, value };
}

export function recordAsId(value: Checked): Checked {
  return value.type.kind === 'record' ? retyped(value, id) : value;
}

/** The options of one field, unless a written text among the values is none of them. */
export function optionsOf(values: readonly Checked[]): ExpressionType {
  const field = values.find(({ kind, type }) => type.kind === 'text' && kind !== 'constant')?.type;
  if (field?.kind !== 'text' || !field.options) return text;
  const known = new Set(field.options.options.map((option) => option.value));
  return values.every((value) => value.kind !== 'constant' || value.value === null || known.has(String(value.value))) ? field : text;
}

/** What stands for a value where nothing asks for a type. */
export function settled(value: Checked): Checked {
  return value.type.kind === 'any' ? retyped(value, text) : recordAsId(value);
}

export function retyped(value: Checked, type: ExpressionType): Checked {
  return { ...value, type };
}

export function plain(type: ExpressionType): ExpressionType {
  return type.kind === 'record' ? id : type;
}

/** For values that do not go together; `wanted` is a type that is asked for. */
export function hintFor(values: readonly Checked[], wanted?: ExpressionType): string | undefined {
  const kinds = [...values.map(({ type }) => type.kind), wanted?.kind];
  const quoted = values.some(({ kind, type }) => kind === 'constant' && type.kind === 'text');
  if (kinds.includes('number') && kinds.includes('text')) return quoted ? 'Write numbers without quotes.' : wanted?.kind === 'number' ? undefined : 'Use TEXT(value) to make text of a number.';
  if (kinds.includes('boolean') && kinds.includes('text') && quoted) return 'Write true and false without quotes.';
  if (kinds.includes('list')) return 'Use in, exists or all.';
  return undefined;
}

/** What is not known of the caller equals nothing, so that an empty owner does not belong to whoever has no id. */
export function known(comparison: Checked): Checked {
  if (comparison.kind !== 'compare' || comparison.operator !== 'eq') return comparison;
  const callers = [comparison.left, comparison.right].filter((side) => side.kind === 'value' && (side.root === 'user' || side.root === 'org'));
  if (callers.length === 0) return comparison;
  return { kind: 'and', type: boolean, parts: [...callers.map((value): Checked => ({ kind: 'not', type: boolean, value: { kind: 'isNull', type: boolean, value } })), comparison] };
}
