import { validate as isUuid } from 'uuid';
import { ObjectosError } from '../../errors.ts';
import type { CatalogField, CatalogKey, CatalogRelation } from '../../metadata/catalog.ts';
import type { Coerced } from '../../metadata/field-type.ts';
import { isPlain, type Access } from '../access.ts';
import { isRecord, nameInside, problemPath, storedSpelling } from './input-values.ts';
import { planOf, type InputEntry, type ObjectPlan, type Plans } from './object-plan.ts';
import type { Path, ProblemList } from './problems.ts';
import type { Values } from './rows.ts';

/** One record of a write tree: its own values in stored form, and what shall happen along its relations. */
export interface WriteNode {
  readonly plan: ObjectPlan;
  readonly path: Path;
  /** Id that the client chose. */
  readonly id: string | undefined;
  readonly values: Values;
  readonly ones: readonly OneOperation[];
  readonly manys: readonly ManyOperation[];
}

/** A record named by one of its keys. */
export interface RecordKey {
  readonly key: CatalogKey;
  /** Stored values in the order of `key.fields`. */
  readonly values: readonly unknown[];
  /** Value of `key.scope`; the caller's organization when absent. */
  readonly scope?: unknown;
  readonly path: Path;
}

export type OneRelation = CatalogRelation & { readonly kind: 'one' };
export type OneOperation = { readonly relation: OneRelation; readonly path: Path } & (
  | { readonly kind: 'create' | 'update' | 'upsert'; readonly node: WriteNode }
  | { readonly kind: 'connect'; readonly key: RecordKey }
  | { readonly kind: 'disconnect' | 'delete' }
);

export interface ManyOperation {
  readonly relation: CatalogRelation & { readonly kind: 'many' | 'link' };
  readonly create: readonly WriteNode[];
  readonly connect: readonly RecordKey[];
  readonly disconnect: readonly RecordKey[];
  readonly update: readonly { readonly id: string; readonly ifVersion: number | undefined; readonly node: WriteNode }[];
  readonly upsert: readonly { readonly by: CatalogKey; readonly node: WriteNode }[];
  readonly delete: readonly RecordKey[];
  readonly set: readonly RecordKey[] | undefined;
}

export interface ReadScope {
  readonly plans: Plans;
  readonly access: Access;
  readonly problems: ProblemList;
  /** Fields marked `readonly`, and computed ones whose type takes values, may be written: the platform's own work. */
  readonly privileged: boolean;
  readonly maxDepth: number;
  /** Values whose coercion takes its time (hashes); to be awaited before the tree is used. */
  readonly pending: Promise<void>[];
}

export type NodeMode = 'create' | 'update' | 'upsert';

/**
 * Turns an input into a tree of nodes: names become machine names, values their stored form. Everything that is wrong with it
 * by itself (unknown or refused entries, values, rights that do not depend on the record) is reported with its full path.
 */
export function readInput(plan: ObjectPlan, input: unknown, mode: NodeMode, path: Path, root: number, scope: ReadScope): WriteNode {
  return readNode(plan, input, mode, path, { ...scope, root, depth: 0, arrivedBy: undefined });
}

interface NodeScope extends ReadScope {
  readonly root: number;
  readonly depth: number;
  readonly arrivedBy: string | undefined;
}

