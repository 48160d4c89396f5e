import type { Catalog, CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import type { Checked, CheckedExpression } from '../../../metadata/expressions/checked.ts';
import { childrenOf } from '../../../metadata/expressions/summarize.ts';
import { formulaExpression } from '../../../metadata/link/link-formulas.ts';
import { ConditionError } from '../../../resolvers/filter/conditions/condition-error.ts';

/** What a value of a record is made from. */
export interface FixedValue {
  /** Machine names of the stored fields. */
  readonly fields: readonly string[];
  /** Expressions of the formulas on the way. */
  readonly formulas: readonly string[];
}

const moving: ReadonlySet<string> = new Set(['updated_at', 'updated_by', 'version']);

/** What a field of `object` is made from. Only a value that changes with a write of its record can be followed; others are refused. */
export function fixedField(field: CatalogField, object: CatalogObject, catalog: Catalog): FixedValue {
  if (moving.has(field.name) || field.name === object.softDelete) throw new ConditionError(`a roll-up cannot look at ${field.name}`, 'Records in the trash never count.');
  if (field.column !== undefined) return { fields: [field.name], formulas: [] };
  if (field.type.resultColumn === undefined) throw new ConditionError(`a roll-up cannot look at ${field.name}, which is kept beside the record`, `Name a field that ${object.name} stores.`);
  const expression = formulaExpression(field, catalog);
  const { fields, formulas } = fixedExpression(expression, object, catalog, `the formula ${field.name}`);
  return { fields, formulas: [expression.source, ...formulas] };
}

/** The same of an expression over a record of `object`. */
export function fixedExpression({ root, reads, finds, usesNow, usesCaller }: CheckedExpression, object: CatalogObject, catalog: Catalog, name = 'the filter of a roll-up'): FixedValue {
  if (usesNow) throw new ConditionError(`${name} cannot depend on the time`, 'Compare with a fixed date.');
  if (usesCaller || some(root, ({ kind }) => kind === 'value')) throw new ConditionError(`${name} cannot depend on who asks`, 'A roll-up is one number for all.');
  if (some(root, usesZone)) throw new ConditionError(`${name} depends on the time zone of the settings`, 'Name the zone: YEAR(created_at, "UTC").');
  if (finds.length > 0 || reads.some(({ steps }) => steps.length > 0)) throw otherRecords(object, name);
  const values = reads.map(({ field }) => fixedField(field, object, catalog));
  return { fields: values.flatMap(({ fields }) => fields), formulas: values.flatMap(({ formulas }) => formulas) };
}

export function otherRecords(object: Pick<CatalogObject, 'name'>, name = 'the filter of a roll-up'): ConditionError {
  return new ConditionError(`${name} looks at fields of ${object.name} itself`, `Fields of other records change without a write of ${object.name}.`);
}

const calendar: ReadonlySet<string> = new Set(['year', 'month', 'day', 'weekday', 'hour', 'minute', 'second']);

function usesZone(node: Checked): boolean {
  if (node.kind === 'convert') return node.conversion !== 'toText' && node.zone === undefined;
  return node.kind === 'call' && node.zone === undefined && calendar.has(node.function) && node.args[0]?.type.kind === 'datetime';
}

function some(node: Checked, test: (node: Checked) => boolean): boolean {
  return test(node) || childrenOf(node).some((child) => some(child, test));
}
