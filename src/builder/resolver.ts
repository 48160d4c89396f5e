import type { Resolver } from './spec.ts';

/** The type of a row of a field that has several; the statement writes it into the row. */
export const typeOfRow = (row: unknown): string => (row as { readonly $type: string }).$type;

/**
 * Resolver of every field below a root field: rows are JSON objects made by the database, keyed by response alias, so
 * that two aliases of one field with different arguments stand side by side.
 */
export const aliasResolver: Resolver = (parent, _args, _context, info) => (parent as Readonly<Record<string, unknown>>)[info.path.key];
