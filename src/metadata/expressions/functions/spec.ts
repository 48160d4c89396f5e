import type { Checked } from '../checked.ts';
import type { ExpressionFunction, FunctionSpec } from '../functions.ts';
import type { ExpressionType } from '../types.ts';

/** A call that both back ends know. */
export function call(name: ExpressionFunction, type: ExpressionType, args: readonly Checked[], zone?: string): Checked {
  return { kind: 'call', function: name, type, args, zone };
}

export function inGroup(group: FunctionSpec['group'], specs: readonly (Omit<FunctionSpec, 'group' | 'aliases'> & { readonly aliases?: readonly string[] })[]): readonly FunctionSpec[] {
  return specs.map((spec) => ({ aliases: [], group, ...spec }));
}

/** How many arguments a list of values may have. */
export const many = 100;
