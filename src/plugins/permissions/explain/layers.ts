import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { ObjectAccess } from '../../../resolvers/access.ts';
import { allOf, type Rows } from '../../../resolvers/filter/rows.ts';
import { generalPolicies, levelOf, masterReasons, modelOf, ownPolicies, policyReasons, setLayers, type ObjectRules, type Right } from '../access/set-rows.ts';
import { sharingReasons, type Reason } from '../access/sharing-rows.ts';
import { guardedObjects } from '../records/system-rights.ts';
import type { ObjectModel, RuleSet } from '../rules.ts';
import type { Image, Questions } from './questions.ts';

export const layerKinds = {
  SYSTEM_PERMISSION: 'A system permission, which opens records of the platform.',
  OBJECT_RIGHTS: 'What a permission set allows on the object.',
  SHARING: 'A reason for which sharing opens the record; one is enough. Of a record that its masters control, all of them are needed.',
  POLICY: 'A row-level policy for all sets; one of those for the caller is enough.',
  SET_POLICY: 'A row-level policy of a permission set; one is enough.',
  PERMISSION_SET: 'What object rights, sharing and policies come to for one permission set; one set is enough.',
  LIMIT: 'What is taken away beside the rules: other organizations, what the scopes of an API key leave out.',
  OWNER_FIELD: 'The right to write the field that names the owner.',
  TRASH: 'Whether the record is in the trash.',
} as const;

export const outcomes = {
  GRANTED: 'Lets the record through.',
  DENIED: 'Does not let the record through.',
  NOT_NEEDED: 'Not asked: a right such as viewAllRecords goes past it.',
  DEPENDS: 'Depends on values of the record: of one that is not there yet, or of which only holders of manage_users are told.',
} as const;

export const steps = {
  SEE: 'The record shows at all.',
  CHANGE: 'The record may be edited as it is.',
  RESULT: 'The record may be as the edit leaves it.',
  DELETE: 'The record may be deleted.',
  CREATE: 'The record may be created.',
} as const;
export type Step = keyof typeof steps;

export interface Layer {
  readonly step: Step;
  readonly kind: keyof typeof layerKinds;
  readonly permissionSet?: string;
  readonly name: string;
  readonly outcome: keyof typeof outcomes;
  readonly detail?: string | undefined;
}

/** A layer whose outcome is known once the questions are answered. */
export type PendingLayer = Omit<Layer, 'outcome'> & { readonly outcome: () => Layer['outcome'] };

/** What enforces: the rights of the caller with everything that plugins take away from them. */
export const enforced: Readonly<Record<Step, (access: ObjectAccess) => Rows>> = {
  SEE: ({ read }) => read, CHANGE: ({ edit }) => edit, RESULT: ({ edit, editCheck }) => editCheck ?? edit, DELETE: (access) => access.delete, CREATE: ({ create, check }) => create && check,
};

const rights: Readonly<Record<Step, Right>> = { SEE: 'select', CHANGE: 'update', RESULT: 'updateCheck', DELETE: 'delete', CREATE: 'insert' };
const rightNames: Readonly<Record<Step, string>> = { SEE: 'allowRead', CHANGE: 'allowEdit', RESULT: 'allowEdit', DELETE: 'allowDelete', CREATE: 'allowCreate' };

export interface LayerScope {
  readonly object: CatalogObject;
  readonly rules: ObjectRules;
  readonly sets: readonly RuleSet[];
  /** Rights as compiled, and as enforced. */
  readonly compiled: ObjectAccess;
  readonly access: ObjectAccess;
  readonly questions: Questions;
  /** Outcomes that depend on values of the record are told. */
  readonly full: boolean;
}

/** All layers of one step, in the order in which they are decided. */
export function layersOf(scope: LayerScope, step: Step, image: Image): readonly PendingLayer[] {
  const { object, questions, full, compiled, access } = scope;
  const outcomeOf = (rows: Rows, needed = true): PendingLayer['outcome'] => {
    if (!needed) return () => 'NOT_NEEDED';
    if ((!full || step === 'CREATE') && typeof rows !== 'boolean') return () => 'DEPENDS';
    const holds = questions.ask(rows, image);
    return () => (holds() ? 'GRANTED' : 'DENIED');
  };
  const limit: readonly PendingLayer[] =
    access === compiled ? [] : [{ step, kind: 'LIMIT', name: 'caller', outcome: outcomeOf(enforced[step](access)), detail: 'What is left of these rights in the organization of the caller, and for the session, key or token.' }];
  const guard = guardedObjects.get(object.name);
  if (guard !== undefined) return [{ step, kind: 'SYSTEM_PERMISSION', name: guard, outcome: outcomeOf(enforced[step](compiled)) }, ...limit];
  return [...setLayersOf(scope, step, outcomeOf), ...limit];
}

function setLayersOf({ object, rules, sets, full }: LayerScope, step: Step, outcomeOf: (rows: Rows, needed?: boolean) => PendingLayer['outcome']): readonly PendingLayer[] {
  const right = rights[step];
  const granting = setLayers(rules, right);
  const held = [...new Set([...sets, ...granting.map(({ set }) => set)])];
  const layers: PendingLayer[] = held.map((set) => {
    const grants = granting.some((layer) => layer.set === set);
    return { step, kind: 'OBJECT_RIGHTS', permissionSet: set.name, name: set.name, outcome: () => (grants ? 'GRANTED' : 'DENIED'), detail: grants ? undefined : `gives no ${rightNames[step]} on ${object.name}` };
  });
  const told = (reasons: readonly Reason[]): readonly Reason[] => (full ? reasons : reasons.filter(({ because }) => because === undefined));
  const add = (kind: Layer['kind'], reasons: readonly Reason[], needed: boolean, permissionSet?: string): void => {
    for (const { name, rows, because } of told(reasons)) layers.push({ step, kind, name, outcome: outcomeOf(rows, needed), detail: because, ...(permissionSet !== undefined && { permissionSet }) });
  };
  if (granting.length === 0) return layers;
  const model = modelOf(rules.rules, object.name);
  add('SHARING', sharingLayers(rules, model, right), granting.some(({ past }) => past === undefined));
  add('POLICY', policyReasons(generalPolicies(rules), right, rules.caller), granting.some(({ past }) => past === undefined || past === 'allowTransfer'));
  for (const { set, past, sharing: shared, general, own } of granting) {
    add('SET_POLICY', policyReasons(ownPolicies(rules, set), right, rules.caller), true, set.name);
    layers.push({ step, kind: 'PERMISSION_SET', permissionSet: set.name, name: set.name, outcome: outcomeOf(allOf([shared, general, own])), detail: past });
  }
  return layers;
}

/** Nothing has to be shared with whoever creates it, except for details of a master. */
function sharingLayers(rules: ObjectRules, model: ObjectModel, right: Right): readonly Reason[] {
  if (model.sharing === 'controlled_by_parent') return masterReasons(rules, right);
  return right === 'insert' ? [] : sharingReasons(rules.rules, rules.object.name, model, levelOf[right], rules.caller);
}
