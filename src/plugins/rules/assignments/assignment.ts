import type { Catalog, CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import type { CheckedExpression } from '../../../metadata/expressions/checked.ts';
import type { ExpressionSource } from '../../../metadata/expressions/expression.ts';
import { findField } from '../../../metadata/expressions/names.ts';
import { fieldType, id } from '../../../metadata/expressions/types.ts';
import { isRecord } from '../../../metadata/field-types/definition.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { Path } from '../../../metadata/source-document.ts';
import { evaluateExpression } from '../../../resolvers/expressions/evaluate.ts';
import type { Change } from '../../../resolvers/write/phase.ts';
import { compileAt } from '../../../metadata/expressions/compile-at.ts';
import type { Subject } from '../evaluation/environment.ts';

/** A field that a state machine or hook sets on the record that is written. */
export interface Assignment {
  readonly field: CatalogField;
  /** In stored form; what `expression` gives comes before it. */
  readonly value: unknown;
  readonly expression: CheckedExpression | undefined;
}

/** Reports a mistake at a place of the definition. */
export type Mistake = (path: Path, message: string, hint?: string) => void;

export interface AssignmentSource {
  readonly object: CatalogObject;
  readonly catalog: Catalog;
  readonly mistake: Mistake;
}

/** `{ closed_at: NOW(), status: closed }` */
export function compileAssignments(given: unknown, path: Path, source: AssignmentSource): readonly Assignment[] {
  if (!isRecord(given) || Object.keys(given).length === 0) {
    source.mistake(path, 'the fields to set are missing', 'Write assign: { field: value }.');
    return [];
  }
  return Object.entries(given).flatMap(([name, value]) => compileAssignment(name, value, [...path, name], source) ?? []);
}

export function compileAssignment(name: string, given: unknown, path: Path, source: AssignmentSource): Assignment | undefined {
  const { object, mistake } = source;
  const field = findField(object, name);
  if (!field) return refuse(mistake, path, `${object.name} has no field "${name}"`, suggest(name, [...object.fields.keys()]));
  if (field.column === undefined || field.type.computed || field.system) return refuse(mistake, path, `${field.name} cannot be set: ${field.system || field.type.computed ? 'the platform makes its values' : 'it leads to several records'}`);
  const expression = expressionOf(given, field);
  if (expression === undefined) return literalOf(field, given, path, mistake);
  const checked = compileAt(expression, { catalog: source.catalog, object, previous: true, finds: true, expects: field.reference ? id : (fieldType(field) ?? { kind: 'any' }) }, (message, hint) => mistake(path, message, hint));
  return checked && { field, value: undefined, expression: checked };
}

function refuse(mistake: Mistake, path: Path, message: string, hint?: string): undefined {
  mistake(path, message, hint);
}

/** `{ expression }`, `{ dialect, source }`, text that begins with `=`, and text that is no value of the field. */
function expressionOf(given: unknown, field: CatalogField): ExpressionSource | undefined {
  if (isRecord(given)) {
    const source = given['expression'] ?? given['formula'] ?? given['source'];
    return typeof source === 'string' && Object.keys(given).every((key) => ['expression', 'formula', 'source', 'dialect'].includes(key)) ? { source, dialect: typeof given['dialect'] === 'string' ? given['dialect'] : undefined } : undefined;
  }
  if (typeof given !== 'string') return undefined;
  if (given.startsWith('=')) return given.slice(1);
  return 'problem' in field.type.coerce(given, field) ? given : undefined;
}

function literalOf(field: CatalogField, given: unknown, path: Path, mistake: Mistake): Assignment | undefined {
  if (given === null || given === undefined) return { field, value: null, expression: undefined };
  const coerced = field.type.coerce(given, field);
  if ('problem' in coerced) return refuse(mistake, path, `${field.name} cannot hold this: ${coerced.problem.message}`);
  return { field, value: coerced.value, expression: undefined };
}

/** What was found wrong with a value while it was computed. */
export interface AssignmentProblem {
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

/** Sets the fields one after the other; later ones see earlier ones. */
export function assign(assignments: readonly Assignment[], change: Change, see: (change: Change) => Subject): readonly AssignmentProblem[] {
  return assignments.flatMap(({ field, value, expression }): AssignmentProblem[] => {
    const computed = expression ? evaluateExpression(expression, see(change).environment) : value;
    if (computed === null || computed === undefined) {
      change.values[field.name] = null;
      return [];
    }
    const coerced = expression ? field.type.coerce(computed, field) : { value: computed };
    if ('problem' in coerced) return [{ field: field.name, code: coerced.problem.code, message: coerced.problem.message }];
    const stored = coerced.value;
    change.values[field.name] = typeof stored === 'string' && field.type.column(field)?.castType === 'jsonb' ? (JSON.parse(stored) as unknown) : stored;
    return [];
  });
}

export function expressionsOf(assignments: readonly Assignment[]): readonly CheckedExpression[] {
  return assignments.flatMap(({ expression }) => expression ?? []);
}
