import type { Catalog, CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import type { StatementPart } from '../../../resolvers/write/statement-part.ts';
import { followRollUps, isPending, reached } from './follow-sql.ts';
import { rollUpsOf } from './read-roll-ups.ts';
import { recomputeStale, type Stale } from './recompute.ts';

/** Zeros of new records, and what writes of an object's records do to the roll-ups above them. */
export function rollUpPart(object: CatalogObject, catalog: Catalog): StatementPart | undefined {
  const { all, ofChild } = rollUpsOf(catalog);
  const own = all.filter(({ parent, function: fn }) => parent === object && (fn === 'count' || fn === 'sum'));
  if (own.length === 0 && !ofChild.has(object.name)) return undefined;
  return {
    initial: Object.fromEntries(own.map(({ field, decimals = 0 }) => [field.name, zeroOf(field, decimals)])),
    follow(write) {
      const reaches = reached(catalog, object.name, write);
      if (reaches.length === 0) return undefined;
      return {
        pending: reaches.some(isPending),
        tables: [...new Set(reaches.map(([{ parent }]) => parent.table))],
        fields: reaches.map(([{ parent, field }]) => ({ object: parent.name, field: field.name })),
        sql: (rows, binds, stamps, heard) => followRollUps(catalog, object.name, write, rows, binds, stamps, heard),
        finish: (answer, context, heard) => recomputeStale((answer ?? {}) as Stale, context, heard),
      };
    },
  };
}

/** As the driver takes it: whole numbers as such, exact ones as text. */
function zeroOf(field: CatalogField, decimals: number): number | string {
  return field.type.column(field)?.pgType === 'integer' ? 0 : (0).toFixed(decimals);
}
