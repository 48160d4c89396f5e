import { isDeepStrictEqual } from 'node:util';
import type { Catalog, CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import type { CheckedExpression } from '../../../metadata/expressions/checked.ts';
import type { ExpressionSource } from '../../../metadata/expressions/expression.ts';
import { compileAt } from '../../../metadata/expressions/compile-at.ts';
import { findField } from '../../../metadata/expressions/names.ts';
import { boolean, fieldType } from '../../../metadata/expressions/types.ts';
import { suggest } from '../../../metadata/nearest.ts';
import { compare, testExpression } from '../../../resolvers/expressions/evaluate.ts';
import { readValue } from '../../../resolvers/expressions/values.ts';
import { isMissing } from '../../../resolvers/write/stages.ts';
import type { MutationContext, ReportProblem } from '../../../resolvers/write/phase.ts';
import { compileCondition } from '../evaluation/compile.ts';
import type { Subject } from '../evaluation/environment.ts';
import type { ReportAt } from '../validations/compile-rules.ts';

/** What the conditions of a field demand of a record. */
export interface FieldCondition {
  readonly expressions: readonly CheckedExpression[];
  /** Machine name of its field. */
  readonly fields: readonly string[];
  check(subject: Subject, context: MutationContext, report: ReportProblem): void;
}

/** `requiredWhen`, `readonlyWhen` and `options[].visibleWhen` of all fields; `visibleWhen` and `dependsOn` are for clients, and only checked. */
export function compileConditions(object: CatalogObject, catalog: Catalog, reportAt: (field: CatalogField) => ReportAt): readonly FieldCondition[] {
  return [...object.fields.values()].flatMap((field) => {
    const report = reportAt(field);
    checkDependencies(field, object, report);
    const condition = (key: string): CheckedExpression | undefined => {
      const given = field.definition[key] as ExpressionSource | undefined;
      return given === undefined ? undefined : compileCondition(given, { object, catalog }, (message, hint) => report('error', [key], message, hint));
    };
    checkShown(field, object, catalog, report);
    const [requiredWhen, readonlyWhen] = [condition('requiredWhen'), condition('readonlyWhen')];
    const written = field.column !== undefined && !field.type.computed && !field.system;
    for (const key of ['requiredWhen', 'readonlyWhen']) {
      if (!written && field.definition[key] !== undefined) report('error', [key], field.type.computed ? `a ${field.type.name} is never written` : 'the write of a list of records cannot be told from here', `Remove "${key}".`);
    }
    for (const { name, definition } of field.subfields.values()) {
      for (const key of ['requiredWhen', 'readonlyWhen', 'defaultExpression']) {
        if (definition[key] !== undefined) report('error', ['fields', name, key], `"${key}" works on fields of the object, not on parts of a value`, 'Write a validation rule for the whole value.');
      }
    }
    const options = optionConditions(field, object, catalog, report);
    return [
      ...(requiredWhen ? [required(field, requiredWhen)] : []),
      ...(readonlyWhen ? [readonly(field, readonlyWhen)] : []),
      ...(options.size > 0 ? [dependentOptions(field, options)] : []),
    ];
  });
}

/** Of user interfaces, which search for no records. */
function checkShown({ definition }: CatalogField, object: CatalogObject, catalog: Catalog, report: ReportAt): void {
  const given = definition['visibleWhen'] as ExpressionSource | undefined;
  if (given !== undefined) compileAt(given, { catalog, object, previous: true, expects: boolean }, (message, hint) => report('error', ['visibleWhen'], message, hint));
}

function required(field: CatalogField, condition: CheckedExpression): FieldCondition {
  const problem = { field: field.name, code: 'REQUIRED', message: `${field.label} is required.` };
  return {
    expressions: [condition],
    fields: [field.name],
    check({ change, environment }, _context, report) {
      if (change.kind !== 'delete' && isMissing(change.record[field.name]) && testExpression(condition, environment)) report(change, problem);
    },
  };
}

/** Judged on the record as it was: what locks a field may come with its last change, and is not undone along with one. */
function readonly(field: CatalogField, condition: CheckedExpression): FieldCondition {
  const problem = { field: field.name, code: 'READ_ONLY', message: `${field.label} cannot be changed any more.` };
  return {
    expressions: [condition],
    fields: [field.name],
    check({ change, environment }, { caller }, report) {
      const { kind, previous, values } = change;
      if (kind !== 'update' || !previous || caller.kind === 'system' || !(field.name in values)) return;
      if (!same(field, previous[field.name], values[field.name]) && testExpression(condition, { ...environment, record: previous })) report(change, problem);
    },
  };
}

/** An option counts when it is chosen, and when what decides about it changes. */
function dependentOptions(field: CatalogField, options: ReadonlyMap<string, CheckedExpression>): FieldCondition {
  const deciding = (condition: CheckedExpression) => [field, ...condition.reads.flatMap(({ root, steps, field: read }) => (root === 'record' ? [steps[0] ?? read] : []))];
  const inputs = new Map([...options].map(([value, condition]) => [value, deciding(condition)]));
  return {
    expressions: [...options.values()],
    fields: [field.name],
    check({ change, environment }, _context, report) {
      const { kind, record, previous } = change;
      if (kind === 'delete') return;
      const given = record[field.name];
      for (const value of Array.isArray(given) ? (given as readonly unknown[]) : [given]) {
        const condition = typeof value === 'string' ? options.get(value) : undefined;
        if (!condition || (previous && inputs.get(value as string)?.every((input) => same(input, previous[input.name], record[input.name])))) continue;
        if (testExpression(condition, environment)) continue;
        const label = field.options.find((option) => option.value === value)?.label ?? String(value);
        report(change, { field: field.name, code: 'NOT_AN_OPTION', message: `${label} cannot be chosen here for ${field.label}.` });
      }
    },
  };
}

function optionConditions(field: CatalogField, object: CatalogObject, catalog: Catalog, report: ReportAt): ReadonlyMap<string, CheckedExpression> {
  const written = (field.definition['options'] ?? []) as readonly { readonly value: string; readonly visibleWhen?: ExpressionSource }[];
  const found = new Map<string, CheckedExpression>();
  for (const [index, { value, visibleWhen }] of written.entries()) {
    if (visibleWhen === undefined) continue;
    const condition = compileCondition(visibleWhen, { object, catalog }, (message, hint) => report('error', ['options', index, 'visibleWhen'], message, hint));
    if (condition) found.set(value, condition);
  }
  return found;
}

/** Names of fields on which user interfaces make the choices of this one depend. */
function checkDependencies(field: CatalogField, object: CatalogObject, report: ReportAt): void {
  for (const key of ['dependsOn', 'dependencies']) {
    const given = (field.definition[key] ?? []) as readonly (string | { readonly field: string })[];
    for (const [index, entry] of given.entries()) {
      const name = typeof entry === 'string' ? entry : entry.field;
      if (!findField(object, name)) report('error', [key, index], `${object.name} has no field "${name}"`, suggest(name, [...object.fields.keys()]));
    }
  }
}

/** Numbers and points in time have several spellings. */
function same(field: CatalogField, left: unknown, right: unknown): boolean {
  if (left === right) return true;
  const type = fieldType(field);
  if (!type || type.kind === 'list' || type.kind === 'json') return isDeepStrictEqual(left ?? null, right ?? null);
  return compare('eq', readValue(type, left), readValue(type, right));
}
