import type { Coerced } from '../field-type.ts';
import { refuse } from './problem.ts';

export function refuseComputed(): Coerced {
  return refuse('READ_ONLY', 'The platform computes this value; leave it out.');
}
