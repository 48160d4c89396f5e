import * as z from 'zod';
import type { KeyVocabulary } from './key-vocabulary.ts';

const flag = (description: string) => z.boolean().optional().describe(description);
const text = (description: string) => z.string().optional().describe(description);

const option = z.object({
  value: z.string().describe('As stored; any spelling, `Active Customer` becomes the enum value ACTIVE_CUSTOMER.'),
  label: z.string().optional().describe('Shown to people; derived from the value by default.'),
  color: z.string().optional().describe('Colour for user interfaces.'),
  default: z.boolean().optional().describe('This option is the default value.'),
  deprecated: z.union([z.string(), z.boolean()]).optional().describe('Marks the option as deprecated in the API, with the reason.'),
  visibleWhen: z.union([z.string().min(1), z.looseObject({ source: z.string().min(1) })]).optional().describe('Condition under which the option can be chosen.'),
});

export const deleteBehaviors = ['set_null', 'cascade', 'restrict'] as const;

/** Keys that fields of every type have. The keys of a type stand in its own file under `field-types/`. */
export const fieldShape = {
  name: text('Machine name; the key in `fields` by default.'),
  type: z.string().describe('Field type.'),
  label: text('Shown to people; derived from the name by default.'),
  description: text('What the field means; becomes the description in the API.'),
  inlineHelpText: text('Help beside the input; follows the description in the API.'),
  required: flag('A record cannot be without a value.'),
  unique: z.union([z.boolean(), z.enum(['global', 'organization'])]).optional().describe('No two records have the same value; the field becomes a key of the API.'),
  defaultValue: z.unknown().optional().describe('Value of a new record: a literal, or one of NOW(), TODAY(), current_user.'),
  multiple: flag('Holds a list of values.'),
  options: z.array(option).optional().describe('Values to choose from.'),
  searchable: flag('Part of the full-text search.'),
  sortable: flag('Lists may be ordered by it; true by default.'),
  externalId: flag('Identifies the record in another system: unique, and a key for upserts.'),
  index: flag('Has an index of its own.'),
  hidden: flag('User interfaces do not show it.'),
  readonly: flag('Not writable through the API.'),
  internal: flag('Never returned by the API and never usable in filters.'),
  columnName: z.string().regex(/^[a-z_][a-z0-9_]*$/, 'is not a column name: lower-case letters, digits and underscores').max(63).optional().describe('Column in the database; derived from the name by default.'),
  renamedFrom: text('Former name, so that the column is renamed and keeps its data.'),
  aliases: z
    .array(z.union([z.string(), z.strictObject({ name: z.string().describe('Former name of the field.'), deprecated: z.string().min(1).optional().describe('Reason that the API shows; the new name by default.') })]))
    .optional()
    .describe('Former names under which the API reads, filters, sorts and writes the field too, marked as deprecated.'),
  deprecated: z.union([z.string(), z.boolean()]).optional().describe('Marks the field as deprecated in the API, with the reason.'),
  reference: text('Object that a lookup points to.'),
  deleteBehavior: z.enum(deleteBehaviors).optional().describe('What happens to this record when the one it points to is deleted.'),
  relatedName: text('Name of the collection that the object pointed to gets.'),
  fields: z.record(z.string(), z.unknown()).optional().describe('Sub-fields of composite types.'),
} satisfies z.ZodRawShape;

/** Keys for user interfaces: kept in the definition, handed to clients, nothing acts on them in the server. */
const clientKeys = ['placeholder', 'widget', 'group'];

/** Keys of the vocabulary that only a plugin brings to life. */
const inertKeys = [
  'defaultExpression', 'trackHistory', 'visibleWhen', 'readonlyWhen', 'requiredWhen', 'dependencies', 'dependsOn', 'expression', 'returnType', 'summaryOperations', 'autonumberFormat', 'startNumber',
  'cached', 'dataQuality', 'encryptionConfig', 'maskingRule', 'requiredPermissions', 'visible_to', 'editable_by', 'caseSensitive', 'system', 'federation', 'entity',
];

/** Common by name, and of use to some types only. */
export const keysOfSomeTypes: readonly string[] = ['options', 'reference', 'deleteBehavior', 'relatedName', 'fields'];

export const fieldVocabulary: KeyVocabulary = {
  what: 'field',
  shape: fieldShape,
  client: new Set(clientKeys),
  inert: new Set(inertKeys),
  aliases: {
    referenceTo: 'reference',
    object: 'reference',
    onDelete: 'deleteBehavior',
    cascadeDelete: 'deleteBehavior',
    maxlength: 'maxLength',
    minlength: 'minLength',
    default: 'defaultValue',
    formula: 'expression',
    startingNumber: 'startNumber',
    conditionalRequired: 'requiredWhen',
    visibleOn: 'visibleWhen',
    visibility: 'visibleWhen',
    visible: 'visibleWhen',
    showWhen: 'visibleWhen',
    auditTrail: 'trackHistory',
    trackFeedHistory: 'trackHistory',
    audit: 'trackHistory',
    readOnly: 'readonly',
    helpText: 'inlineHelpText',
  },
};
