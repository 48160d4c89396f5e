import { entryOf } from '../../../kernel/entry-of.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import type { Change } from '../../../resolvers/write/phase.ts';
import type { Note } from '../../../resolvers/write/statement-part.ts';
import { checkChain, currentChain } from '../chain.ts';
import { eventOf, fires, subjectOf } from '../fires.ts';
import type { Rule, RuleEvent } from '../rule.ts';
import { definitionOf, type Definition, type NewRun } from '../runs/new-runs.ts';
import type { EnvironmentOf } from '../sight.ts';
import { startedTopic } from '../started.ts';
import type { Tools } from '../tools.ts';

/** What is kept of a write that starts runs, until they are made. */
interface Started {
  readonly event: RuleEvent;
  readonly object: string;
  readonly user: string | null;
  readonly organization: string | null;
  readonly chain: readonly string[];
  /** A deleted record, as it was. */
  readonly deleted?: Change['record'];
  readonly runs: readonly { readonly id: string; readonly rule: string; readonly runAs: Rule['runAs']; readonly definition: Definition }[];
}

/** A row of the outbox. */
export interface Noted {
  /** Given by the database. */
  readonly position?: string;
  readonly record_id: string;
  /** `Started` as JSON. */
  readonly note: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Undefined when the change starts none of the rules. */
export function noteOf(rules: readonly Rule[], change: Change, environmentOf: EnvironmentOf, { caller }: Pick<RequestContext, 'caller'>, { settings, outbox }: Tools): Note | undefined {
  const event = eventOf(change);
  const subject = subjectOf(change);
  const environment = environmentOf(subject);
  const fired = rules.filter((rule) => fires(rule, change, environment));
  const [first] = fired;
  if (!first || event === undefined) return undefined;
  const chain = currentChain();
  checkChain(chain, first.name, settings.maxChain);
  const { id: record, object } = change;
  const runs = fired.map((rule) => ({ id: newId(), rule }));
  const about: Omit<Started, 'runs'> = { event, object, user: caller.userId ?? null, organization: caller.organizationId ?? null, chain, ...(event === 'delete' && { deleted: subject.record }) };
  const listed = runs.map(({ id, rule }) => `{"id":"${id}",${ruleText(rule)}`);
  return {
    text: `${JSON.stringify(about).slice(0, -1)},"runs":[${listed.join(',')}]}`,
    told: runs.map(({ id, rule }) => ({ topic: startedTopic, item: { rule: rule.name, status: 'PENDING', run: id, record }, ready: outbox.ready })),
    committed: outbox.wake,
  };
}

/** What runs of a rule have in common, made once: the end of an object. */
const ruleText = (rule: Rule): string => entryOf(ruleTexts, rule, () => JSON.stringify({ rule: rule.name, runAs: rule.runAs, definition: definitionOf(rule) }).slice(1));
const ruleTexts = new WeakMap<Rule, string>();

/** Ids and rules of the runs that a row of the outbox stands for. */
export const namedIn = ({ note }: Noted) => (JSON.parse(note) as Started).runs.map(({ id, rule }) => ({ id, rule }));

export function runsOf({ position: place, record_id: record, note, before, after }: Noted): readonly NewRun[] {
  const { event, object, user, organization: organizationId, chain, deleted, runs } = JSON.parse(note) as Started;
  const trigger = { record: deleted ?? after, previous: before, organizationId };
  return runs.map(({ id, rule, runAs, definition }) => ({ id, rule, object, record, event, runAs, user: user ?? undefined, trigger, chain, definition, place }));
}
