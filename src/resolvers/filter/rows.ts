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
