import { defaultFieldResolver } from 'graphql';
import type { SchemaExtension } from '../../../builder/phase.ts';
import { objectArgument, type InputFields, type OutputField, type OutputFields, type Resolver } from '../../../builder/spec.ts';
import { actions, explainAccess, type ExplainInput } from './explain-access.ts';
import { layerKinds, outcomes, steps } from './layers.ts';
import type { Tools } from './person.ts';
import { accessReport, scopes } from './report.ts';

const enums = {
  AccessAction: ['What somebody wants to do with a record.', actions],
  AccessStep: ['What has to hold, one after the other.', steps],
  AccessLayerKind: ['Kind of rule that takes part in a decision.', layerKinds],
  AccessOutcome: ['What a layer says.', outcomes],
  AccessScope: ['For which records a right holds.', scopes],
} as const;

const field = (type: string, description: string, args?: OutputField['args']): OutputField => ({ type, description, args, resolve: defaultFieldResolver as Resolver });

const paging: InputFields = { first: { type: 'Int', description: 'Page size: 50, at most 200.' }, after: { type: 'String', description: 'Cursor that the page follows.' } };

const types: Readonly<Record<string, readonly [description: string, fields: OutputFields]>> = {
  AccessExplanation: ['Why somebody may or may not do something with a record.', {
    object: field('String!', 'Machine name.'),
    id: field('ID', 'The record; null for one that would be created.'),
    action: field('AccessAction!', 'What was asked about.'),
    userId: field('ID', 'Whose rights these are.'),
    allowed: field('Boolean!', 'The decision, as it is enforced.'),
    summary: field('String!', 'The decision in a sentence.'),
    layers: field('[AccessLayer!]!', 'What led to it, in the order in which it is decided.'),
    fields: field('[FieldAccessExplanation!]!', 'Rights on the fields of this record.'),
  }],
  AccessLayer: ['One rule that takes part in a decision.', {
    step: field('AccessStep!', 'What it decides about.'),
    kind: field('AccessLayerKind!', 'What it is.'),
    permissionSet: field('String', 'The permission set whose rows it is about; null for all.'),
    name: field('String!', 'The permission set, rule, policy or reason.'),
    outcome: field('AccessOutcome!', 'What it says about the record.'),
    detail: field('String', 'Why, where it can be told.'),
  }],
  FieldAccessExplanation: ['Rights on one field of one record.', {
    name: field('String!', 'Machine name.'),
    canRead: field('Boolean!', 'On this record.'),
    canEdit: field('Boolean!', 'On this record.'),
    canFilter: field('Boolean!', 'In filters and searches.'),
    canSort: field('Boolean!', 'In orders.'),
    canAggregate: field('Boolean!', 'In groups and aggregates.'),
    mask: field('String', 'How the value is masked: redact, partial, hash or nullify.'),
    guarded: field('Boolean!', 'Some rule names the field; it does not go with its object.'),
    readers: field('[String!]!', 'Permission sets of the caller that show it, on the rows that they open.'),
    editors: field('[String!]!', 'Permission sets of the caller that let it be written, on the rows that they open.'),
    hiddenBy: field('[String!]!', 'Of a formula: the fields that it reads and that hide it. For holders of manage_users.'),
  }],
  AccessReport: ['Who can do what on an object.', {
    object: field('String!', 'Machine name.'),
    sharingModel: field('String!', 'Org-wide default.'),
    ownerField: field('String', 'Field that names the owner.'),
    sharingRules: field('[AccessReportRule!]!', 'Sharing rules of the object.'),
    policies: field('[String!]!', 'Row-level policies for all sets.'),
    combinations: field('AccessReportCombinations!', 'Combinations of permission sets, roles and groups that active users have.', paging),
    users: field('AccessReportUsers!', 'Active users, each with everything that counts for them.', paging),
  }],
  AccessReportRule: ['A sharing rule.', {
    name: field('String!', 'Name of the rule.'),
    accessLevel: field('String!', 'What it opens records for.'),
    sharedWith: field('[String!]!', 'For whom it is: `role boss`.'),
  }],
  AccessReportCombinations: ['A page of combinations.', {
    nodes: field('[AccessReportCombination!]!', 'The page.'),
    endCursor: field('String', 'For `after` of the next page; null where there is none.'),
  }],
  AccessReportCombination: ['What people with these have.', {
    permissionSets: field('[String!]!', 'Profiles and permission sets, those that everybody has included.'),
    roles: field('[String!]!', 'Roles.'),
    groups: field('[String!]!', 'Groups, those of roles included.'),
    userCount: field('Int!', 'Active users who have exactly these.'),
    rights: field('AccessRights!', 'What they may do.'),
  }],
  AccessReportUsers: ['A page of users.', {
    nodes: field('[AccessReportUser!]!', 'The page.'),
    endCursor: field('String', 'For `after` of the next page; null where there is none.'),
  }],
  AccessReportUser: ['What a user may do.', {
    id: field('ID!', 'The user.'),
    name: field('String', 'Name of the user.'),
    permissionSets: field('[String!]!', 'Profiles and permission sets.'),
    roles: field('[String!]!', 'Roles.'),
    groups: field('[String!]!', 'Groups.'),
    rights: field('AccessRights!', 'What the user may do.'),
  }],
  AccessRights: ['Rights on an object.', {
    create: field('AccessScope!', 'Creating records.'),
    read: field('AccessScope!', 'Reading.'),
    edit: field('AccessScope!', 'Editing.'),
    delete: field('AccessScope!', 'Deleting, restoring and purging.'),
    viewAll: field('Boolean!', 'Reads past sharing.'),
    modifyAll: field('Boolean!', 'Reads, edits and deletes past sharing.'),
    transfer: field('Boolean!', 'Gives records to anybody.'),
    sharingRules: field('[String!]!', 'Sharing rules that open records.'),
    fields: field('[AccessReportField!]!', 'Rights on fields.'),
  }],
  AccessReportField: ['Rights on a field.', {
    name: field('String!', 'Machine name.'),
    read: field('AccessScope!', 'Of the records that may be read.'),
    edit: field('AccessScope!', 'Of the records that may be edited.'),
    mask: field('String', 'How the value is masked.'),
  }],
};

/** `explainAccess` and `accessReport` of Query, with their types. */
export function extendWithExplanation({ addType, addFields }: SchemaExtension, tools: Tools): void {
  for (const [name, [description, values]] of Object.entries(enums)) {
    addType(name, { kind: 'enum', description, values: Object.fromEntries(Object.entries(values).map(([value, text]) => [value, { description: text }])) });
  }
  for (const [name, [description, fields]] of Object.entries(types)) addType(name, { kind: 'object', role: 'shared', description, fields: () => fields });
  addFields('Query', {
    explainAccess: {
      type: 'AccessExplanation',
      description: 'Why somebody may or may not do something with a record: oneself, or for holders of manage_users anybody. Null where there is no record that the asker may see.',
      args: {
        object: objectArgument,
        id: { type: 'ID', description: 'The record; left out for CREATE.' },
        action: { type: 'AccessAction!' },
        as: { type: 'ID', description: 'Another user.' },
      },
      resolve: (_parent, args, context) => explainAccess(args as unknown as ExplainInput, tools, context),
    },
    accessReport: {
      type: 'AccessReport!',
      description: 'Who can do what on an object. For holders of manage_users.',
      args: { object: objectArgument },
      resolve: (_parent, args, context) => accessReport(String((args as { readonly object: string }).object), tools, context),
    },
  });
}
