import { defaultFieldResolver } from 'graphql';
import type { OutputField, OutputFields, Resolver, TypeSpec } from '../../../builder/spec.ts';
import { loader } from '../../../builder/loaders.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { presenceKinds, type Member, type PresenceMessage } from '../presence/member.ts';
import { readNames } from '../presence/read-names.ts';

const byName = defaultFieldResolver as Resolver;
const plain = (type: string, description: string): OutputField => ({ type, description, resolve: byName });
const values = (texts: Readonly<Record<string, string>>): TypeSpec => ({ kind: 'enum', values: Object.fromEntries(Object.entries(texts).map(([name, description]) => [name, { description }])) });

/** Each part of a state, for the input and for the output: `[type of the input, type of the output, description]`. */
const parts: Readonly<Record<string, readonly [string, string, string]>> = {
  status: ['PresenceStatus', 'PresenceStatus', 'How available the person is.'],
  customStatus: ['String', 'String', 'In words.'],
  location: ['String', 'String', 'Where in the app the person is: a page, a view, a tab.'],
  device: ['PresenceDevice', 'PresenceDevice', 'What the person uses.'],
  fieldName: ['String', 'String', 'The field that has the focus.'],
  position: ['PresencePositionInput', 'PresencePosition', 'The text cursor.'],
  selection: ['PresenceSelectionInput', 'PresenceSelection', 'The selected text.'],
  typing: ['Boolean', 'Boolean', 'The person is writing.'],
  color: ['String', 'String', 'In which cursor and name are shown.'],
  metadata: ['JSON', 'JSON', 'Whatever the client adds.'],
};
const side = (index: 0 | 1): OutputFields => Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, plain(part[index], part[2])]));

const nameOf: Resolver = (member, _args, context) => loader<string, string | null, RequestContext>(context, 'realtime.names', readNames).load((member as Member).userId);
const selfOf: Resolver = (message) => (message as PresenceMessage).self;

export const presenceTypes: Readonly<Record<string, TypeSpec>> = {
  PresenceStatus: values({ ONLINE: 'There.', AWAY: 'Not at the screen.', BUSY: 'Not to be disturbed.', OFFLINE: 'Wants to be shown as gone.' }),
  PresenceDevice: values({ DESKTOP: 'A computer.', MOBILE: 'A telephone.', TABLET: 'A tablet.', OTHER: 'Something else.' }),
  PresenceDirection: values({ FORWARD: 'From the anchor on.', BACKWARD: 'Back from the anchor.' }),
  PresenceKind: values(presenceKinds),
  PresencePositionInput: { kind: 'input', fields: () => ({ line: { type: 'Int!' }, column: { type: 'Int!' } }) },
  PresenceSelectionInput: { kind: 'input', fields: () => ({ anchor: { type: 'PresencePositionInput!' }, focus: { type: 'PresencePositionInput!' }, direction: { type: 'PresenceDirection' } }) },
  PresenceStateInput: { kind: 'input', description: 'What a person tells of itself in a topic; what is left out is forgotten.', fields: () => Object.fromEntries(Object.entries(parts).map(([name, [type, , description]]) => [name, { type, description }])) },
  PresencePosition: { kind: 'object', role: 'shared', fields: () => ({ line: plain('Int!', 'From 0.'), column: plain('Int!', 'From 0.') }) },
  PresenceSelection: { kind: 'object', role: 'shared', fields: () => ({ anchor: plain('PresencePosition!', 'Where it began.'), focus: plain('PresencePosition!', 'Where it ends.'), direction: plain('PresenceDirection', 'To which side of the anchor.') }) },
  PresenceState: { kind: 'object', role: 'shared', description: 'What a person tells of itself in a topic.', fields: () => side(1) },
  PresenceMember: {
    kind: 'object', role: 'shared', description: 'One connection of a person in a topic.',
    fields: () => ({
      id: plain('ID!', 'Of this connection; a person with two windows is there twice.'),
      userId: plain('ID!', 'Whose it is.'),
      name: { type: 'String', description: 'Name of the person; null for those who may not read it.', resolve: nameOf },
      state: plain('PresenceState!', 'What the person tells of itself.'),
      joinedAt: plain('DateTime!', 'When it came.'),
      updatedAt: plain('DateTime!', 'When it was last heard of.'),
    }),
  },
  PresenceMessage: {
    kind: 'object', role: 'shared', description: 'A message about who is present.',
    fields: () => ({
      kind: plain('PresenceKind!', 'What happened.'),
      members: plain('[PresenceMember!]!', 'Who it is about.'),
      self: { type: 'ID!', description: 'Id of the member that this subscription is.', resolve: selfOf },
    }),
  },
  SignalMessage: {
    kind: 'object', role: 'shared', description: 'What somebody sent to all in a topic.',
    fields: () => ({
      userId: plain('ID!', 'Who sent it.'),
      payload: plain('JSON', 'What was sent.'),
      at: plain('DateTime!', 'When.'),
    }),
  },
};
