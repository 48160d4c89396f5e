import { numberType } from './number-type.ts';

/** Stored as authored, by the same rules as `number`: clients read a `max` above 1 as whole points, else as a fraction of 1. */
export const percent = numberType({ name: 'percent', description: 'A share, stored as authored: whole points, or a fraction of 1.' });
