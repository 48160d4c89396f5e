import type { Checked, CheckedExpression, Comparison } from '../../../metadata/expressions/checked.ts';

const demand = /\b(must|should|shall|has to|have to|needs? to|ought to)\b/i;
const denial = /\b(must not|mustn't|should not|shouldn't|shall not|cannot|can't|may not|never)\b/i;
const more = /\b(after|later|greater|more|above|larger|higher|exceed|at least|not be less|positive)\b/i;
const less = /\b(before|earlier|less|below|smaller|lower|fewer|at most|not exceed|not be more)\b/i;
const same = /\b(equal|match|same|identical)\b/i;

const mirrored: Readonly<Record<Comparison, Comparison>> = { gt: 'lt', gte: 'lte', lt: 'gt', lte: 'gte', eq: 'eq', ne: 'ne' };

/**
 * Whether a condition seems to state what is wanted, though it should state what is wrong: "end date must be after start date" beside
 * `end_date > start_date`. A guess from the words of the message.
 */
export function wantedCondition({ root }: CheckedExpression, message: string): boolean {
  if (!demand.test(message) || denial.test(message)) return false;
  const [only, another] = comparisonsOf(root);
  if (!only || another) return false;
  switch (inOrderOf(message, only)) {
    case 'gt': case 'gte': return more.test(message) && !less.test(message);
    case 'lt': case 'lte': return less.test(message) && !more.test(message);
    case 'eq': return same.test(message);
    case 'ne': return false;
  }
}

type Compared = Checked & { readonly kind: 'compare' };

/** Beside tests for values that are missing. */
function comparisonsOf(node: Checked): readonly Compared[] {
  if (node.kind === 'compare') return node.right.kind === 'constant' && node.right.value === null ? [] : [node];
  return node.kind === 'and' ? node.parts.flatMap(comparisonsOf) : [];
}

/** The comparison as the message puts it, which may name the right side first. */
function inOrderOf(message: string, { operator, left, right }: Compared): Comparison {
  const [first, second] = [placeOf(left, message), placeOf(right, message)];
  return first >= 0 && second >= 0 && second < first ? mirrored[operator] : operator;
}

function placeOf(node: Checked, message: string): number {
  if (node.kind !== 'field') return -1;
  const lower = message.toLowerCase();
  const names = [node.field.label, node.field.name.replaceAll('_', ' '), node.field.name.split('_')[0] ?? ''];
  return names.map((name) => lower.indexOf(name.toLowerCase())).find((place) => place >= 0) ?? -1;
}