function readNode(plan: ObjectPlan, input: unknown, mode: NodeMode, path: Path, scope: NodeScope): WriteNode {
  if (scope.depth > scope.maxDepth) {
    throw new ObjectosError('LIMIT_EXCEEDED', `The input nests deeper than ${scope.maxDepth} levels. Split it into several mutations.`);
  }
  const refuse = (at: Path, code: string, message: string) => scope.problems.add(scope.root, { path: at, code, message });
  const node = { plan, path, id: undefined as string | undefined, values: {} as Values, ones: [] as OneOperation[], manys: [] as ManyOperation[] };
  if (!isRecord(input)) {
    refuse(path, 'INVALID_TYPE', `${plan.object.label} needs an object of values.`);
    return node;
  }
  const rights = scope.access.object(plan.name);
  if ((mode === 'create' && !rights.create) || (mode === 'update' && rights.edit === false)) {
    forbid(scope, path, `You may not ${mode} ${plan.object.pluralLabel}.`);
    return node;
  }
  const given = plan.aliased ? new Map<InputEntry, string>() : undefined;
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    const at = [...path, name];
    const entry = plan.inputs.get(name);
    if (!entry) {
      refuse(at, 'UNKNOWN_FIELD', `${plan.object.label} has no field "${name}".`);
      continue;
    }
    const twin = given?.get(entry);
    if (twin !== undefined) {
      refuse(at, 'ONE_OPERATION', `Give either ${twin} or ${name}, not both: they are the same.`);
      continue;
    }
    given?.set(entry, name);
    switch (entry.kind) {
      case 'id':
        if (value === null) break;
        if (typeof value !== 'string' || !isUuid(value)) refuse(at, 'INVALID_ID', 'An id is a UUID.');
        else node.id = value.toLowerCase();
        break;
      case 'field': {
        if (!mayWrite(entry.field, at, scope)) break;
        const { field } = entry;
        const take = (read: Coerced) => {
          if ('problem' in read) refuse([...at, ...problemPath(read.problem, field)], read.problem.code, read.problem.message);
          else node.values[field.name] = read.value;
        };
        if (value !== null && field.type.coerceAsync) scope.pending.push(field.type.coerceAsync(value, field).then(take));
        else take(readValue(plan, field, value));
        break;
      }
      case 'ids':
        if (mayWrite(fieldOf(plan, entry.relation.link.field), at, scope)) node.manys.push(readIds(entry.relation, value, at, scope, refuse));
        break;
      case 'relation':
        if (entry.relation.kind === 'one') readOne(node, entry.relation, value, at, scope, refuse);
        else if (value !== null) {
          if (entry.relation.kind === 'link' && entry.relation.from === 'source' && !mayWrite(fieldOf(plan, entry.relation.link.field), at, scope)) break;
          const operation = readMany(entry.relation, value, at, scope, refuse);
          const lookup = lookupOf(plan, entry.relation, scope);
          if (isOffered(lookup, plan, operation, at, scope, refuse) && mayReach(lookup, operation, at, scope)) node.manys.push(operation);
        }
    }
  }
  for (const { relation } of node.ones) {
    if (!(relation.field in node.values)) continue;
    refuse([...path, relation.name], 'ONE_OPERATION', `Give either ${fieldOf(plan, relation.field).graphqlName} or ${relation.name}, not both.`);
  }
  return node;
}

type Refuse = (at: Path, code: string, message: string) => void;

function fieldOf(plan: ObjectPlan, name: string): CatalogField {
  const field = plan.object.fields.get(name);
  if (!field) throw new Error(`${plan.name} has no field "${name}".`);
  return field;
}

function forbid(scope: NodeScope, path: Path, message: string): void {
  scope.problems.add(scope.root, { path, code: 'FORBIDDEN', message }, 'FORBIDDEN');
}

function mayWrite(field: CatalogField, at: Path, scope: NodeScope): boolean {
  if (field.system || ((field.type.computed || field.readonly) && !scope.privileged)) {
    scope.problems.add(scope.root, { path: at, code: 'READ_ONLY', message: `${field.label} cannot be written.` });
    return false;
  }
  if (scope.access.object(field.object).field(field.name).edit === false) {
    forbid(scope, at, `You may not write ${field.label}.`);
    return false;
  }
  return true;
}

/** The field that says who belongs to whom, on whichever side it stands. */
function lookupOf(plan: ObjectPlan, relation: ManyOperation['relation'], { plans }: NodeScope): CatalogField {
  if (relation.kind === 'many') return fieldOf(planOf(plans, relation.target), relation.targetField);
  return fieldOf(relation.from === 'source' ? plan : planOf(plans, relation.target), relation.link.field);
}

/** What the API does not update, it does not link from the other side either. */
function isOffered({ object: name }: CatalogField, plan: ObjectPlan, { connect, disconnect, set }: ManyOperation, at: Path, { plans, privileged }: NodeScope, refuse: Refuse): boolean {
  const { object } = planOf(plans, name);
  if (privileged || object === plan.object || object.methods.has('update') || (connect.length + disconnect.length === 0 && set === undefined)) return true;
  refuse(at, 'UNSUPPORTED', `The API does not change ${object.pluralLabel}.`);
  return false;
}

