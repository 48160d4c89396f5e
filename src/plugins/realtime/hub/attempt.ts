import type { Database } from '../../../database/database.ts';
import { ObjectosError } from '../../../errors.ts';

/**
 * Does a part of a step. Usually all parts stand and fall together; once a step failed it is repeated with each part by itself, and
 * `failed` says what stands in the place of one that the database refuses, so that it concerns nobody else.
 */
export type Attempt = <T>(work: () => Promise<T>, failed: (error: unknown) => T) => Promise<T>;

export const together: Attempt = (work) => work();

export const apart = (database: Database): Attempt => async (work, failed) => {
  try {
    return await database.transaction(work);
  } catch (error) {
    // Not the fault of this part.
    if (error instanceof ObjectosError && (error.code === 'UNAVAILABLE' || error.code === 'TIMEOUT')) throw error;
    return failed(error);
  }
};
