import type { Catalog, CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import { isRecord, recordKey, textKey } from '../../../metadata/field-types/definition.ts';
import { declaredScale } from '../../../metadata/field-types/numbers.ts';
import { resolveReference } from '../../../metadata/link/resolve-reference.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { CatalogReport } from '../../../metadata/phase.ts';
import { groupBy } from '../../../resolvers/write/group-by.ts';
import { objectOrder } from './object-order.ts';
import { ConditionError } from '../../../resolvers/filter/conditions/condition-error.ts';
import { fixedField, type FixedValue } from './fixed-values.ts';
import { readFilter } from './read-filter.ts';
import type { RollUp, RollUpFunction, RollUps } from './roll-up.ts';

const known = new WeakMap<Catalog, RollUps>();
const numeric: ReadonlySet<string | undefined> = new Set(['int', 'float', 'decimal']);
const silent: CatalogReport = () => undefined;

/** The roll-ups of a Catalog that was checked. */
export function rollUpsOf(catalog: Catalog): RollUps {
  const found = known.get(catalog) ?? readRollUps(catalog, silent);
  known.set(catalog, found);
  return found;
}

/** Reads the summary fields and says what is wrong with them; those that are wrong are left out. */
export function readRollUps(catalog: Catalog, report: CatalogReport): RollUps {
  const read = [...catalog.objects.values()].flatMap((parent) =>
    [...parent.fields.values()].filter(({ type }) => type.name === 'summary').flatMap((field) => readRollUp(catalog, parent, field, report) ?? []),
  );
  const order = objectOrder(read);
  const cyclic = (rollUp: RollUp): boolean => order.get(rollUp.parent.name) === order.get(rollUp.child.name);
  const all = read
    // Rows of one table that summarise each other cannot be brought up to date by the statement that writes them.
    .map((rollUp): RollUp => (cyclic(rollUp) ? { ...rollUp, way: 'recompute' } : rollUp))
    .sort((left, right) => (order.get(left.parent.name) ?? 0) - (order.get(right.parent.name) ?? 0));
  return { all, order, ofChild: groupBy(all, ({ child }) => child.name) };
}

function readRollUp(catalog: Catalog, parent: CatalogObject, field: CatalogField, report: CatalogReport): RollUp | undefined {
  const name = `${parent.name}.${field.name}`;
  const operations = recordKey(field, 'summaryOperations');
  const error = (path: readonly string[], message: string, hint?: string): undefined => {
    report('error', name, ['summaryOperations', ...path], message, hint);
  };
  const objectName = resolveReference(String(operations['object']), catalog.objects);
  const child = objectName === undefined ? undefined : catalog.objects.get(objectName);
  if (!child) return error(['object'], `there is no object "${String(operations['object'])}"`, suggest(String(operations['object']), [...catalog.objects.keys()]));
  const fn = operations['function'] as RollUpFunction;
  const relation = readRelation(parent, child, operations['relationshipField'], error);
  if (!relation) return undefined;
  const summarised = operations['field'] === undefined ? undefined : readSummarised(catalog, child, String(operations['field']), fn, error);
  if (operations['field'] !== undefined && !summarised) return undefined;
  const source = operations['filter'];
  const filter = source === undefined || source === null ? undefined : readFilter(source, catalog, child, (message, hint) => error(['filter'], message, hint));
  if (source !== undefined && source !== null && !filter) return undefined;
  const of = summarised?.field;
  const values = [summarised, filter].filter((value) => value !== undefined);
  const depends = new Set([relation.name, ...values.flatMap(({ fields }) => fields)]);
  const formulas = values.flatMap((value) => value.formulas);
  return { name, parent, field, child, relation, function: fn, of, filter, depends, formulas, way: wayOf(field, fn, of), decimals: fn === 'avg' ? undefined : decimalsOf(of) };
}

type Refuse = (path: readonly string[], message: string, hint?: string) => undefined;

function readRelation(parent: CatalogObject, child: CatalogObject, named: unknown, error: Refuse): CatalogField | undefined {
  const lookups = [...child.fields.values()].filter(({ reference, multiple, column, system }) => reference?.object === parent.name && !multiple && column !== undefined && !system);
  const names = lookups.map(({ name }) => name);
  if (named !== undefined) {
    const text = String(named);
    const found = lookups.find(({ name, graphqlName }) => name === text || name === `${text}_id` || graphqlName === text);
    return found ?? error(['relationshipField'], `${child.name}.${text} is no lookup to ${parent.name}`, names.length > 0 ? `Lookups to ${parent.name}: ${names.join(', ')}.` : `${child.name} has no lookup to ${parent.name}.`);
  }
  const [only, ...others] = lookups;
  if (!only) return error(['object'], `${child.name} does not refer to ${parent.name}`, `Summarise an object that has a lookup or master_detail to ${parent.name}.`);
  return others.length === 0 ? only : error(['object'], `${child.name} refers to ${parent.name} by ${names.join(' and ')}`, `Say which: relationshipField: ${only.name}.`);
}

function readSummarised(catalog: Catalog, child: CatalogObject, name: string, fn: RollUpFunction, error: Refuse): (FixedValue & { readonly field: CatalogField }) | undefined {
  const field = child.fields.get(name) ?? child.fields.get(`${name}_id`);
  if (!field) return error(['field'], `${child.name} has no field "${name}"`, suggest(name, [...child.fields.keys()]));
  if (fn !== 'count' && !numeric.has(field.type.filters(field))) return error(['field'], `${fn} needs a number, and ${child.name}.${name} is a ${field.type.name}`, 'Use count, or a number field.');
  try {
    return { field, ...fixedField(field, child, catalog) };
  } catch (problem) {
    if (!(problem instanceof ConditionError)) throw problem;
    return error(['field'], problem.message, problem.hint);
  }
}

function wayOf(field: CatalogField, fn: RollUpFunction, of: CatalogField | undefined): RollUp['way'] {
  if (fn === 'count') return 'delta';
  if (fn === 'avg') return 'quotient';
  if (fn !== 'sum') return keepsDigits(field, of) ? 'extremum' : 'recompute';
  return keepsDigits(field, of) ? 'delta' : 'recompute';
}

/** The roll-up has room for every decimal of the values, so that nothing is rounded on the way. */
function keepsDigits(field: CatalogField, of: CatalogField | undefined): boolean {
  const scale = declaredScale(field);
  if (scale === undefined) return true;
  const decimals = decimalsOf(of);
  return decimals !== undefined && decimals <= scale;
}

/** Decimals that every stored value has room for at most; undefined when they are not limited. */
function decimalsOf(of: CatalogField | undefined): number | undefined {
  const shape = of && (of.type.column(of) ?? of.type.resultColumn?.(of));
  if (shape?.castType === 'integer' || shape?.castType === 'bigint') return 0;
  const digits = /,\s*(\d+)\)/.exec(shape?.pgType ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The definition as text, to see that it changed. */
export function describeRollUp({ child, relation, function: fn, of, field, formulas }: RollUp): string {
  const { filter } = recordKey(field, 'summaryOperations');
  const soft = child.softDelete ?? '';
  return JSON.stringify([child.name, relation.name, fn, of?.name ?? null, isRecord(filter) || Array.isArray(filter) ? filter : (filter ?? null), soft, declaredScale(field) ?? textKey(field, 'type') ?? null, formulas]);
}