/** Linking writes the lookup, from whichever side; reaching records that are linked already tells what it holds. */
function mayReach(lookup: CatalogField, { create, connect, disconnect, update, upsert, delete: removed, set }: ManyOperation, at: Path, scope: NodeScope): boolean {
  const links = create.length + connect.length + disconnect.length + upsert.length > 0 || set !== undefined;
  const follows = disconnect.length + update.length + upsert.length + removed.length > 0 || set !== undefined;
  if (links && scope.access.object(lookup.object).field(lookup.name).edit === false) {
    forbid(scope, at, `You may not write ${lookup.label}.`);
    return false;
  }
  return !follows || mayFollow(lookup, at, scope);
}

function mayFollow(lookup: CatalogField, at: Path, scope: NodeScope): boolean {
  if (isPlain(scope.access.object(lookup.object).field(lookup.name))) return true;
  forbid(scope, at, `You may not read ${lookup.label}.`);
  return false;
}

function readValue(plan: ObjectPlan, field: CatalogField, value: unknown): Coerced {
  if (value === null) return { value: null };
  const read = field.type.coerce(storedSpelling(value, field), field);
  const isJsonText = 'value' in read && typeof read.value === 'string' && plan.columns.get(field.name)?.isJson === true;
  return isJsonText ? { value: JSON.parse(read.value as string) as unknown } : read;
}

function readOne(node: { ones: OneOperation[]; plan: ObjectPlan }, relation: OneRelation, value: unknown, path: Path, scope: NodeScope, refuse: Refuse): void {
  if (!mayWrite(fieldOf(node.plan, relation.field), path, scope)) return;
  if (value === null) {
    node.ones.push({ relation, path, kind: 'disconnect' });
    return;
  }
  const given = Object.entries(isRecord(value) ? value : {}).filter(([, operand]) => operand !== null && operand !== undefined && operand !== false);
  const [only] = given;
  if (!only || given.length > 1) {
    refuse(path, 'ONE_OPERATION', `Give exactly one of create, connect, disconnect, update, upsert and delete for ${relation.label}.`);
    return;
  }
  const [kind, operand] = only;
  const at = [...path, kind];
  if ((kind === 'update' || kind === 'upsert' || kind === 'delete') && !mayFollow(fieldOf(node.plan, relation.field), at, scope)) return;
  const target = planOf(scope.plans, relation.target);
  const deeper = { ...scope, depth: scope.depth + 1 };
  switch (kind) {
    case 'create':
    case 'update':
    case 'upsert':
      node.ones.push({ relation, path: at, kind, node: readNode(target, operand, kind, at, deeper) });
      break;
    case 'connect': {
      const key = readKey(target, operand, at, refuse);
      if (key) node.ones.push({ relation, path: at, kind, key });
      break;
    }
    case 'disconnect':
    case 'delete':
      node.ones.push({ relation, path: at, kind });
      break;
    default:
      refuse(at, 'UNKNOWN_FIELD', `"${kind}" is not an operation of a relation.`);
  }
}

function readIds(relation: ManyOperation['relation'], value: unknown, path: Path, scope: NodeScope, refuse: Refuse): ManyOperation {
  const target = planOf(scope.plans, relation.target);
  const ids = value === null ? [] : Array.isArray(value) ? value : [value];
  const set = ids.flatMap((id, index) => {
    const at = [...path, index];
    return readKey(target, { id: id as unknown }, at, (_inside, code, message) => refuse(at, code, message)) ?? [];
  });
  return { relation, create: [], connect: [], disconnect: [], update: [], upsert: [], delete: [], set };
}

const manyOperations = new Set(['create', 'connect', 'disconnect', 'update', 'upsert', 'delete', 'set']);

