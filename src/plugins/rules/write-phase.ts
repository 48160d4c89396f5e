import type { Catalog, CatalogObject } from '../../metadata/catalog.ts';
import type { CheckedExpression } from '../../metadata/expressions/checked.ts';
import type { CatalogReport } from '../../metadata/phase.ts';
import type { Change, MutationContext, MutationPhase, ReportProblem } from '../../resolvers/write/phase.ts';
import { compileConditions, type FieldCondition } from './conditions/field-conditions.ts';
import { compileDefaults, defaultsPhase } from './defaults/default-expressions.ts';
import { loaderOf, subjectOf, type Subject } from './evaluation/environment.ts';
import { storedReads } from '../../resolvers/expressions/formulas.ts';
import { compileRules } from './validations/compile-rules.ts';
import type { RuleEvent } from './validations/definition.ts';
import type { Fail, Rule, RuleServices } from './validations/rule.ts';

/** Everything that checks writes of an object. */
interface ObjectRules {
  readonly rules: readonly Rule[];
  readonly conditions: readonly FieldCondition[];
}

function compile(object: CatalogObject, catalog: Catalog, services: RuleServices, report: CatalogReport): ObjectRules {
  return {
    rules: compileRules(object, catalog, services, (severity, path, message, hint) => report(severity, object.name, path, message, hint)),
    conditions: compileConditions(object, catalog, (field) => (severity, path, message, hint) => report(severity, `${object.name}.${field.name}`, path, message, hint)),
  };
}

/** Reports every mistake in the rules of a Catalog. */
export function checkRules(catalog: Catalog, services: RuleServices, report: CatalogReport): void {
  for (const object of catalog.objects.values()) {
    compile(object, catalog, services, report);
    compileDefaults(object, catalog, (field) => (severity, path, message, hint) => report(severity, `${object.name}.${field.name}`, path, message, hint));
  }
}

const known = (): void => undefined;

/** What defaults and rules of an object do in its write path; undefined when it has none. They need no transaction unless one of them asks the database. */
export function writePhases(object: CatalogObject, catalog: Catalog, services: RuleServices): Pick<MutationPhase, 'pure' | 'incomplete' | 'defaults' | 'validate'> | undefined {
  const [defaults, checks] = [defaultsPhase(object, catalog, services.timeZone), checksPhase(object, catalog, services)];
  if (!defaults || !checks) return defaults ?? checks;
  return { ...defaults, ...checks, pure: defaults.pure === true && checks.pure === true };
}

function checksPhase(object: CatalogObject, catalog: Catalog, services: RuleServices): Pick<MutationPhase, 'pure' | 'incomplete' | 'validate'> | undefined {
  const { rules, conditions } = compile(object, catalog, services, known);
  if (rules.length === 0 && conditions.length === 0) return undefined;
  const parts: readonly Looking[] = [...conditions, ...rules.map(({ check }) => check)];
  const expressions = parts.flatMap((part) => part.expressions);
  const looksAt = new Map(parts.map((part) => [part, fieldsOf(part, catalog)]));
  const judges = (part: Looking, { change: { refused } }: Subject): boolean => refused === undefined || looksAt.get(part)?.every((name) => !refused.has(name)) === true;
  const options = { catalog, timeZone: services.timeZone };
  const load = loaderOf(expressions, options);

  const validate = async (subjects: readonly Subject[], context: MutationContext, report: ReportProblem): Promise<void> => {
    for (const subject of subjects) for (const condition of conditions) if (judges(condition, subject)) condition.check(subject, context, report);
    for (const rule of rules) {
      const concerned = subjects.filter((subject) => rule.events.has(eventOf[subject.change.kind]) && judges(rule.check, subject));
      const running = concerned.length > 0 ? rule.check.run(concerned, context, failTo(rule, report)) : undefined;
      if (running) await running;
    }
  };
  return {
    incomplete: true,
    pure: load === undefined && rules.every(({ check }) => check.pure),
    async validate(changes, context, report) {
      const behind = load && (await load(changes, context));
      await validate(changes.map((change) => subjectOf(change, context, options, behind)), context, report);
    },
  };
}

interface Looking {
  readonly expressions: readonly CheckedExpression[];
  readonly fields: readonly string[] | undefined;
}

/** Fields of the record as it will be that a check looks at, lookups that it follows among them; undefined when it may look at any. */
function fieldsOf({ expressions, fields }: Looking, catalog: Catalog): readonly string[] | undefined {
  return fields && [...fields, ...storedReads(expressions, catalog).flatMap(({ root, steps: [first], field }) => (root === 'record' ? [(first ?? field).name] : []))];
}

const eventOf: Readonly<Record<Change['kind'], RuleEvent>> = { create: 'insert', update: 'update', restore: 'update', delete: 'delete' };

function failTo({ name, message, severity }: Rule, report: ReportProblem): Fail {
  const problem = { code: 'RULE_FAILED', rule: name, severity };
  return ({ change }, finding) => report(change, { ...problem, ...finding, message: finding.message ?? message });
}
