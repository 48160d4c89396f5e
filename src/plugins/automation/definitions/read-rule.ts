import { scheduleProblem } from '../../../kernel/cron.ts';
import type { JobSchedule } from '../../../kernel/jobs.ts';
import type { Catalog, CatalogObject } from '../../../metadata/catalog.ts';
import { isMapping, Reader } from '../../../metadata/definitions/reader.ts';
import { suggest } from '../../../metadata/nearest.ts';
import { resolveReference } from '../../../metadata/link/resolve-reference.ts';
import { isRecordAction, type Rule, type RuleEvent } from '../rule.ts';
import { readActions } from './read-actions.ts';
import { readCriteria } from './read-criteria.ts';
import { readTimers } from './read-timers.ts';

const create = ['create'] as const;
const update = ['update'] as const;
const both = ['create', 'update'] as const;
const remove = ['delete'] as const;

const triggers: Readonly<Record<string, readonly RuleEvent[] | 'schedule' | 'webhook'>> = {
  on_create: create, onCreate: create, 'object.create': create, after_create: create, on_update: update, onUpdate: update, 'object.update': update, after_update: update, record_change: both,
  on_create_or_update: both, onCreateOrUpdate: both, on_delete: remove, onDelete: remove, 'object.delete': remove, schedule: 'schedule', scheduled: 'schedule', webhook: 'webhook',
};
const triggerNames = Object.fromEntries(Object.keys(triggers).map((name) => [name, name]));

export interface RuleScope {
  readonly catalog: Catalog;
  /** The object below which the rule stands. */
  readonly owner: CatalogObject | undefined;
  readonly templates: ReadonlySet<string> | null;
  /** Of schedules that name none. */
  readonly timeZone: string;
}

/** One rule; undefined when it is not active, or when it has mistakes, which are reported. */
export function readRule(reader: Reader, { catalog, owner, templates, timeZone }: RuleScope): Rule | undefined {
  const name = reader.required('name');
  reader.skip('label', 'description');
  const trigger = reader.oneOf(triggerNames, 'triggerType', 'trigger');
  const events = trigger === undefined ? undefined : triggers[trigger];
  if (trigger === undefined && reader.keyOf('triggerType', 'trigger') === undefined) reader.error([], '"triggerType" is missing', 'One of on_create, on_update, on_create_or_update, on_delete, schedule, webhook.');
  const scheduled = events === 'schedule';
  const incoming = events === 'webhook';
  const object = incoming ? undefined : (owner ?? objectOf(reader, catalog, !scheduled));
  const everyTime = reader.flag(false, 'reevaluateOnChange');
  const active = reader.flag(true, 'active', 'isActive', 'enabled');
  const order = reader.raw('executionOrder', 'order')?.value ?? 100;
  if (typeof order !== 'number') reader.error(['executionOrder'], 'must be a number');
  const runAs = reader.oneOf({ system: 'system', user: 'user' }, 'runAs') ?? 'system';
  if ((scheduled || incoming) && runAs === 'user') reader.error(['runAs'], `nobody makes the change that starts a rule on a ${incoming ? 'webhook' : 'schedule'}`, 'Use runAs: system.');
  const wanted = reader.oneOf({ transaction: 'transaction', commit: 'commit' }, 'runIn');
  const schedule = readSchedule(reader, scheduled, timeZone);
  const criteriaKey = reader.raw('criteria', 'condition', 'conditions', 'when');
  const actionsKey = reader.raw('actions');
  const timersKey = reader.keyOf('timeTriggers');
  const ruleEvents = Array.isArray(events) ? (events as readonly RuleEvent[]) : [];
  const actionScope = { object, catalog, events: ruleEvents, templates, message: incoming, subject: reader.subject, report: reader.report };
  const timers = object && !scheduled ? readTimers(reader, { ...actionScope, object }) : [];
  reader.end();
  if (events === undefined || (!object && !scheduled && !incoming)) return undefined;

  const criteria = criteriaKey && object ? readCriteria(criteriaKey.value, { object, catalog }, (message, hint) => reader.error([criteriaKey.key], message, hint)) : undefined;
  if (criteriaKey && !object) reader.error([criteriaKey.key], 'criteria need an objectName', incoming ? 'A rule on a webhook is about no record.' : 'Name the object whose records they choose.');
  const written: readonly unknown[] = Array.isArray(actionsKey?.value) ? actionsKey.value : [];
  if (written.length === 0 && timers.length === 0) reader.error([actionsKey?.key ?? 'actions'], 'a rule needs a list of actions');
  if (timersKey !== undefined && (scheduled || incoming)) reader.error([timersKey], `a rule on a ${incoming ? 'webhook' : 'schedule'} has no time triggers`, 'Choose records by criteria, such as due_date = TODAY() + 3.');
  if (timers.length > 0 && ruleEvents.includes('delete')) reader.error([timersKey ?? 'timeTriggers'], 'nothing is left of a deleted record by then');
  if (scheduled && criteria?.reads.some(({ root }) => root === 'previous')) reader.error([criteriaKey?.key ?? 'criteria'], 'nothing changes when a rule on a schedule looks at records', 'Leave out ISCHANGED and previous.');
  const actions = readActions(written, { ...actionScope, path: [...reader.path, actionsKey?.key ?? 'actions'] });
  const runIn = wanted ?? (actions.length > 0 && !scheduled && !incoming && actions.every(({ type }) => type === 'field_update') ? 'transaction' : 'commit');
  const runInKey = reader.keyOf('runIn') ?? 'actions';
  if (runIn === 'transaction' && (scheduled || incoming)) reader.error([runInKey], `there is no write of which a rule on a ${incoming ? 'webhook' : 'schedule'} could be a part`);
  if (runIn === 'transaction' && !actions.every(isRecordAction)) reader.error([runInKey], 'only actions that write records run in the transaction of the write', 'Give the other actions in a rule of their own with runIn: commit.');
  if (!active) return undefined;
  return { name, object, events: new Set(ruleEvents), schedule, incoming, criteria, writtenCriteria: criteriaKey?.value, everyTime, runIn, runAs, order: typeof order === 'number' ? order : 100, actions, written, timers };
}

