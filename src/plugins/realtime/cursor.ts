import { createHash } from 'node:crypto';
import { ObjectosError } from '../../errors.ts';

/** Where a listener stands in the log, and what it may see: when that is something else by then, it must begin anew. */
export interface ChangeCursor {
  readonly log: string;
  readonly sight: string;
}

export const encodeCursor = ({ log, sight }: ChangeCursor): string => `${log}.${sight}`;

export function decodeCursor(text: string): ChangeCursor {
  const [log = '', sight = '', ...rest] = text.split('.');
  if (log === '' || sight === '' || rest.length > 0) throw new ObjectosError('BAD_REQUEST', 'This cursor does not come from a subscription to changes.');
  return { log, sight };
}

/** Stands for rows and the readable fields of each object. */
export const sightOf = (objects: readonly { readonly viewKey: string; readonly fields: { readonly key: string } }[]): string =>
  createHash('sha256').update(objects.map(({ viewKey, fields }) => `${viewKey}\n${fields.key}`).sort().join('\n\n')).digest('base64url').slice(0, 16);

/** Of messages before a snapshot is complete: nobody has this sight. */
export const incomplete = 'incomplete';
