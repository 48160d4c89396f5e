import type { RequestContext } from '../../../resolvers/request.ts';
import type { Change, MutationContext } from '../../../resolvers/write/phase.ts';
import type { Input, Writer } from '../../../resolvers/write/writer.ts';
import { asPlatform } from './clean-up.ts';

const told = ['user', 'permission_set', 'role', 'group', 'object', 'record_id', 'access_level', 'expires_at'] as const;

/** Writes down who gave or took which rights, in the transaction that does it. */
export async function auditAssignments(changes: readonly Change[], context: MutationContext): Promise<void> {
  await record(changes.map((change) => entryOf(change, context)), context.writer, context);
}

/** Writes down that somebody tries something as somebody else. */
export async function auditAttempt(userId: string, { object, operation }: { readonly object: string; readonly operation: string }, writer: Writer, context: RequestContext): Promise<void> {
  await record([{ event: 'TRIED', kind: 'sys_user', actorId: context.caller.userId, userId, name: operation, object }], writer, context);
}

async function record(input: readonly Input[], writer: Writer, context: RequestContext): Promise<void> {
  await writer.write({ object: 'sys_access_audit', operation: 'createMany', input, options: {} }, asPlatform(context));
}

function entryOf({ kind, object, id, previous, record: current }: Change, { caller, now }: RequestContext): Input {
  const gone = kind === 'delete';
  const image = gone ? (previous ?? current) : current;
  const text = (field: string): string | undefined => (typeof image[field] === 'string' ? image[field] : undefined);
  const expired = gone && caller.kind === 'system' && image['expires_at'] !== null && image['expires_at'] !== undefined && new Date(String(image['expires_at'])) <= now;
  return {
    event: expired ? 'EXPIRED' : gone ? 'REVOKED' : kind === 'update' ? 'CHANGED' : 'GRANTED',
    actorId: caller.userId ?? null,
    userId: text('user') ?? null,
    kind: object,
    assignmentId: id,
    name: text('permission_set') ?? text('role') ?? text('group') ?? null,
    object: text('object') ?? null,
    recordId: text('record_id') ?? null,
    before: kind === 'create' ? null : pick(previous ?? {}),
    after: gone ? null : pick(current),
  };
}

const pick = (image: Readonly<Record<string, unknown>>): Input => Object.fromEntries(told.flatMap((field) => (image[field] === undefined ? [] : [[field, image[field]]])));
