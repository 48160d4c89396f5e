import { identifier } from '../../../resolvers/sql/identifier.ts';
import type { Catalog } from '../../../metadata/catalog.ts';
import type { WantedIndex } from '../../../metadata/phase.ts';
import { countingSql } from './counting-sql.ts';
import { readRollUps } from './read-roll-ups.ts';

/** When the least or greatest value of a parent leaves, the next is found by an index, however many records there are and however few of them count. */
export function extremumIndexes(catalog: Catalog): readonly WantedIndex[] {
  return readRollUps(catalog, () => undefined).all.flatMap((rollUp): readonly WantedIndex[] => {
    const { function: fn, child, relation, of } = rollUp;
    if ((fn !== 'min' && fn !== 'max') || of?.column === undefined) return [];
    const counting = countingSql(rollUp, identifier(child.table), catalog);
    return [{ object: child.name, fields: [relation.name, of.name], ...(counting !== undefined && counting !== '' && { partial: counting }) }];
  });
}
