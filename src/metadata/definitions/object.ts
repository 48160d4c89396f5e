import * as z from 'zod';
import { apiMethods } from '../catalog.ts';
import type { KeyVocabulary } from './key-vocabulary.ts';

const flag = (description: string) => z.boolean().optional().describe(description);
const text = (description: string) => z.string().optional().describe(description);

const index = z.object({
  name: text('Name in the database; derived from table and columns by default.'),
  fields: z.array(z.string()).min(1).describe('Fields in order.'),
  unique: z.union([z.boolean(), z.enum(['global', 'organization'])]).optional().describe('No two records have the same values; a unique index without `partial` becomes a key of the API.'),
  type: z.enum(['btree', 'hash', 'gin', 'gist', 'fulltext']).optional().describe('Access method; `fulltext` adds the fields to the search.'),
  partial: text('SQL condition of a partial index.'),
});

const search = z.object({
  fields: z.array(z.string()).describe('Text fields in order of weight.'),
  language: text('PostgreSQL text search configuration; `english` by default.'),
  displayFields: z.array(z.string()).optional().describe('Fields that a result shows, for user interfaces.'),
  filters: z.array(z.string()).optional().describe('Fields that narrow a search, for user interfaces.'),
});

export const enableShape = {
  searchable: flag('Has full-text search when fields are searchable; true by default.'),
  apiEnabled: flag('Is part of the API; true by default.'),
  apiMethods: z.array(z.enum(apiMethods)).optional().describe('The only methods that the API has; all by default.'),
  trash: flag('Deleted records are kept and can be restored.'),
} satisfies z.ZodRawShape;

const softDelete = z.union([
  z.boolean(),
  z.object({
    enabled: z.boolean().describe('Deleted records are kept and can be restored.'),
    field: z.string().regex(/^[a-z_][a-z0-9_]*$/, 'is not a field name').optional().describe('Field that holds the time of deletion; `deleted_at` by default.'),
    cascadeDelete: z.boolean().optional(),
  }),
]);

export const objectShape = {
  name: text('Machine name: `account`. The name of the file by default.'),
  label: text('Shown to people; derived from the name by default.'),
  pluralLabel: text('Plural of the label; derived by default.'),
  description: text('What a record is; becomes the description in the API.'),
  icon: text('Icon for user interfaces.'),
  active: flag('False: records stay in the database and the API does not show them.'),
  abstract: flag('True: a base for other definitions; without table and API.'),
  tableName: z.string().regex(/^[a-z_][a-z0-9_]*$/, 'is not a table name: lower-case letters, digits and underscores').max(63).optional().describe('Table in the database; the name by default.'),
  view: flag('Records are rows of a view with the name of the table, which something else keeps in the database: no table is made, and records are only read.'),
  fields: z.record(z.string(), z.unknown()).optional().describe('Fields by machine name.'),
  indexes: z.array(index).optional().describe('Indexes and compound unique keys.'),
  nameField: text('Field that titles a record: `name`, else `title`, else the first text field by default.'),
  recordName: z.looseObject({ type: z.enum(['text', 'autonumber']).describe('Whether people write it, or the platform makes a number.') }).optional().describe('How the field that titles a record gets its value; further keys are those of an autonumber: displayFormat, startNumber.'),
  search: search.optional().describe('Full-text search.'),
  enable: z.looseObject(enableShape).optional().describe('Capabilities.'),
  softDelete: softDelete.optional().describe('Deleted records are kept and can be restored.'),
  renamedFrom: text('Former name, so that the table is renamed and keeps its data.'),
  deprecated: z.union([z.string(), z.boolean()]).optional().describe('Marks the object as deprecated in the API, with the reason.'),
} satisfies z.ZodRawShape;

/** Keys of `extend: account` definitions. */
export const extensionShape = {
  extend: z.string().describe('Object to extend.'),
  label: objectShape.label,
  pluralLabel: objectShape.pluralLabel,
  description: objectShape.description,
  icon: objectShape.icon,
  fields: objectShape.fields,
  indexes: objectShape.indexes,
  nameField: objectShape.nameField,
  recordName: objectShape.recordName,
  search: objectShape.search,
  enable: objectShape.enable,
  priority: z.int().min(0).max(999).optional().describe('A higher one is applied later and wins; 200 by default.'),
} satisfies z.ZodRawShape;

const clientKeys = ['tags', 'fieldGroups', 'compactLayout', 'stageField', 'listViews', 'userActions', 'activityMilestones', 'actions'];

const inertKeys = [
  'isSystem', 'datasource', 'external', 'validations', 'stateMachines', 'stateMachine', 'workflows', 'titleFormat', 'recordTypes', 'sharingModel', 'externalSharingModel', 'tenancy',
  'versioning', 'partitioning', 'cdc', 'keyPrefix', 'ownership', 'access', 'requiredPermissions', 'lifecycle', 'publicSharing', 'managedBy', 'fileAccessDelegate', 'systemFields',
  'protection', 'permission_set', 'hidden', 'hooks', 'triggers', 'security', 'graphql', 'namespace', 'federation', 'cache',
];

const aliases = {
  labelPlural: 'pluralLabel',
  displayNameField: 'nameField',
  highlightFields: 'compactLayout',
  capabilities: 'enable',
  features: 'enable',
  internalAccess: 'sharingModel',
};

export const objectVocabulary: KeyVocabulary = { what: 'object', shape: objectShape, client: new Set(clientKeys), inert: new Set(inertKeys), aliases };

export const extensionVocabulary: KeyVocabulary = { what: 'extension', shape: extensionShape, client: new Set(clientKeys), inert: new Set(inertKeys), aliases };

export const enableVocabulary: KeyVocabulary = {
  what: 'capability',
  shape: enableShape,
  client: new Set(['mru', 'clone']),
  inert: new Set(['trackHistory', 'files', 'feeds', 'activities', 'enableDuplicateDetection', 'approvalProcess', 'emailToCase']),
  aliases: { audit: 'trackHistory' },
};
