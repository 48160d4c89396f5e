import * as z from 'zod';
import type { Catalog, CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import type { CatalogReport, WantedIndex } from '../../../metadata/phase.ts';
import { canMask } from '../access/mask.ts';
import type { FieldRule, MaskStrategy, ObjectModel, SharingModel } from '../rules.ts';
import { checkHolder, type Draft } from './read-rules.ts';

const modelSpellings = {
  private: 'private', public_read: 'public_read', public_read_only: 'public_read', read: 'public_read', public_read_write: 'public_read_write', read_write: 'public_read_write',
  full: 'public_full', controlled_by_parent: 'controlled_by_parent',
} as const satisfies Readonly<Record<string, SharingModel>>;
const spellings = Object.keys(modelSpellings) as (keyof typeof modelSpellings)[];

const model = z.enum(spellings).describe('Who may see and edit records of others; private by default.');
const holders = z.union([z.string(), z.array(z.string())]);
const count = z.int().min(0).max(100);
const presets = { phone: { keepHead: 3, keepTail: 4 }, id_card: { keepHead: 3, keepTail: 4 }, bank_account: { keepHead: 4, keepTail: 4 }, email: { keepHead: 1, keepTail: 4 }, name: { keepHead: 1, keepTail: 0 } } as const;

export const objectKeys = { sharingModel: model.optional(), security: z.strictObject({ sharingModel: model }).optional() };

export const fieldKeys = {
  visible_to: holders.optional().describe('Profiles, permission sets and roles that may read the field; nobody else may.'),
  editable_by: holders.optional().describe('Profiles, permission sets and roles that may write the field; nobody else may.'),
  maskingRule: z
    .strictObject({
      field: z.string().optional(),
      strategy: z.enum(['redact', 'full', 'partial', 'hash', 'nullify']).optional().describe('What shows in place of the value; `tokenize`, `randomize` and `substitute` are not available.'),
      preset: z.enum(Object.keys(presets) as (keyof typeof presets)[]).optional(),
      keepHead: count.optional(),
      keepTail: count.optional(),
      roles: z.array(z.string()).optional().describe('Only for them; for everybody by default.'),
      exemptRoles: z.array(z.string()).optional().describe('They see the value.'),
    })
    .optional(),
};

/** Sharing model and owner of every object. */
export function readModels({ catalog }: Draft, report: CatalogReport): ReadonlyMap<string, ObjectModel> {
  const models = new Map<string, ObjectModel>();
  for (const object of catalog.objects.values()) {
    const sharing = sharingOf(object);
    const masters = sharing === 'controlled_by_parent' ? mastersOf(object) : [];
    if (sharing === 'controlled_by_parent' && masters.length === 0) report('error', object.name, ['sharingModel'], 'nothing controls the records: the object has no master_detail field', 'Make the lookup to the parent a master_detail field.');
    models.set(object.name, { sharing, owner: ownerOf(object), masters });
  }
  return models;
}

function sharingOf({ definition, system }: CatalogObject): SharingModel {
  const written = (definition['sharingModel'] ?? (definition['security'] as { sharingModel?: string } | undefined)?.sharingModel) as keyof typeof modelSpellings | undefined;
  // People and other records of the platform are common knowledge to those whom a permission set lets read them.
  return written === undefined ? (system ? 'public_read' : 'private') : modelSpellings[written];
}

/**
 * Indexes of private objects go on with the owner, and with the mark of the trash: what is counted and passed over along an index is then
 * judged without a look at the rows.
 */
export function ownerIndexes({ objects }: Catalog): readonly WantedIndex[] {
  return [...objects.values()].flatMap((object) => {
    const owner = sharingOf(object) === 'private' ? ownerOf(object) : undefined;
    if (owner === undefined) return [];
    const judged = [owner, ...(object.softDelete === undefined ? [] : [object.softDelete])];
    return object.indexes
      // One that holds the id leads to few rows, in the order in which they are read.
      .filter(({ fields, unique, type, partial }) => type === 'btree' && !unique && partial === undefined && !fields.includes('id'))
      .map(({ fields }) => ({ object: object.name, fields: [...fields, ...judged.filter((field) => !fields.includes(field))] }));
  });
}

function mastersOf(object: CatalogObject): readonly string[] {
  return [...object.relations.values()].flatMap((relation) => (relation.kind === 'one' && object.fields.get(relation.field)?.type.name === 'master_detail' ? [relation.name] : []));
}

/** The field `owner` when it names a user, else whoever created the record. */
function ownerOf(object: CatalogObject): string | undefined {
  const field = ['owner', 'owner_id'].map((name) => object.fields.get(name)).find((one) => one?.reference?.object === 'sys_user' && !one.multiple);
  return field?.name ?? (object.fields.has('created_by') ? 'created_by' : undefined);
}

/** `visible_to`, `editable_by` and `maskingRule` of fields. */
export function readFieldRules(draft: Draft, report: CatalogReport): void {
  for (const object of draft.catalog.objects.values()) {
    for (const field of object.fields.values()) {
      const { definition } = field;
      const before = draft.fields.get(`${object.name}.${field.name}`);
      const listed = (key: 'visible_to' | 'editable_by'): readonly string[] | undefined => {
        const list = definition[key] === undefined ? undefined : ([definition[key]].flat() as string[]);
        for (const name of list ?? []) checkHolder(draft, name, (message, hint) => { report('error', `${object.name}.${field.name}`, [key], message, hint); });
        return list;
      };
      const visibleTo = listed('visible_to') ?? before?.visibleTo;
      const editableBy = listed('editable_by') ?? before?.editableBy;
      const mask = readMask(draft, field, report);
      if (visibleTo ?? editableBy ?? mask) draft.fields.set(`${object.name}.${field.name}`, { visibleTo, editableBy, mask });
    }
  }
}

interface MaskDefinition {
  readonly field?: string;
  readonly strategy?: 'redact' | 'full' | 'partial' | 'hash' | 'nullify';
  readonly preset?: keyof typeof presets;
  readonly keepHead?: number;
  readonly keepTail?: number;
  readonly roles?: readonly string[];
  readonly exemptRoles?: readonly string[];
}

function readMask(draft: Draft, field: CatalogField, report: CatalogReport): FieldRule['mask'] {
  const rule = field.definition['maskingRule'] as MaskDefinition | undefined;
  if (!rule) return undefined;
  const subject = `${field.object}.${field.name}`;
  const problem = (key: string, message: string, hint?: string): void => { report('error', subject, ['maskingRule', key], message, hint); };
  if (rule.field !== undefined && rule.field !== field.name) problem('field', `the rule names the field "${rule.field}"`, 'A masking rule is for the field it stands at.');
  for (const key of ['roles', 'exemptRoles'] as const) {
    for (const name of rule[key] ?? []) checkHolder(draft, name, (message, hint) => { problem(key, message, hint); });
  }
  const strategy = strategyOf(rule);
  if (strategy.kind !== 'partial' && (rule.keepHead !== undefined || rule.keepTail !== undefined || rule.preset !== undefined)) problem('strategy', 'only partial masks keep parts of the value');
  if (strategy.kind === 'partial' && strategy.keepHead + strategy.keepTail === 0) problem('strategy', 'a partial mask says what it keeps', 'Give preset, keepHead or keepTail.');
  if (!canMask(strategy, field)) problem('strategy', `a field of the type ${field.type.name} cannot be masked with ${strategy.kind}`, 'Texts take every strategy; other types only nullify.');
  return { strategy, roles: rule.roles, exemptRoles: rule.exemptRoles ?? [] };
}

function strategyOf({ strategy, preset, keepHead, keepTail }: MaskDefinition): MaskStrategy {
  const kind = strategy ?? (preset !== undefined || keepHead !== undefined || keepTail !== undefined ? 'partial' : 'redact');
  if (kind === 'full' || kind === 'redact') return { kind: 'redact' };
  if (kind !== 'partial') return { kind };
  const base = preset === undefined ? { keepHead: 0, keepTail: 0 } : presets[preset];
  return { kind, keepHead: keepHead ?? base.keepHead, keepTail: keepTail ?? base.keepTail };
}
