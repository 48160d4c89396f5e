import type { Filter } from '../../../resolvers/filter/filter.ts';

/** Rows for which a right holds: all, none, or those that match. */
export type Rows = boolean | Filter;

export function anyOf(rows: readonly Rows[]): Rows {
  if (rows.includes(true)) return true;
  const filters = [...new Set(rows.filter((row): row is Filter => typeof row !== 'boolean'))];
  const [only] = filters;
  return only === undefined ? false : filters.length === 1 ? only : { kind: 'or', filters };
}

export function allOf(rows: readonly Rows[]): Rows {
  if (rows.includes(false)) return false;
  const filters = [...new Set(rows.filter((row): row is Filter => typeof row !== 'boolean'))];
  const [only] = filters;
  return only === undefined ? true : filters.length === 1 ? only : { kind: 'and', filters };
}
