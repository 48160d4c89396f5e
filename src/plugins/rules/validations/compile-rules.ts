import type * as z from 'zod';
import type { Catalog, CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import { reportIssues } from '../../../metadata/definitions/read-mapping.ts';
import type { Severity } from '../../../metadata/diagnostic.ts';
import { findField } from '../../../metadata/expressions/names.ts';
import { nearest, suggest } from '../../../metadata/nearest.ts';
import type { Path } from '../../../metadata/source-document.ts';
import { compileAsync } from './async.ts';
import { compileConditional } from './conditional.ts';
import { compileCustom } from './custom.ts';
import { camelKeys, innerRuleSchema, isRuleKey, keysOfType, ruleSchema, specificKeys, type CheckDefinition, type RuleDefinition, type RuleType } from './definition.ts';
import { compileFormat } from './format.ts';
import { compileJsonSchema } from './json-schema.ts';
import type { Check, CompileCheck, Finding, Rule, RuleServices, RuleSource } from './rule.ts';
import { compileScript } from './script.ts';
import { compileStateMachine } from './state-machine.ts';
import { compileUnique } from './unique.ts';

const compilers: Readonly<Record<RuleType, CompileCheck>> = {
  script: compileScript,
  cross_field: compileScript,
  unique: compileUnique,
  state_machine: compileStateMachine,
  format: compileFormat,
  json_schema: compileJsonSchema,
  async: compileAsync,
  custom: compileCustom,
  conditional: compileConditional,
};

/** Types that say nothing about a record that goes. */
const aboutImages: ReadonlySet<RuleType> = new Set(['unique', 'state_machine', 'format', 'json_schema']);

/** Reports a mistake at a place of the object's definition. */
export type ReportAt = (severity: Severity, path: Path, message: string, hint?: string) => void;

/** The rules of an object in their order. Mistakes are reported, and leave the rule out. */
export function compileRules(object: CatalogObject, catalog: Catalog, services: RuleServices, report: ReportAt): readonly Rule[] {
  const given = object.definition['validations'];
  if (!Array.isArray(given)) return [];
  const names = new Set<string>();
  const rules = (given as readonly RuleDefinition[]).flatMap((written, index): readonly Rule[] => {
    const path = ['validations', index];
    const definition = readRule(written, ruleSchema, path, report);
    if (!definition) return [];
    const { name, message, type, severity = 'error', events = ['insert', 'update'], priority = 100, active = true } = definition;
    if (names.has(name)) report('error', [...path, 'name'], `the rule "${name}" is defined twice`);
    names.add(name);
    if (aboutImages.has(type) && events.includes('delete')) report('warning', [...path, 'events'], `a ${type} rule has nothing to say of a record that is deleted`);
    const check = compileCheck(definition, { object, catalog, services, name, path, report });
    if (!check || !active) return [];
    return [{ name, message, severity, priority, events: new Set(events), check }];
  });
  return rules.sort((left, right) => left.priority - right.priority);
}

interface Place {
  readonly object: CatalogObject;
  readonly catalog: Catalog;
  readonly services: RuleServices;
  readonly name: string;
  readonly path: Path;
  readonly report: ReportAt;
}

function compileCheck(definition: CheckDefinition, place: Place): Check | undefined {
  const { object, path, report } = place;
  if (!checkKeys(definition, place)) return undefined;
  const source: RuleSource = {
    ...place,
    definition,
    report: (severity, at, message, hint) => report(severity, [...path, ...at], message, hint),
    field: (name, at) => fieldNamed(object, name, [...path, ...at], report),
    inner: (key) => innerCheck(key, definition, place),
  };
  return compilers[definition.type](source);
}

function fieldNamed(object: CatalogObject, name: string, path: Path, report: ReportAt): CatalogField | undefined {
  const field = findField(object, name);
  if (!field) report('error', path, `${object.name} has no field "${name}"`, suggest(name, [...object.fields.keys()]));
  return field;
}

/** What the inner rule finds is told in its own words, or in those of the outer one. */
function innerCheck(key: 'then' | 'otherwise', definition: CheckDefinition, place: Place): Check | undefined {
  const given = definition[key];
  if (given === undefined) return undefined;
  const path = [...place.path, key];
  const inner = readRule(given, innerRuleSchema, path, place.report);
  if (!inner) return undefined;
  for (const idle of ['severity', 'events', 'priority', 'active'] as const) {
    if (inner[idle] !== undefined) place.report('warning', [...path, idle], `"${idle}" is that of the outer rule; nothing acts on it here`);
  }
  const message = inner.message ?? definition.message;
  const check = compileCheck({ ...inner, name: place.name, ...(message !== undefined && { message }) }, { ...place, path });
  if (!check || inner.message === undefined) return check;
  const own = (finding: Finding): Finding => ({ ...finding, message: finding.message ?? inner.message });
  return { ...check, run: (subjects, context, fail) => check.run(subjects, context, (subject, finding) => fail(subject, own(finding))) };
}

function readRule<S extends z.ZodType>(given: Readonly<Record<string, unknown>>, schema: S, path: Path, report: ReportAt): z.infer<S> | undefined {
  const value = camelKeys(given);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  reportIssues(result.error.issues, value, (at, _key, message, hint) => report('error', [...path, ...at], message, hint));
  return undefined;
}

function checkKeys(definition: CheckDefinition, { path, report }: Place): boolean {
  const { type } = definition;
  const { needs, takes } = keysOfType[type];
  for (const key of Object.keys(definition)) {
    if (!isRuleKey(key)) {
      const near = nearest(key, [...specificKeys, 'message', 'severity', 'events', 'priority', 'active']);
      report('warning', [...path, key], `unknown key "${key}"; nothing acts on it`, near === undefined ? undefined : `Did you mean "${near}"?`);
    }
  }
  for (const key of specificKeys) {
    if (definition[key] === undefined || needs.includes(key) || takes.includes(key)) continue;
    report('warning', [...path, key], `"${key}" has no meaning for a ${type} rule; nothing acts on it`);
  }
  const missing = needs.filter((key) => definition[key] === undefined);
  for (const key of missing) report('error', path, `a ${type} rule needs "${key}"`);
  return missing.length === 0;
}
