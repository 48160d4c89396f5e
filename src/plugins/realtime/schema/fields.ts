import type { GraphQLResolveInfo } from 'graphql';
import type { Guard, GuardedField } from '../../../builder/guards.ts';
import type { SchemaExtension } from '../../../builder/phase.ts';
import { objectArgument, type InputFields, type OutputField, type Resolver } from '../../../builder/spec.ts';
import { ObjectosError } from '../../../errors.ts';
import type { CatalogObject } from '../../../metadata/catalog.ts';
import { objectTypeNames, rootFieldNames } from '../../../metadata/naming.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { feedRecords, type FeedPage } from '../feed.ts';
import { pollChanges, type PollArguments } from '../long-poll.ts';
import type { Realtime } from '../realtime.ts';
import type { Wanted } from '../delivery/listener.ts';
import { changeKind, changeType, feedFields, liveKind, liveType } from './types.ts';
import { everything, isFollowed, makeLiveWish, makeWish, objectsNamed, readableObjects, wantedBy, withId } from './wishes.ts';

const following: InputFields = {
  kinds: { type: '[ChangeKind!]', description: 'Only these kinds of messages, beside READY, SNAPSHOT and RESYNC.' },
  changedFields: { type: '[String!]', description: 'Of updates only those that touched one of these fields.' },
  after: { type: 'String', description: 'Cursor of the last message that was worked through: what came after it is told first.' },
  snapshot: { type: 'Boolean', description: 'Tells of the present records first.' },
};

/** Fields and types of subscriptions to changes. */
export function extendWithChanges({ catalog, addType, addFields }: SchemaExtension, realtime: () => Realtime): void {
  const subscription = (type: string, description: string, args: InputFields, wantedOf: (args: never, context: RequestContext, info: GraphQLResolveInfo) => readonly Wanted[]): OutputField => ({
    type, description, args,
    subscribe: ((_root, given, context, info) => {
      const wanted = wantedOf(given as never, context, info);
      return realtime().subscribe(makeWish(wanted, given, context, info, realtime().limits), context);
    }) satisfies Resolver,
    resolve: (message) => message,
  });
  const fields: Record<string, OutputField> = {};
  for (const object of catalog.objects.values()) {
    if (!isFollowed(object)) continue;
    const names = objectTypeNames(object.names.type);
    addType(names.change, changeType(names.type, object.name, `A message about a change of ${object.pluralLabel}.`));
    addType(names.live, liveType(names.type, object.name, `A list of ${object.pluralLabel}, and what became of it.`));
    fields[rootFieldNames(object.names).live] = {
      type: `${names.live}!`,
      description: `A list of ${object.pluralLabel}, then patches of it.`,
      args: {
        where: { type: names.where, description: 'Conditions; without it all records that the caller may read.' },
        orderBy: { type: `[${names.orderBy}!]`, description: 'Sort keys, the first decides first.' },
        first: { type: 'Int', description: 'Length of the list.' },
      },
      subscribe: ((_root, _args, context, info) => realtime().live(makeLiveWish(object, context, info, realtime().limits), context)) satisfies Resolver,
      resolve: (message) => message,
    };
    fields[rootFieldNames(object.names).changes] = subscription(`${names.change}!`, `${object.pluralLabel} as they change.`, { where: { type: names.where }, ...following }, (_args, _context, info) => [wantedBy(object, info)]);
  }
  if (Object.keys(fields).length === 0) return;
  addType('ChangeKind', changeKind);
  addType('LiveKind', liveKind);
  addType('NodeChange', changeType('Node', undefined, 'A message about a change of a record, whatever its type.'));
  addType('ChangeFeed', { kind: 'object', role: 'shared', description: 'What changed since a cursor.', fields: () => feedFields((page, _args, context, info) => feedRecords(page as FeedPage, context, info, realtime())) });
  const { after, snapshot, kinds } = following as Required<typeof following>;
  fields['changes'] = subscription(
    'NodeChange!', 'Records of several objects as they change.',
    { objects: { type: '[String!]', description: 'Types or machine names; all objects of the app that the caller may read when absent.' }, ...(kinds && { kinds }), ...(after && { after }), ...(snapshot && { snapshot }) },
    ({ objects }: { readonly objects?: readonly string[] | null }, context) => chosen(objects, context).map(everything),
  );
  fields['recordChanges'] = subscription(
    'NodeChange!', 'One record as it changes.',
    { object: objectArgument, id: { type: 'ID!' }, ...following },
    ({ object, id }: { readonly object: string; readonly id: string }, context) => objectsNamed([object], context).map((each) => withId(each, id)),
  );
  addFields('Subscription', fields);
  addFields('Query', {
    changesSince: {
      type: 'ChangeFeed!',
      description: 'What changed since a cursor, for clients that poll and for copies that are kept offline. Records that are gone, or that the caller may not see any more, come as DELETED and LEFT.',
      args: {
        cursor: { type: 'String', description: 'Where an earlier answer ended; without it the answer holds nothing but the cursor of now.' },
        objects: { type: '[String!]', description: 'Types or machine names, the same as before; all objects of the app that the caller may read when absent.' },
        first: { type: 'Int', description: 'Changes of the log to look at; 500 when absent, at most 5,000.' },
        wait: { type: 'Int', description: 'Milliseconds that the answer may wait while there is nothing to tell, at most 20,000; it comes as soon as there is something. At once when absent.' },
      },
      resolve: (_root, args: PollArguments & { readonly objects?: readonly string[] | null }, context, info) => pollChanges(chosen(args.objects, context), args, context, info, realtime()),
    },
  });
}

const chosen = (names: readonly string[] | null | undefined, context: RequestContext): readonly CatalogObject[] => {
  const objects = names ? objectsNamed(names, context) : readableObjects(context);
  if (objects.length === 0) throw new ObjectosError('FORBIDDEN', 'There is no object whose changes you may follow.');
  return objects;
};

/** Refuses to follow objects of which the caller may read nothing, and hides the fields from introspection. */
export function guardChanges({ root, name }: GuardedField, objectOf: (field: string) => CatalogObject | undefined): Guard | undefined {
  const object = root === 'subscription' ? objectOf(name) : undefined;
  if (!object) return undefined;
  return {
    check({ access }) {
      if (access.object(object.name).read === false) throw new ObjectosError('FORBIDDEN', `You may not read ${object.pluralLabel}.`);
    },
    shows: (access) => access.object(object.name).read !== false,
  };
}
