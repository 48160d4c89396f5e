import type { Filter } from './filter.ts';

/** Rows for which something holds: all, none, or those that match. */
export type Rows = boolean | Filter;

export function anyOf(rows: readonly Rows[]): Rows {
  return junction('or', rows);
}

export function allOf(rows: readonly Rows[]): Rows {
  return junction('and', rows);
}

/** Parts that decide alone, that change nothing, or that are there twice, leave the shortest filter. */
function junction(kind: 'and' | 'or', rows: readonly Rows[]): Rows {
  const decisive = kind === 'or';
  if (rows.includes(decisive)) return decisive;
  const filters = [...new Set(rows.filter((row): row is Filter => typeof row !== 'boolean'))];
  const [only] = filters;
  return only === undefined ? !decisive : filters.length === 1 ? only : { kind, filters };
}

/** `allOf` where a filter is wanted whatever comes out. */
export function conjunction(filters: readonly Filter[]): Filter {
  const rows = allOf(filters);
  return typeof rows === 'boolean' ? { kind: 'always', value: rows } : rows;
}

/** Sure only of equal filters: alone, or as one of those that all hold. */
export function implies(rows: Rows, wanted: Filter): boolean {
  return typeof rows !== 'boolean' && (isSame(rows, wanted) || (rows.kind === 'and' && rows.filters.some((filter) => implies(filter, wanted))));
}

/** Equal in form, with the very same operands; of what is not told apart, false. */
function isSame(left: Filter, right: Filter): boolean {
  if (left === right) return true;
  switch (left.kind) {
    case 'and':
    case 'or':
      return right.kind === left.kind && left.filters.length === right.filters.length && left.filters.every((filter, index) => isSame(filter, right.filters[index] as Filter));
    case 'compare':
      return right.kind === 'compare' && left.field === right.field && left.operator === right.operator && left.operand === right.operand;
    case 'one':
      return right.kind === 'one' && left.relation === right.relation && isSame(left.filter, right.filter);
    default:
      return false;
  }
}
