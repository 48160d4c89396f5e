import type { Checked } from '../../metadata/expressions/checked.ts';
import { childrenOf } from '../../metadata/expressions/summarize.ts';
import { boolean } from '../../metadata/expressions/types.ts';

/**
 * A condition in which what is not known of the caller decides nothing: neither a test of it holds nor the negation of one. Whether
 * it is known may be asked by comparing it with null.
 */
export function guardCaller(root: Checked): Checked {
  return holds(root, true);
}

/** That a condition holds, or does not, with negations down at the tests. */
function holds(node: Checked, wanted: boolean): Checked {
  switch (node.kind) {
    case 'and':
    case 'or':
      return { kind: wanted === (node.kind === 'and') ? 'and' : 'or', type: boolean, parts: unguarded(node.parts).map((part) => holds(part, wanted)) };
    case 'not':
      return holds(node.value, !wanted);
    default: {
      const test: Checked = wanted ? node : not(node);
      const values = isKnownTest(node) ? [] : callerValuesOf(node);
      return values.length === 0 ? test : { kind: 'and', type: boolean, parts: [...values.map((value) => not({ kind: 'isNull', type: boolean, value })), test] };
    }
  }
}

const not = (value: Checked): Checked => ({ kind: 'not', type: boolean, value });

const isCallerValue = (node: Checked): boolean => node.kind === 'value' && (node.root === 'user' || node.root === 'org');

const isKnownTest = (node: Checked): boolean => node.kind === 'isNull' && isCallerValue(node.value);

function callerValuesOf(node: Checked): readonly Checked[] {
  return isCallerValue(node) ? [node] : childrenOf(node).flatMap(callerValuesOf);
}

/** What a condition asks of the caller: `id`, `roles`. */
export function callerNames(root: Checked): readonly string[] {
  return [...new Set(callerValuesOf(root).flatMap((node) => (node.kind === 'value' && node.root === 'user' ? [node.name] : [])))].sort();
}

/** Without the guards that equalities have already: negated, they would let through what is not known. */
function unguarded(parts: readonly Checked[]): readonly Checked[] {
  const compared = new Set(parts.flatMap((part) => (part.kind === 'compare' && part.operator === 'eq' ? [part.left, part.right] : [])));
  return parts.filter((part) => !(part.kind === 'not' && part.value.kind === 'isNull' && compared.has(part.value.value)));
}