function readMany(relation: ManyOperation['relation'], value: unknown, path: Path, scope: NodeScope, refuse: Refuse): ManyOperation {
  const target = planOf(scope.plans, relation.target);
  const deeper = { ...scope, depth: scope.depth + 1 };
  const input = isRecord(value) ? value : {};
  for (const name of Object.keys(input)) {
    if (!manyOperations.has(name)) refuse([...path, name], 'UNKNOWN_FIELD', `"${name}" is not an operation of a relation.`);
  }
  const items = <T>(name: string, read: (item: unknown, at: Path) => T | undefined): T[] => {
    const given = input[name];
    if (given === undefined || given === null) return [];
    const list = Array.isArray(given) ? (given as unknown[]) : [given];
    return list.flatMap((item, index) => read(item, [...path, name, index]) ?? []);
  };
  const keys = (name: string) => items(name, (item, at) => readKey(target, item, at, refuse));
  return {
    relation,
    create: items('create', (item, at) => readNode(target, item, 'create', at, deeper)),
    connect: keys('connect'),
    disconnect: keys('disconnect'),
    update: items('update', (item, at) => readUpdateRow(target, item, at, deeper, refuse)),
    upsert: items('upsert', (item, at) => readUpsertRow(target, item, at, deeper, refuse)),
    delete: keys('delete'),
    set: input['set'] === undefined || input['set'] === null ? undefined : keys('set'),
  };
}

function readUpdateRow(target: ObjectPlan, item: unknown, at: Path, scope: NodeScope, refuse: Refuse): ManyOperation['update'][number] | undefined {
  const { id, ifVersion, input } = isRecord(item) ? item : {};
  if (typeof id !== 'string' || !isUuid(id)) {
    refuse([...at, 'id'], 'INVALID_ID', 'An id is a UUID.');
    return undefined;
  }
  const version = typeof ifVersion === 'number' ? ifVersion : undefined;
  return { id: id.toLowerCase(), ifVersion: version, node: readNode(target, input, 'update', [...at, 'input'], scope) };
}

function readUpsertRow(target: ObjectPlan, item: unknown, at: Path, scope: NodeScope, refuse: Refuse): ManyOperation['upsert'][number] | undefined {
  const { by, input } = isRecord(item) ? item : {};
  const key = findKey(target, typeof by === 'string' ? by : 'id');
  if (!key) {
    refuse([...at, 'by'], 'UNKNOWN_KEY', `${target.object.label} has no key "${String(by)}".`);
    return undefined;
  }
  return { by: key, node: readNode(target, input, 'upsert', [...at, 'input'], scope) };
}

/** By GraphQL name or by the name of its enum value. */
export function findKey(plan: ObjectPlan, name: string): CatalogKey | undefined {
  return plan.object.keys.find((key) => key.name === name || key.enumName === name);
}

/** `{ email: "…" }` or `{ orderAndSku: { order: …, sku: … } }`. */
export function readKey(plan: ObjectPlan, value: unknown, path: Path, refuse: Refuse): RecordKey | undefined {
  const given = Object.entries(isRecord(value) ? value : {}).filter(([, part]) => part !== undefined && part !== null);
  const [only] = given;
  const key = only && plan.object.keys.find((candidate) => candidate.name === only[0]);
  if (!only || given.length > 1 || !key) {
    refuse(path, 'ONE_KEY', `Name ${plan.object.label} by exactly one of: ${plan.object.keys.map(({ name }) => name).join(', ')}.`);
    return undefined;
  }
  const parts = key.fields.length === 1 ? [only[1]] : key.fields.map((name) => nameInside(only[1], fieldOf(plan, name)));
  const values: unknown[] = [];
  for (const [index, part] of parts.entries()) {
    const field = fieldOf(plan, key.fields[index] ?? '');
    const at = [...path, key.name, ...(key.fields.length === 1 ? [] : [field.graphqlName])];
    if (field.name === 'id' && (typeof part !== 'string' || !isUuid(part))) {
      refuse(at, 'INVALID_ID', 'An id is a UUID.');
      return undefined;
    }
    const read = field.name === 'id' ? { value: String(part).toLowerCase() } : readValue(plan, field, part ?? null);
    if ('problem' in read) {
      refuse(at, read.problem.code, read.problem.message);
      return undefined;
    }
    values.push(read.value);
  }
  return { key, values, path };
}
