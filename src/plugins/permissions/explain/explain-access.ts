import { validate as isUuid } from 'uuid';
import type { CatalogObject } from '../../../metadata/catalog.ts';
import { findObject } from '../../../metadata/find-object.ts';
import { identifier } from '../../../resolvers/sql/identifier.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { modelOf } from '../access/set-rows.ts';
import { fieldRights, fieldsOf, isWritable, type FieldRights } from './fields.ts';
import { enforced, layersOf, type Layer, type LayerScope, type Step } from './layers.ts';
import { isManager, otherCaller, personOf, type Person, type Tools } from './person.ts';
import { Questions, type Image } from './questions.ts';
import { isManaged } from './reach.ts';

export const actions = {
  READ: 'Seeing the record.',
  EDIT: 'Changing the record in a way that its rules on rows do not look at.',
  DELETE: 'Deleting the record, restoring it or purging it.',
  TRANSFER: 'Giving the record away, whoever gets it.',
  CREATE: 'Creating a record; `id` is left out.',
} as const;
export type Action = keyof typeof actions;

export interface Explanation {
  readonly object: string;
  readonly id: string | undefined;
  readonly action: Action;
  readonly userId: string | undefined;
  readonly allowed: boolean;
  readonly summary: string;
  readonly layers: readonly Layer[];
  readonly fields: readonly (FieldRights & { readonly canRead: boolean; readonly canEdit: boolean })[];
}

const stepsOf: Readonly<Record<Action, readonly (readonly [Step, Image])[]>> = {
  READ: [['SEE', 'record']],
  EDIT: [['SEE', 'record'], ['CHANGE', 'record'], ['RESULT', 'record']],
  DELETE: [['SEE', 'record'], ['DELETE', 'record']],
  TRANSFER: [['SEE', 'record'], ['CHANGE', 'record'], ['RESULT', 'given away']],
  CREATE: [['CREATE', 'record']],
};

export interface ExplainInput {
  readonly object: string;
  readonly id?: string | null | undefined;
  readonly action: Action;
  readonly as?: string | null | undefined;
}

/** Why somebody may or may not do something with a record; undefined where there is none that the asker may know of. */
export async function explainAccess({ object: name, id, action, as }: ExplainInput, tools: Tools, context: RequestContext): Promise<Explanation | undefined> {
  const isOther = as !== undefined && as !== null && as !== context.caller.userId;
  const person = await personOf(tools, isOther ? await otherCaller(tools, as, context, 'read') : context.caller, context);
  const object = findObject(context.catalog, name);
  if (!object) return undefined;
  // A key tells nothing about records that it is not for.
  if (context.caller.kind === 'apiKey' && context.access.object(object.name).read === false) return undefined;
  const full = isManager(context, 'read');
  if (action === 'CREATE') return explainCreating(object, person, full, context);
  if (typeof id !== 'string' || !isUuid(id)) return undefined;
  if (full && !(await isManaged(object.name, id, context))) return undefined;
  return explain(object, id, action, person, full, context);
}

/** Of a record that is not there yet, nothing is known but the rules. */
function explainCreating(object: CatalogObject, person: Person, full: boolean, context: RequestContext): Explanation | undefined {
  const rules = person.rulesOn(object.name);
  const access = person.access.object(object.name);
  if (!rules || (!full && !access.create)) return undefined;
  const questions = new Questions(object, context);
  const layers = layersOf({ object, rules, sets: person.sets, compiled: person.compiled.object(object.name), access, questions, full }, 'CREATE', 'record').map(({ outcome, ...layer }): Layer => ({ ...layer, outcome: outcome() }));
  const allowed = enforced.CREATE(access) !== false;
  return {
    object: object.name, id: undefined, action: 'CREATE',
    userId: person.caller.userId,
    allowed,
    summary: !allowed ? summaryOf(object, 'CREATE', layers) : access.check === true ? 'Allowed.' : 'Allowed for records that the rules let through.',
    layers,
    fields: fieldsOf(object).flatMap((field) => {
      const { read, edit } = access.field(field.name);
      const canEdit = allowed && isWritable(field) && edit !== false;
      return full || read !== false || canEdit ? [{ ...fieldRights(rules, field, person.access, full), canRead: read !== false, canEdit }] : [];
    }),
  };
}

