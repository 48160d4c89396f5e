import { ObjectosError } from '../../errors.ts';
import { closedField, isPlain, type Access, type AccessProvider, type ObjectAccess } from '../access.ts';
import type { RequestContext } from '../request.ts';
import type { MutationSource } from './write-request.ts';

/** A write that is tried as somebody else: what writes, and what reads the answer. */
export interface Attempt {
  readonly writing: RequestContext;
  readonly reading: RequestContext;
}

/** As whom a write is tried, with the arguments of its field. */
export interface Tried {
  readonly userId: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly write: MutationSource;
}

/** The requests of a write that `asker` tries as another user. */
export async function tryAs({ userId, given, write: { object, operation } }: Tried, asker: RequestContext, access: AccessProvider | undefined): Promise<Attempt> {
  if (given['dryRun'] !== true) throw new ObjectosError('BAD_REQUEST', 'dryRunAs goes with dryRun: true; nobody writes as somebody else.');
  if (given['idempotencyKey'] !== undefined && given['idempotencyKey'] !== null) throw new ObjectosError('BAD_REQUEST', 'dryRunAs and idempotencyKey exclude each other.');
  if (asker.database.inTransaction) throw new ObjectosError('BAD_REQUEST', 'dryRunAs cannot be part of an @atomic operation.');
  if (!access?.actAs) throw new ObjectosError('FORBIDDEN', 'Nobody may try a write as somebody else here.');
  const other = await access.actAs(userId, { object, operation }, asker);
  const { requestId, now, variables, catalog, database, signal } = asker;
  const writing: RequestContext = { requestId, now, variables, catalog, database, signal, ...other };
  return { writing, reading: { ...writing, access: seenByBoth(other.access, asker.access) } };
}

/** What the other sees, of what the asker may read whatever the record and whatever is written: trying as somebody shows no values that one has no right to. */
function seenByBoth(other: Access, asker: Access): Access {
  return {
    fingerprint: `${other.fingerprint}|for ${asker.fingerprint}`,
    object(name): ObjectAccess {
      const [theirs, own] = [other.object(name), asker.object(name)];
      return {
        ...theirs,
        read: readsAll(own) && theirs.read,
        field: (field) => (readsAll(own) && isPlain(own.field(field)) ? theirs.field(field) : closedField),
      };
    },
  };
}

/** All that is within reach: the other acts in the organization of the asker. */
const readsAll = ({ read, reach }: ObjectAccess): boolean => read === true || (reach !== undefined && read === reach);
