import { ObjectosError } from '../../../errors.ts';
import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { RequestContext } from '../../../resolvers/request.ts';

/** A place where people meet. */
export interface Topic {
  /** Tells it from all others, those of other organizations included. */
  readonly key: string;
  /** The record that it is about; only those who may read the record may be there. */
  readonly record: { readonly object: CatalogObject; readonly id: string } | undefined;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const room = /^[\w.:-]{1,100}$/;

export const recordTopic = (object: CatalogObject, id: string): Topic => ({ key: `record.${object.name}.${id.toLowerCase()}`, record: { object, id } });

/** `record.account.<id>`, `user.<id>` for the person alone, or the name of a room of the caller's organization. */
export function topicNamed(name: string, { catalog, caller }: RequestContext): Topic {
  const { userId, organizationId } = caller;
  if (userId === undefined) throw new ObjectosError('UNAUTHENTICATED', 'Sign in first: only people can be present.');
  const [kind, second = '', id = '', ...rest] = name.split('.');
  if (kind === 'record') {
    const object = catalog.objects.get(second) ?? [...catalog.objects.values()].find(({ names }) => names.type === second);
    if (!object || !uuid.test(id) || rest.length > 0) throw new ObjectosError('BAD_REQUEST', `"${name}" names no record. Write record, the object and the id: record.account.018f….`);
    return recordTopic(object, id);
  }
  if (kind === 'user' && second.toLowerCase() !== userId.toLowerCase()) throw new ObjectosError('FORBIDDEN', 'The topic of a person is for this person alone.');
  if (!room.test(name)) throw new ObjectosError('BAD_REQUEST', 'The name of a room has up to 100 letters, digits and the signs . : _ -');
  // The same for all devices, whichever organization is active on them.
  if (kind === 'user') return { key: `user ${[userId, ...name.split('.').slice(2)].join('.')}`, record: undefined };
  return { key: `room ${organizationId ?? ''} ${name}`, record: undefined };
}
