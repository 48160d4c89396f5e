import type { Catalog, CatalogObject } from '../../../metadata/catalog.ts';
import { compileExpression } from '../../../metadata/expressions/check.ts';
import type { CheckedExpression } from '../../../metadata/expressions/checked.ts';
import { describeProblem } from '../../../metadata/expressions/report.ts';
import { boolean } from '../../../metadata/expressions/types.ts';
import { isMapping, type Reader } from '../../../metadata/definitions/reader.ts';
import { resolveReference } from '../../../metadata/link/resolve-reference.ts';
import type { Rule, RuleEvent } from '../rule.ts';
import { readActions } from './read-actions.ts';

const create = ['create'] as const;
const update = ['update'] as const;
const both = ['create', 'update'] as const;
const remove = ['delete'] as const;

const triggers: Readonly<Record<string, readonly RuleEvent[] | 'schedule'>> = {
  on_create: create, onCreate: create, 'object.create': create, after_create: create, on_update: update, onUpdate: update, 'object.update': update, after_update: update, record_change: both,
  on_create_or_update: both, onCreateOrUpdate: both, on_delete: remove, onDelete: remove, 'object.delete': remove, schedule: 'schedule', scheduled: 'schedule',
};
const triggerNames = Object.fromEntries(Object.keys(triggers).map((name) => [name, name]));

/** One rule; undefined when it is not active, or when it has mistakes, which are reported. */
export function readRule(reader: Reader, catalog: Catalog, owner: CatalogObject | undefined): Rule | undefined {
  const name = reader.required('name');
  reader.skip('label', 'description');
  const object = owner ?? objectOf(reader, catalog);
  const trigger = reader.oneOf(triggerNames, 'triggerType', 'trigger');
  const events = trigger === undefined ? undefined : triggers[trigger];
  if (trigger === undefined && reader.keyOf('triggerType', 'trigger') === undefined) reader.error([], '"triggerType" is missing', 'One of on_create, on_update, on_create_or_update, on_delete.');
  if (events === 'schedule') reader.error(['triggerType'], 'rules on a schedule are not carried out', 'Register a job with a schedule in a plugin.');
  const everyTime = reader.flag(false, 'reevaluateOnChange');
  const active = reader.flag(true, 'active', 'isActive', 'enabled');
  const order = reader.raw('executionOrder', 'order')?.value ?? 100;
  if (typeof order !== 'number') reader.error(['executionOrder'], 'must be a number');
  const runAs = reader.oneOf({ system: 'system', user: 'user' }, 'runAs') ?? 'system';
  const wanted = reader.oneOf({ transaction: 'transaction', commit: 'commit' }, 'runIn');
  if (reader.items('timeTriggers').length > 0) reader.error(['timeTriggers'], 'time triggers are not carried out yet', 'Leave them out.');
  const criteriaKey = reader.raw('criteria', 'condition', 'conditions', 'when');
  const actionsKey = reader.raw('actions');
  reader.end();
  if (!object || !Array.isArray(events)) return undefined;

  const scope = { catalog, object, previous: true };
  const criteria = criteriaKey === undefined ? undefined : compileCriteria(criteriaKey, scope, reader);
  const written: readonly unknown[] = Array.isArray(actionsKey?.value) ? actionsKey.value : [];
  if (written.length === 0) reader.error([actionsKey?.key ?? 'actions'], 'a rule needs a list of actions');
  const actions = readActions(written, { object, catalog, events, path: [...reader.path, actionsKey?.key ?? 'actions'], subject: reader.subject, report: reader.report });
  const ownFields = actions.every(({ type }) => type === 'field_update');
  const runIn = wanted ?? (ownFields ? 'transaction' : 'commit');
  if (runIn === 'transaction' && !ownFields) reader.error([reader.keyOf('runIn') ?? 'actions'], 'only field updates run in the transaction of the write', 'Give the other actions in a rule of their own with runIn: commit.');
  if (!active) return undefined;
  return { name, object, events: new Set(events), criteria, everyTime, runIn, runAs, order: typeof order === 'number' ? order : 100, actions, written };
}

function objectOf(reader: Reader, catalog: Catalog): CatalogObject | undefined {
  const name = reader.required('objectName', 'object');
  const object = catalog.objects.get(resolveReference(name, new Set(catalog.objects.keys())) ?? '');
  if (!object && name !== '') reader.error([reader.keyOf('objectName', 'object') ?? 'objectName'], `there is no object "${name}"`);
  return object;
}

function compileCriteria({ key, value }: { readonly key: string; readonly value: unknown }, scope: { readonly catalog: Catalog; readonly object: CatalogObject; readonly previous: boolean }, reader: Reader): CheckedExpression | undefined {
  const source = Array.isArray(value) ? value.map((item: unknown) => conditionText(item, reader, key)).join(' AND ') : value;
  if (typeof source !== 'string' && !(isMapping(source) && typeof source['source'] === 'string')) {
    reader.error([key], 'must be an expression, or a list of conditions');
    return undefined;
  }
  const given = typeof source === 'string' ? source : { source: String(source['source']), dialect: typeof source['dialect'] === 'string' ? source['dialect'] : undefined };
  const result = compileExpression(given, { ...scope, expects: boolean });
  if ('checked' in result) return result.checked;
  for (const problem of result.problems) {
    const { message, hint } = describeProblem(typeof given === 'string' ? given : given.source, problem);
    reader.error([key], message, hint);
  }
  return undefined;
}

const operators: Readonly<Record<string, (field: string, value: string) => string>> = {
  equals: (field, value) => `${field} = ${value}`, not_equals: (field, value) => `${field} != ${value}`, greater_than: (field, value) => `${field} > ${value}`, less_than: (field, value) => `${field} < ${value}`,
  contains: (field, value) => `CONTAINS(${field}, ${value})`, starts_with: (field, value) => `STARTS_WITH(${field}, ${value})`, ends_with: (field, value) => `ENDS_WITH(${field}, ${value})`,
  changed: (field) => `ISCHANGED(${field})`, changes_to: (field, value) => `(ISCHANGED(${field}) AND ${field} = ${value})`,
};

/** `{ field, operator, value }` as an expression. */
function conditionText(item: unknown, reader: Reader, key: string): string {
  if (isMapping(item) && typeof item['field'] === 'string' && typeof item['operator'] === 'string') {
    const operator = Object.hasOwn(operators, item['operator']) ? operators[item['operator']] : undefined;
    if (operator) return operator(item['field'], item['value'] === undefined ? 'null' : JSON.stringify(item['value']));
  }
  reader.error([key], `a condition is { field, operator, value }, found ${JSON.stringify(item)}`, `Operators: ${Object.keys(operators).join(', ')}.`);
  return 'false';
}
