import { ObjectosError } from '../../../errors.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { latestCursor, type LoggedChange } from '../../../resolvers/write/change-log/read-changes.ts';
import { decodeCursor } from '../cursor.ts';
import type { Listener, Standing } from '../delivery/listener.ts';
import { askRows, type Question } from '../views/ask-rows.ts';
import { mergeChanges, orderOf, presentRows, type RecordChange } from '../views/record-changes.ts';
import type { View } from '../views/view.ts';
import type { RealtimeSettings } from '../settings.ts';
import { together, type Attempt } from './attempt.ts';
import { missedBy, objectsOf, type Missed } from './catch-up.ts';
import { addOutcome, compareRows, testInMemory, type Outcomes } from './outcomes.ts';
import { readLog } from './read-log.ts';
import type { Views } from './views.ts';

/** Somebody who begins to listen, or whose rows become others. */
export interface Arrival {
  readonly listener: Listener;
  /** Its rows from now on. */
  readonly standing: Standing;
  /** By object, in the order of the standing. */
  readonly views: readonly View[];
  /** Views that it had; absent for one that begins. */
  readonly from: readonly View[] | undefined;
  /** It was told of a gap and begins anew. */
  readonly again: boolean;
}

export interface Beginning {
  readonly arrival: Arrival;
  /** It had other rows, or has to forget what it has. */
  readonly resync: boolean;
  readonly missed: readonly Missed[];
  /** Ids of present rows, where a snapshot is due. */
  readonly snapshot: readonly (readonly [View, readonly string[]])[] | undefined;
  /** Rows that came and went with other rights. */
  readonly entered: readonly (readonly [View, readonly string[]])[];
  readonly left: readonly (readonly [View, readonly string[]])[];
  /** Why it ends instead. */
  readonly refused: unknown;
}

/** What one look at the database found. Nothing is changed by it, so that it can be repeated. */
export interface Step {
  readonly before: string;
  readonly cursor: string;
  /** Changes are missing: everybody begins anew. */
  readonly gap: boolean;
  readonly outcomes: Outcomes;
  /** Rows of views that only the database can test. */
  readonly known: ReadonlyMap<View, Set<string>>;
  /** Views that ended, with the reason: they became too large, or cannot be tested. */
  readonly failed: ReadonlyMap<View, unknown>;
  readonly beginnings: readonly Beginning[];
  /** Objects of the platform that changed: rights may have. */
  readonly system: boolean;
}

export interface StepInput {
  readonly after: string | undefined;
  readonly views: Views;
  readonly arrivals: readonly Arrival[];
  readonly settings: RealtimeSettings;
  /** Views whose rows come and go with the clock are due. */
  readonly timed: boolean;
  readonly attempt: Attempt;
}

/** Log, rows and answers of one snapshot: they agree with each other exactly. */
export function takeStep(input: StepInput, request: RequestContext): Promise<Step> {
  return request.database.transaction(() => look(input, request), { isolation: 'repeatable read', readOnly: true });
}

async function look({ after, views, arrivals, settings, timed, attempt }: StepInput, request: RequestContext): Promise<Step> {
  const { catalog, database } = request;
  const before = after ?? (await latestCursor(database));
  const system = [...catalog.objects.values()].filter((object) => object.system).map(({ name }) => name);
  const log = after === undefined ? { changes: [], cursor: before, gap: false } : await readLog(database, after, [...new Set([...views.objects(), ...system])], settings.changesAtOnce);
  const cursor = log.gap ? await latestCursor(database) : log.cursor;
  const outcomes: Outcomes = new Map();
  const failed = new Map<View, unknown>();
  const touched = new Set(log.changes.map(({ object }) => object));
  const changesOf = await readRecords(log.changes, views, request);
  for (const [name, changes] of changesOf) {
    const index = views.of(name);
    if (index) testInMemory(changes, index, request, outcomes, failed);
  }

  const fresh = new Set(arrivals.flatMap((arrival) => arrival.views).filter((view) => !view.test && !view.known));
  const questions: { readonly view: View; readonly question: Question; readonly of: ReadonlySet<string> | undefined }[] = [];
  const limit = settings.viewSize + 1;
  for (const view of new Set([...views.asked(), ...fresh])) {
    const ids = (changesOf.get(view.object.name) ?? []).map(({ id }) => id);
    const whole = fresh.has(view) || log.gap || (view.timed && timed) || [...view.dependencies].some((name) => touched.has(name));
    if (!whole && ids.length === 0) continue;
    questions.push({ view, question: { object: view.object, filter: view.filter, ...(whole ? { limit } : { ids }) }, of: whole ? undefined : new Set(ids) });
  }
  const answers: (ReadonlySet<string> | undefined)[] = [];
  for (const part of attempt === together ? [questions] : questions.map((each) => [each])) {
    answers.push(...(await attempt<readonly (ReadonlySet<string> | undefined)[]>(() => askRows(part.map(({ question }) => question), request), (error) => part.map(({ view }) => void failed.set(view, error)))));
  }
  const known = new Map<View, Set<string>>();
  for (const [index, { view, of }] of questions.entries()) {
    const rows = answers[index];
    if (!rows) continue;
    const former = view.known ?? new Set<string>();
    if (!fresh.has(view)) for (const outcome of compareRows(former, rows, changesOf.get(view.object.name) ?? [], of)) addOutcome(outcomes, view, outcome);
    const now = of ? new Set([...former].filter((id) => !of.has(id)).concat([...rows])) : new Set(rows);
    if (now.size > settings.viewSize) failed.set(view, tooLarge(settings.viewSize));
    known.set(view, now);
  }

  const beginnings: Beginning[] = [];
  for (const arrival of arrivals) beginnings.push(await attempt(() => begin(arrival, failed, settings, request), (refused) => ({ ...nothingFor(arrival), refused })));
  return { before, cursor, gap: log.gap, outcomes, known, failed, beginnings, system: system.some((name) => touched.has(name)) };
}