async function explain(object: CatalogObject, id: string, action: Action, person: Person, full: boolean, context: RequestContext): Promise<Explanation | undefined> {
  const rules = person.rulesOn(object.name);
  if (!rules) return undefined;
  const access = person.access.object(object.name);
  const { requestId, now, catalog, database, signal } = context;
  const questions = new Questions(object, { requestId, now, catalog, database, signal, variables: {}, caller: person.caller, access: person.access });
  const scope: LayerScope = { object, rules, sets: person.sets, compiled: person.compiled.object(object.name), access, questions, full };

  const pending = stepsOf[action].flatMap(([step, image]) => layersOf(scope, step, image));
  const decisions = stepsOf[action].map(([step, image]) => ({ step, holds: questions.ask(enforced[step](access), image) }));
  const visible = questions.ask(access.read);
  const changeable = questions.ask(access.edit);
  const owner = modelOf(rules.rules, object.name).owner;
  const ownerField = owner === undefined ? undefined : object.fields.get(owner);
  const mayGive = questions.ask(ownerField && isWritable(ownerField) ? access.field(ownerField.name).edit : false);
  const trash = object.softDelete === undefined ? () => false : trashed(object, questions);
  const fields = fieldsOf(object).map((field) => {
    const { read, edit } = access.field(field.name);
    return { rights: fieldRights(rules, field, person.access, full), may: read !== false || edit !== false, read: questions.ask(read), edit: questions.ask(isWritable(field) ? edit : false) };
  });

  if (!(await questions.run(id, owner)) || (!full && !visible())) return undefined;
  const layers: Layer[] = pending.map(({ outcome, ...layer }) => ({ ...layer, outcome: outcome() }));
  if (action === 'TRANSFER') layers.push({ step: 'CHANGE', kind: 'OWNER_FIELD', name: owner ?? 'owner', outcome: mayGive() ? 'GRANTED' : 'DENIED', ...(!ownerField && { detail: `${object.name} has no owner` }) });
  if (object.softDelete !== undefined) layers.unshift({ step: 'SEE', kind: 'TRASH', name: 'trash', outcome: trash() ? 'DENIED' : 'GRANTED', ...(trash() && { detail: 'the record is in the trash' }) });
  const failed = decisions.find(({ holds }) => !holds())?.step;
  const refused = failed ?? (action === 'TRANSFER' && !mayGive() ? 'CHANGE' : undefined) ?? (trash() && action !== 'DELETE' ? 'SEE' : undefined);
  return {
    object: object.name, id: id.toLowerCase(), action,
    userId: person.caller.userId,
    allowed: refused === undefined,
    summary: refused === undefined ? 'Allowed.' : summaryOf(object, refused, layers),
    layers,
    fields: fields
      .filter(({ may }) => full || may)
      .map(({ rights, read, edit }) => ({ ...rights, canRead: visible() && read(), canEdit: visible() && changeable() && edit() })),
  };
}

function trashed({ fields, softDelete = '' }: CatalogObject, questions: Questions): () => boolean {
  const column = identifier(fields.get(softDelete)?.column ?? softDelete);
  return questions.askSql((alias) => `${alias}.${column} IS NOT NULL`);
}

const verbs: Readonly<Record<Step, string>> = { SEE: 'read', CHANGE: 'edited', RESULT: 'left as the edit makes it', DELETE: 'deleted', CREATE: 'created' };

/** The first thing that stands in the way, in a sentence. */
function summaryOf({ name }: CatalogObject, step: Step, all: readonly Layer[]): string {
  const layers = all.filter((layer) => layer.step === step);
  const denied = (kind: Layer['kind']): boolean => layers.some((layer) => layer.kind === kind) && layers.every((layer) => layer.kind !== kind || layer.outcome === 'DENIED');
  const cannot = `The record cannot be ${verbs[step]}: `;
  if (denied('TRASH')) return `${cannot}it is in the trash.`;
  if (layers.every(({ kind }) => kind !== 'OBJECT_RIGHTS' && kind !== 'SYSTEM_PERMISSION')) return `${cannot}the caller has no permission set.`;
  if (denied('SYSTEM_PERMISSION')) return `${cannot}it takes a system permission.`;
  if (denied('OBJECT_RIGHTS')) return `${cannot}no permission set of the caller allows it on ${name}.`;
  if (denied('OWNER_FIELD')) return `${cannot}the field that names its owner may not be written.`;
  if (denied('SHARING')) return `${cannot}nothing shares it with the caller.`;
  if (denied('POLICY')) return `${cannot}no policy of ${name} lets it through.`;
  if (denied('SET_POLICY') || denied('PERMISSION_SET')) return `${cannot}policies of the permission sets leave it out.`;
  if (denied('LIMIT')) return `${cannot}it is out of reach for the organization, session, key or token of the caller.`;
  return `${cannot}the rules do not open it to the caller.`;
}
