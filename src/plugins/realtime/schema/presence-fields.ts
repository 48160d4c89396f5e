import type { SchemaExtension } from '../../../builder/phase.ts';
import type { Resolver } from '../../../builder/spec.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import type { Member, PresenceState } from '../presence/member.ts';
import { topicNamed } from '../presence/topic.ts';
import type { Realtime } from '../realtime.ts';
import { presenceTypes } from './presence-types.ts';
import { isFollowed } from './wishes.ts';

/** Operations on one WebSocket have it in common; undefined over HTTP. */
const connectionOf = ({ request }: RequestContext): object | undefined => (request?.transport === 'websocket' ? request.node : undefined);

const topicArgument = { type: 'String!', description: '`record.account.<id>` for a record, which only its readers may name; `user.<id>` for the person alone; any other name is a room of the caller\'s organization.' };

interface UpdateArguments {
  readonly topic: string;
  readonly state: PresenceState;
  readonly member?: string | null;
}

/** Fields and types of presence and signals. `watch` lets a dead connection be found soon, until the returned function is called. */
export function extendWithPresence(schema: SchemaExtension, realtime: () => Realtime, watch: (connection: object) => () => void): void {
  for (const [name, type] of Object.entries(presenceTypes)) schema.addType(name, type);
  schema.addFields('Subscription', {
    presence: {
      type: 'PresenceMessage!',
      description: 'Comes into a topic and tells who is there: all first, then who comes, changes and goes. The end of the subscription leaves.',
      args: { topic: topicArgument },
      subscribe: (async (_root, { topic }, context) => {
        const connection = connectionOf(context);
        return realtime().open(context, async (onEnd) => {
          const unwatch = connection ? watch(connection) : () => undefined;
          try {
            return await realtime().presence.join(topicNamed(String(topic), context), context, connection, () => {
              unwatch();
              onEnd();
            });
          } catch (error) {
            unwatch();
            throw error;
          }
        });
      }) satisfies Resolver,
      resolve: (message) => message,
    },
    signals: {
      type: 'SignalMessage!',
      description: 'What others send to all in a topic, from now on; nothing is kept.',
      args: { topic: topicArgument },
      subscribe: ((_root, { topic }, context) => realtime().open(context, (onEnd) => realtime().signals.hear(topicNamed(String(topic), context), context, onEnd))) satisfies Resolver,
      resolve: (signal) => signal,
    },
  });
  schema.addFields('Mutation', {
    updatePresence: {
      type: 'Boolean!',
      description: 'Tells a new state to all in a topic in which this socket is present.',
      args: {
        topic: topicArgument,
        state: { type: 'PresenceStateInput!' },
        member: { type: 'ID', description: '`self` of another connection of the same person, for clients that do not send this on the socket that is present.' },
      },
      resolve: (async (_root, args, context) => {
        const { topic, state, member } = args as unknown as UpdateArguments;
        await realtime().presence.update(topicNamed(topic, context), state, member ?? undefined, context, connectionOf(context));
        return true;
      }) satisfies Resolver,
    },
    sendSignal: {
      type: 'Boolean!',
      description: 'Sends something to all who hear the signals of a topic.',
      args: { topic: topicArgument, payload: { type: 'JSON!' } },
      resolve: (async (_root, { topic, payload }, context) => {
        await realtime().signals.send(topicNamed(String(topic), context), payload, context);
        return true;
      }) satisfies Resolver,
    },
  });
  for (const object of schema.catalog.objects.values()) {
    if (!isFollowed(object) || object.system || [...object.fields.values()].some(({ graphqlName }) => graphqlName === 'viewers')) continue;
    schema.addRecordField({
      object: object.name,
      name: 'viewers',
      type: '[PresenceMember!]!',
      description: 'Who is present in the topic of the record.',
      needs: ['id'],
      resolve: ({ id }, _args, context) =>
        context.caller.userId === undefined ? [] : context.loader<string, readonly Member[]>(`realtime.viewers.${object.name}`, (ids) => realtime().presence.viewersOf(object, ids)).load(String(id)),
    });
  }
}
