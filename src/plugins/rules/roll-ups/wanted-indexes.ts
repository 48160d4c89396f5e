import type { Catalog } from '../../../metadata/catalog.ts';
import type { WantedIndex } from '../../../metadata/phase.ts';
import { readRollUps } from './read-roll-ups.ts';

/** When the least or greatest value of a parent leaves, the next is found by an index, however many records there are. */
export function extremumIndexes(catalog: Catalog): readonly WantedIndex[] {
  return readRollUps(catalog, () => undefined).all.flatMap(({ function: fn, child, relation, of }) =>
    (fn === 'min' || fn === 'max') && of?.column !== undefined ? [{ object: child.name, fields: [relation.name, of.name] }] : [],
  );
}
