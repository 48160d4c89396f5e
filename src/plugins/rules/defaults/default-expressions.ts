import { ObjectosError } from '../../../errors.ts';
import type { Catalog, CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import type { CheckedExpression } from '../../../metadata/expressions/checked.ts';
import type { ExpressionSource } from '../../../metadata/expressions/expression.ts';
import { fieldType, id } from '../../../metadata/expressions/types.ts';
import { evaluateExpression } from '../../../resolvers/expressions/evaluate.ts';
import { compileAt } from '../../../metadata/expressions/compile-at.ts';
import type { MutationPhase } from '../../../resolvers/write/phase.ts';
import { loaderOf, subjectOf } from '../evaluation/environment.ts';
import { storedReads } from '../../../resolvers/expressions/formulas.ts';
import type { ReportAt } from '../validations/compile-rules.ts';

interface DefaultExpression {
  readonly field: CatalogField;
  readonly expression: CheckedExpression;
}

/** The defaults of an object that are expressions, each after those that it reads. */
export function compileDefaults(object: CatalogObject, catalog: Catalog, reportAt: (field: CatalogField) => ReportAt): readonly DefaultExpression[] {
  const found = new Map<string, DefaultExpression>();
  for (const field of object.fields.values()) {
    const given = field.definition['defaultExpression'] as ExpressionSource | undefined;
    if (given === undefined) continue;
    const report = reportAt(field);
    const type = field.reference ? id : fieldType(field);
    if (field.column === undefined || field.type.computed || !type || type.kind === 'json') {
      report('error', ['defaultExpression'], `the default of a ${field.multiple ? 'list of records' : field.type.name} cannot be an expression`, 'Write a literal, or set the value in a hook.');
      continue;
    }
    const expression = compileAt(given, { catalog, object, finds: true, expects: type }, (message, hint) => report('error', ['defaultExpression'], message, hint));
    if (expression) found.set(field.name, { field, expression });
  }
  return inOrder(found, catalog, reportAt);
}

function inOrder(found: ReadonlyMap<string, DefaultExpression>, catalog: Catalog, reportAt: (field: CatalogField) => ReportAt): readonly DefaultExpression[] {
  const ordered = new Set<DefaultExpression>();
  const visit = (each: DefaultExpression, path: readonly DefaultExpression[]): void => {
    if (ordered.has(each)) return;
    const start = path.indexOf(each);
    if (start >= 0) {
      const circle = [...path.slice(start), each].map(({ field }) => field.name).join(' → ');
      reportAt(each.field)('error', ['defaultExpression'], `the defaults go in a circle: ${circle}`, 'Let one of them read fields that are given.');
      return;
    }
    for (const { steps, field } of storedReads([each.expression], catalog)) {
      const read = found.get((steps[0] ?? field).name);
      if (read) visit(read, [...path, each]);
    }
    ordered.add(each);
  };
  for (const each of found.values()) visit(each, []);
  return [...ordered];
}

/** Fills what nobody gave, looking at the new record as far as it is known; undefined when no default is an expression. */
export function defaultsPhase(object: CatalogObject, catalog: Catalog, timeZone: string): Pick<MutationPhase, 'pure' | 'defaults'> | undefined {
  const options = { catalog, timeZone };
  const defaults = compileDefaults(object, catalog, () => () => undefined).map((each) => ({ ...each, load: loaderOf([each.expression], options) }));
  if (defaults.length === 0) return undefined;
  return {
    pure: defaults.every(({ load }) => load === undefined),
    async defaults(changes, context) {
      for (const { field, expression, load } of defaults) {
        const missing = changes.filter(({ values }) => values[field.name] === undefined);
        if (missing.length === 0) continue;
        const behind = load && (await load(missing, context));
        for (const change of missing) {
          const value = evaluateExpression(expression, subjectOf(change, context, options, behind).environment);
          if (value !== null) change.values[field.name] = stored(field, value);
        }
      }
    },
  };
}

function stored(field: CatalogField, value: unknown): unknown {
  const coerced = field.type.coerce(value, field);
  if ('value' in coerced) return coerced.value;
  throw new ObjectosError('VALIDATION_FAILED', `The default of ${field.object}.${field.name} is refused: ${coerced.problem.message}`);
}
