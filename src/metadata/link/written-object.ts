import type { ObjectDraft } from '../definitions/read-object.ts';
import type { WrittenObject } from '../phase.ts';

/** An object as plugins see it before it is linked. */
export function writtenObject({ name, system, part, fields }: ObjectDraft): WrittenObject {
  return { name, system, definition: part.value, fields: new Map([...fields].map(([field, { value }]) => [field, value])) };
}
