import type { Catalog, CatalogField } from '../../../metadata/catalog.ts';
import { closedField, type FieldAccess, type ObjectAccess } from '../../../resolvers/access.ts';
import { computedField, type FieldInput } from '../../../resolvers/computed.ts';
import { allOf, anyOf, type Rows } from '../../../resolvers/filter/rows.ts';
import type { ObjectRules } from './set-rows.ts';

/** Rights on what lookups lead to. */
export interface World {
  readonly catalog: Catalog;
  accessOf(object: string): ObjectAccess;
}

/**
 * Rights on a computed field. One that a rule names goes by that rule alone; any other is for those who may read all that it
 * reads, and may be filtered, sorted and aggregated by where all of that may. Undefined for fields that are stored.
 */
export function computedRights({ rules, object }: ObjectRules, name: string, plain: FieldAccess, world: World): FieldAccess | undefined {
  const field = object.fields.get(name);
  const computed = field && computedField(field);
  if (!field || !computed) return undefined;
  const key = `${object.name}.${name}`;
  if (rules.guarded.read.has(key) || rules.fields.get(key)?.visibleTo !== undefined) return { ...plain, edit: false, ownRule: true };
  const rights = [...computed.inputs.flatMap((input) => [...input.steps, input.field]), ...computed.found].map((step) => world.accessOf(step.object).field(step.name));
  const may = (right: 'filter' | 'sort' | 'aggregate'): boolean => plain[right] && rights.every((one) => one[right]);
  // Rights that depend on the record that is found hide its values one by one, as null.
  const mayFind = computed.found.every((step) => shown(world.accessOf(step.object), step) !== false);
  const read = allOf([plain.read, mayFind, ...computed.inputs.map((input) => readable(input, object.name, world))]);
  return read === false ? closedField : { ...plain, read, edit: false, filter: may('filter'), sort: may('sort'), aggregate: may('aggregate') };
}

/** Rows on which the caller may read an input: the lookups on the way, and the field where they lead to a record. */
function readable({ steps: [step, ...rest], field }: FieldInput, object: string, world: World): Rows {
  if (!step) return shown(world.accessOf(object), field);
  const target = step.reference?.object;
  const relation = [...(world.catalog.objects.get(object)?.relations.values() ?? [])].find((other) => other.kind === 'one' && other.field === step.name);
  if (target === undefined || !relation) return false;
  const behind = readable({ steps: rest, field }, target, world);
  const own = shown(world.accessOf(object), step);
  if (typeof behind === 'boolean') return allOf([own, behind]);
  const leads: Rows = { kind: 'one', relation: relation.name, filter: { kind: 'always', value: true } };
  return allOf([own, anyOf([{ kind: 'not', filter: leads }, { kind: 'one', relation: relation.name, filter: behind }])]);
}

function shown(access: ObjectAccess, field: CatalogField): Rows {
  const { read, mask } = access.field(field.name);
  return mask === undefined ? read : false;
}
