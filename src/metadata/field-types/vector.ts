import * as z from 'zod';
import type { CatalogField } from '../catalog.ts';
import { doubleListColumn } from './columns.ts';
import { defineType } from './define.ts';
import { numberKey, recordKey } from './definition.ts';
import { accept, below, refuse, wrongType } from './problem.ts';

const dimension = z.int().min(1).max(10_000);

function dimensionsOf(field: CatalogField): number | undefined {
  const configured = recordKey(field, 'vectorConfig')['dimensions'];
  return numberKey(field, 'dimensions') ?? (typeof configured === 'number' ? configured : undefined);
}

/** Kept and returned exactly; there is no search by distance, so the keys that tune one have no effect. */
export const vector = defineType({
  name: 'vector',
  description: 'A list of numbers of fixed length, such as an embedding.',
  keys: {
    dimensions: dimension.optional(),
    vectorConfig: z
      .looseObject({
        dimensions: dimension.optional(),
        distanceMetric: z.enum(['cosine', 'euclidean', 'dotProduct', 'manhattan']).optional(),
        normalized: z.boolean().optional(),
        indexed: z.boolean().optional(),
        indexType: z.enum(['hnsw', 'ivfflat', 'flat']).optional(),
      })
      .optional(),
  },
  inertKeys: ['vectorConfig.distanceMetric', 'vectorConfig.indexed', 'vectorConfig.indexType'],
  column: () => doubleListColumn,
  graphql: () => ({ kind: 'scalar', scalar: 'Float', list: true }),
  filters: () => undefined,
  check(field, report) {
    const dimensions = dimensionsOf(field);
    const configured = recordKey(field, 'vectorConfig')['dimensions'];
    if (dimensions === undefined) report('dimensions', 'a vector needs its number of dimensions', 'Write dimensions: 1536.');
    if (typeof configured === 'number' && configured !== dimensions) report('dimensions', `dimensions ${String(dimensions)} contradicts vectorConfig.dimensions ${configured}`);
  },
  coerce(value, field) {
    if (!Array.isArray(value)) return wrongType('a list of numbers', value);
    const dimensions = dimensionsOf(field);
    if (dimensions !== undefined && value.length !== dimensions) {
      return refuse(value.length < dimensions ? 'TOO_SHORT' : 'TOO_LONG', `Expected ${dimensions} numbers, found ${value.length}.`);
    }
    const numbers: number[] = [];
    for (const [index, item] of value.entries()) {
      if (typeof item !== 'number' || !Number.isFinite(item)) return below(index, wrongType('a number', item));
      numbers.push(item === 0 ? 0 : item);
    }
    if (recordKey(field, 'vectorConfig')['normalized'] === true && Math.abs(Math.hypot(...numbers) - 1) > 1e-3) {
      return refuse('OUT_OF_RANGE', 'The vector is not of length 1, which normalized: true asks for.');
    }
    return accept(numbers);
  },
});
