import { validate as isUuid } from 'uuid';
import type { SchemaExtension } from '../../builder/phase.ts';
import { ObjectosError } from '../../errors.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import type { EventStore } from './event-store.ts';
import { eventObject } from './objects.ts';

interface ReplayArguments {
  readonly subscription: string;
  readonly after?: string | null;
  readonly until?: string | null;
  readonly since?: string | null;
  readonly before?: string | null;
}

/** What holders of `manage_events` see and do beyond reading events. */
export function extendWithEvents({ addType, addFields }: SchemaExtension, store: () => EventStore): void {
  addType('EventSubscription', {
    kind: 'object', role: 'shared', description: 'Who gets which events.',
    fields: () => ({ name: { type: 'String!', description: 'Stands for it; its jobs are called event:name.' }, pattern: { type: 'String!', description: 'Names of events that it gets.' } }),
  });
  addFields('Query', {
    eventSubscriptions: {
      type: '[EventSubscription!]!', description: 'Who gets which events. For holders of manage_events.',
      resolve: (_parent, _args, context) => {
        requireRight(context);
        return store().subscriptions;
      },
    },
  });
  addFields('Mutation', {
    replayEvents: {
      type: 'Int!', description: 'Gives a subscription events again that it had. Answers how many. For holders of manage_events.',
      args: {
        subscription: { type: 'String!', description: 'Its name.' },
        after: { type: 'ID', description: 'Event after which to begin; by default the oldest that is kept.' },
        until: { type: 'ID', description: 'The last one.' },
        since: { type: 'DateTime', description: 'Those that happened then or later.' },
        before: { type: 'DateTime', description: 'Those that happened earlier.' },
      },
      resolve: (_parent, args, context) => {
        requireRight(context);
        const { subscription, after, until, since, before } = args as ReplayArguments;
        for (const id of [after, until]) if (typeof id === 'string' && !isUuid(id)) throw new ObjectosError('BAD_REQUEST', `"${id}" is no id of an event.`);
        const moment = (text: string | null | undefined): Date | undefined => (text === null || text === undefined ? undefined : new Date(text));
        return store().replay(subscription, { after: after ?? undefined, until: until ?? undefined, since: moment(since), before: moment(before) });
      },
    },
  });
}

function requireRight({ access }: RequestContext): void {
  if (access.object(String(eventObject['name'])).edit !== true) throw new ObjectosError('FORBIDDEN', 'You may not manage events: that takes the system permission manage_events.');
}
