import { newId } from '../../../kernel/new-id.ts';
import type { Catalog, CatalogObject } from '../../../metadata/catalog.ts';
import { createdImage } from '../../../resolvers/write/created-image.ts';
import type { Change } from '../../../resolvers/write/phase.ts';
import type { Image } from '../../../resolvers/write/rows.ts';
import type { Note } from '../../../resolvers/write/statement-part.ts';
import { checkChain, currentChain } from '../chain.ts';
import { eventOf, fires, subjectOf } from '../fires.ts';
import type { Rule, RuleEvent } from '../rule.ts';
import type { NewRun } from '../runs/new-runs.ts';
import type { EnvironmentOf } from '../sight.ts';
import { startedTopic } from '../started.ts';
import type { Tools } from '../tools.ts';
import type { RuleName, RuleVersions } from './rule-versions.ts';

/** Runs that a write starts, until they are made. */
interface Started {
  readonly event: RuleEvent;
  /** Rules that led to it, if any. */
  readonly chain?: readonly string[];
  /** A deleted record, as it was. */
  readonly deleted?: Change['record'];
  readonly runs: readonly { readonly id: string; readonly rule: RuleName }[];
}

/** A row of the outbox. */
export interface Noted {
  /** Given by the database. */
  readonly position?: string;
  readonly record_id: string;
  /** `Started` as JSON. */
  readonly note: string;
  readonly user: string | null;
  readonly organization: string | null;
  /** ISO 8601. */
  readonly at: string;
  readonly before: unknown;
  readonly after: unknown;
  /** As for `createdImage`. */
  readonly created?: Image | null;
}

/** Undefined when the change starts none of the rules. */
export function noteOf(rules: readonly Rule[], change: Change, environmentOf: EnvironmentOf, { settings, outbox }: Tools): Note | undefined {
  const event = eventOf(change);
  const subject = subjectOf(change);
  const environment = environmentOf(subject);
  const fired = rules.filter((rule) => fires(rule, change, environment));
  const [first] = fired;
  if (!first || event === undefined) return undefined;
  const chain = currentChain();
  checkChain(chain, first.name, settings.maxChain);
  const runs = fired.map((rule) => ({ id: newId(), rule }));
  const value: Started = {
    event,
    ...(chain.length > 0 && { chain }),
    ...(event === 'delete' && { deleted: subject.record }),
    runs: runs.map(({ id, rule }) => ({ id, rule: outbox.versions.nameOf(rule) })),
  };
  return {
    value,
    told: runs.map(({ id, rule }) => ({ topic: startedTopic, item: { rule: rule.name, status: 'PENDING', run: id, record: change.id }, ready: outbox.ready })),
    committed: outbox.wake,
  };
}

const startedIn = ({ note }: Noted): Started => JSON.parse(note) as Started;

/** The runs that a row stands for, as it names them. */
export const namedIn = (row: Noted) => startedIn(row).runs;

/** The runs that rows of the outbox stand for. */
export async function runsOf(rows: readonly Noted[], versions: RuleVersions, catalog: Catalog): Promise<readonly NewRun[]> {
  const notes = rows.map((row) => ({ row, started: startedIn(row) }));
  const versionOf = await versions.read(notes.flatMap(({ started }) => started.runs.map(({ rule }) => rule)));
  return notes.flatMap(({ row, started: { event, chain = [], deleted, runs } }) => {
    const { position: place, record_id: record, user, organization: organizationId, before: previous } = row;
    return runs.map(({ id, rule: name }) => {
      const { rule, object, runAs, definition } = versionOf(name);
      const trigger = { record: deleted ?? imageIn(row, catalog.objects.get(object ?? '')), previous, organizationId };
      return { id, rule, object, record, event, runAs, user: user ?? undefined, trigger, chain, definition, place };
    });
  });
}

function imageIn({ record_id: id, at, user: actor, created, after }: Noted, object: CatalogObject | undefined): unknown {
  return created ? createdImage(object, { id, at, actor, values: created }) : after;
}