async function readRecords(log: readonly LoggedChange[], views: Views, { database }: RequestContext): Promise<ReadonlyMap<string, readonly RecordChange[]>> {
  const byObject = new Map<string, LoggedChange[]>();
  for (const change of log) {
    if (!views.of(change.object)) continue;
    const list = byObject.get(change.object);
    if (list) list.push(change);
    else byObject.set(change.object, [change]);
  }
  const result = new Map<string, readonly RecordChange[]>();
  const order = orderOf(log);
  for (const [name, changes] of byObject) {
    const index = views.of(name);
    const object = index?.object;
    if (!index || !object) continue;
    const present = await presentRows(object, [...new Set(changes.map(({ recordId }) => recordId))], index.needs, database);
    result.set(name, mergeChanges(object, changes, order, present));
  }
  return result;
}

export const tooLarge = (maximum: number): ObjectosError =>
  new ObjectosError('LIMIT_EXCEEDED', `The subscription covers more than ${maximum.toLocaleString('en-US')} records. Narrow it with \`where\`.`, { extensions: { limit: 'viewSize', maximum } });

const nothingFor = (arrival: Arrival): Beginning => ({ arrival, resync: false, missed: [], snapshot: undefined, entered: [], left: [], refused: undefined });

async function begin(arrival: Arrival, failed: ReadonlyMap<View, unknown>, settings: RealtimeSettings, request: RequestContext): Promise<Beginning> {
  const { listener: { wish }, standing, views, from, again } = arrival;
  const nothing = nothingFor(arrival);
  const limit = settings.viewSize + 1;
  const unfit = views.find((view) => failed.has(view));
  if (unfit) return { ...nothing, refused: failed.get(unfit) };
  const snapshot = async (resync: boolean): Promise<Beginning> => {
    if (!wish.snapshot) return { ...nothing, resync };
    const rows = await askRows(views.map(({ object, filter }) => ({ object, filter, limit })), request);
    if (rows.reduce((sum, { size }) => sum + size, 0) > settings.viewSize) return { ...nothing, refused: tooLarge(settings.viewSize) };
    return { ...nothing, resync, snapshot: views.map((view, index) => [view, [...(rows[index] ?? [])]] as const) };
  };
  if (from) {
    // What a client holds of fields that it may read no more, or never got, is told with whole records.
    if (standing.rows.some(({ fields }, index) => fields.key !== arrival.listener.standing.rows[index]?.fields.key)) return snapshot(true);
    const moved = views.map((view, index) => [view, from[index]] as const).filter(([view, former]) => view !== former);
    const difference = await askRows(moved.flatMap(([view, former]) => {
      const [now, then] = [view.filter, former?.filter ?? view.filter];
      return [
        { object: view.object, filter: { kind: 'and', filters: [now, { kind: 'not', filter: then }] }, limit },
        { object: view.object, filter: { kind: 'and', filters: [then, { kind: 'not', filter: now }] }, limit },
      ] satisfies Question[];
    }), request);
    if (difference.reduce((sum, { size }) => sum + size, 0) > settings.viewSize) return snapshot(true);
    const rowsAt = (offset: number): Beginning['entered'] => moved.map(([view], index) => [view, [...(difference[index * 2 + offset] ?? [])]] as const);
    return { ...nothing, entered: rowsAt(0), left: rowsAt(1) };
  }
  if (again || wish.after === undefined) return snapshot(false);
  const { log, sight } = decodeCursor(wish.after);
  if (sight !== standing.sight) return snapshot(true);
  const part = await readLog(request.database, log, objectsOf(views), settings.changesAtOnce);
  const missed = part.gap ? undefined : await missedBy(views, part.changes, request);
  return missed ? { ...nothing, missed } : snapshot(true);
}