/** `0 8 * * *`, or `{ cron, timeZone, misfire }`. */
function readSchedule(reader: Reader, scheduled: boolean, timeZone: string): JobSchedule | undefined {
  const found = reader.raw('schedule', 'cron');
  const zone = reader.text('timeZone', 'timezone');
  const misfire = reader.oneOf({ once: 'once', skip: 'skip' }, 'misfire');
  if (!scheduled) {
    if (found) reader.error([found.key], 'counts only with triggerType: schedule');
    return undefined;
  }
  if (!found) {
    reader.error([], '"schedule" is missing', 'Say when: schedule: "0 8 * * *".');
    return undefined;
  }
  const given = isMapping(found.value) ? new Reader(found.value, [...reader.path, found.key], reader.subject, reader.report) : undefined;
  const cron = given ? given.required('cron', 'expression', 'cronExpression') : String(found.value);
  const schedule: JobSchedule = {
    cron,
    timeZone: zone ?? given?.text('timeZone', 'timezone') ?? timeZone,
    misfire: misfire ?? given?.oneOf({ once: 'once', skip: 'skip' }, 'misfire') ?? 'once',
  };
  given?.end();
  const problem = scheduleProblem(schedule);
  if (problem !== undefined) reader.error([found.key], problem, problem.includes('time zone') ? 'Write one such as "Europe/Berlin".' : 'Five fields, or six with seconds first: "0 8 * * 1-5".');
  return schedule;
}

function objectOf(reader: Reader, catalog: Catalog, required: boolean): CatalogObject | undefined {
  const name = required ? reader.required('objectName', 'object') : (reader.text('objectName', 'object') ?? '');
  const object = catalog.objects.get(resolveReference(name, new Set(catalog.objects.keys())) ?? '');
  if (!object && name !== '') reader.error([reader.keyOf('objectName', 'object') ?? 'objectName'], `there is no object "${name}"`, suggest(name, [...catalog.objects.keys()]));
  return object;
}

