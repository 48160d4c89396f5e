import { defaultFieldResolver, type GraphQLResolveInfo } from 'graphql';
import type { ObjectSpec, OutputField, OutputFields, Resolver, TypeSpec } from '../../../builder/spec.ts';
import { changeKinds, type ChangeMessage } from '../delivery/change.ts';
import { liveKinds, type LiveMessage } from '../delivery/live-list.ts';

const byName = defaultFieldResolver as Resolver;

/** `AccountChange`, and `NodeChange` for records of any object. */
export function changeType(recordType: string, object: string | undefined, description: string): ObjectSpec {
  const plain = (type: string, text: string): OutputField => ({ type, description: text, resolve: byName });
  return {
    kind: 'object',
    role: 'shared',
    object,
    description,
    fields: () => ({
      cursor: plain('String!', 'Resumes after this message: `after` of another subscription.'),
      kind: plain('ChangeKind!', 'What happened.'),
      record: { type: recordType, description: 'The record as the caller may see it now; null where it is gone.', resolve: recordOf },
      recordId: plain('ID', 'Id of the record.'),
      changedFields: plain('[String!]!', 'Fields that were written, of those that the caller may read.'),
      at: plain('DateTime', 'When it happened.'),
    }),
  };
}

const recordOf: Resolver = (message, _args, _context, { path }: GraphQLResolveInfo) => (message as ChangeMessage).records?.[String(path.key)] ?? null;

/** `AccountLive`: a list, and what became of it. */
export function liveType(recordType: string, object: string, description: string): ObjectSpec {
  return {
    kind: 'object',
    role: 'shared',
    object,
    description,
    fields: () => ({
      kind: { type: 'LiveKind!', description: 'The whole list, or a patch of it.', resolve: byName },
      ids: { type: '[ID!]!', description: 'Ids of the list in its order, as it is now.', resolve: byName },
      records: { type: `[${recordType}!]!`, description: 'All records of a LIST; of a PATCH those that are new in the list or changed.', resolve: recordsOf },
    }),
  };
}

const recordsOf: Resolver = (message, _args, _context, { path }: GraphQLResolveInfo) => (message as LiveMessage).records.map((rows) => rows[String(path.key)]);

export const liveKind: TypeSpec = { kind: 'enum', description: 'What a message of a live list holds.', values: Object.fromEntries(Object.entries(liveKinds).map(([name, description]) => [name, { description }])) };

export const changeKind: TypeSpec = { kind: 'enum', description: 'What a message of a subscription to changes tells.', values: Object.fromEntries(Object.entries(changeKinds).map(([name, description]) => [name, { description }])) };

/** Names of fields of change types whose values are the same for all who get a message. */
export const changeFields: ReadonlySet<string> = new Set(['__typename', 'cursor', 'kind', 'record', 'recordId', 'changedFields', 'at']);

/** The same of live types. */
export const liveFields: ReadonlySet<string> = new Set(['__typename', 'kind', 'ids', 'records']);

export const feedFields = (changes: Resolver): OutputFields => ({
  changes: { type: '[NodeChange!]!', description: 'Each changed record once, in the order of its first change.', resolve: changes },
  cursor: { type: 'String!', description: 'Continues after these changes, also when there are none.', resolve: byName },
  hasMore: { type: 'Boolean!', description: 'There is more at once.', resolve: byName },
  gap: { type: 'Boolean!', description: 'Changes are missing, or rights are others: read all records anew, then go on from `cursor`.', resolve: byName },
});
