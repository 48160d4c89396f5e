import type { WriteOperation } from '../../../resolvers/source.ts';
import { grantOn } from '../access/compile-access.ts';
import { directoryGrant, guardedObjects } from '../records/system-rights.ts';
import type { ObjectGrant, Rules, RuleSet } from '../rules.ts';

export type ObjectRight = 'read' | 'create' | 'edit' | 'delete';
export const objectRights = ['read', 'create', 'edit', 'delete'] as const satisfies readonly ObjectRight[];

/** Profiles and permission sets with a right on an object. */
export function objectHolders({ sets }: Rules, object: string, isSystem: boolean, right: ObjectRight): readonly string[] {
  const permission = guardedObjects.get(object);
  const has = (set: RuleSet): boolean => {
    if (permission !== undefined) return set.systemPermissions.has(permission);
    const grant = (one: ObjectGrant | undefined): boolean => one !== undefined && (one[right] || one.modifyAll || (right === 'read' && one.viewAll));
    return grant(grantOn(set, object, isSystem)) || grant(directoryGrant(object, set.systemPermissions)?.grant);
  };
  return [...sets.values()].filter(has).map(({ name }) => name).sort();
}

const rightOf: Readonly<Record<WriteOperation, readonly ObjectRight[]>> = {
  create: ['create'], createMany: ['create'], update: ['edit'], updateMany: ['edit'], upsert: ['create', 'edit'], upsertMany: ['create', 'edit'], delete: ['delete'], deleteMany: ['delete'], restore: ['delete'],
};

export function writeHolders(rules: Rules, object: string, isSystem: boolean, operation: WriteOperation): readonly string[] {
  return [...new Set(rightOf[operation].flatMap((right) => objectHolders(rules, object, isSystem, right)))].sort();
}

export interface FieldHolders {
  readonly read?: readonly string[];
  readonly edit?: readonly string[];
}

/** Who holds a field for which there are rules; undefined for fields that go with their object. */
export function fieldHolders({ sets, fields, guarded }: Rules, object: string, field: string, isSystem: boolean): FieldHolders | undefined {
  const key = `${object}.${field}`;
  if (!guarded.read.has(key) && !guarded.edit.has(key)) return undefined;
  const rule = fields.get(key);
  const of = (set: RuleSet) => set.fields.get(key) ?? set.fields.get(`${object}.*`);
  const granted = (right: 'read' | 'edit'): string[] => [...sets.values()].filter((set) => of(set)?.[right] === true && grantOn(set, object, isSystem)?.[right] === true).map(({ name }) => name);
  const list = (right: 'read' | 'edit', ...rules: readonly (readonly string[] | undefined)[]): readonly string[] => [...new Set([...granted(right), ...rules.flatMap((one) => one ?? [])])].sort();
  return {
    ...(guarded.read.has(key) && { read: list('read', rule?.visibleTo, rule?.visibleTo && rule.editableBy) }),
    ...(guarded.edit.has(key) && { edit: list('edit', rule?.editableBy ?? rule?.visibleTo) }),
  };
}
