import { AsyncResource } from 'node:async_hooks';
import { isDeepStrictEqual } from 'node:util';
import { ObjectosError } from '../../errors.ts';
import type { Database } from '../../database/database.ts';
import { sqlState } from '../../database/errors.ts';
import type { Answer } from './report-flags.ts';
import { sharedValues, statementOf, statementOfAll, type SingleWrite } from './single-write.ts';
import type { WriteTools } from './tools.ts';

/** Statements of one key beside each other, from which on further writes wait for one of them to end. */
const atOnce = 2;
/** Records that one statement writes at most. */
const together = 50;
/** Milliseconds after which those that wait go in any case: what is under way may be held up by others. */
const patience = 10;

interface Waiting {
  readonly write: SingleWrite;
  readonly resolve: (answer: Answer | undefined) => void;
  readonly reject: (error: unknown) => void;
}

interface Lane {
  running: number;
  waiting: Waiting[];
  timer: NodeJS.Timeout | undefined;
}

/**
 * Single writes that one caller sends beside each other share statements: while some are under way, those that arrive wait for one to end, and then
 * go together, in one statement and one commit. A write that meets nobody waits for nothing. What fails together goes again, each by itself, so
 * that every request gets its own answer.
 */
export class GatheredWrites {
  readonly #lanes = new Map<string, Lane>();
  /** Of none of the requests: what belongs to several is not done in the context of one. */
  readonly #apart = new AsyncResource('objectos.gathered-writes');

  run(write: SingleWrite, tools: WriteTools): Promise<Answer | undefined> {
    const { caller: { userId = '', organizationId = '' } } = write.context;
    const key = `${userId} ${organizationId} ${write.key}`;
    let lane = this.#lanes.get(key);
    if (!lane) this.#lanes.set(key, (lane = { running: 0, waiting: [], timer: undefined }));
    const { waiting } = lane;
    if (lane.running < atOnce && waiting.length === 0) return this.#counted(lane, key, tools, () => alone(write, tools));
    return new Promise((resolve, reject) => {
      waiting.push({ write, resolve, reject });
      lane.timer ??= setTimeout(() => this.#send(lane, key, tools), patience);
    });
  }

  async #counted<T>(lane: Lane, key: string, tools: WriteTools, work: () => Promise<T>): Promise<T> {
    lane.running += 1;
    try {
      return await work();
    } finally {
      lane.running -= 1;
      if (lane.waiting.length > 0) this.#send(lane, key, tools);
      else if (lane.running === 0) this.#lanes.delete(key);
    }
  }

  #send(lane: Lane, key: string, tools: WriteTools): void {
    clearTimeout(lane.timer);
    lane.timer = undefined;
    for (const group of grouped(lane.waiting.splice(0), tools)) {
      void this.#apart.runInAsyncScope(() => this.#counted(lane, key, tools, () => writeAll(group, tools)));
    }
  }
}

/** Writes that one statement can do: of different records, and the same in what comes from their callers. */
function grouped(waiting: readonly Waiting[], tools: WriteTools): readonly (readonly Waiting[])[] {
  const [first] = waiting;
  if (!first || waiting.length === 1) return first ? [[first]] : [];
  const sharedOf = sharedValues(first.write, tools);
  const groups: { readonly database: Database; readonly shared: readonly unknown[] | undefined; readonly records: Set<string>; readonly writes: Waiting[] }[] = [];
  for (const one of waiting) {
    const { row: { id }, context } = one.write;
    const { database } = context;
    const shared = unlessWrong(() => sharedOf(context));
    const group = shared && groups.find((each) => each.writes.length < together && each.database === database && !each.records.has(id) && isDeepStrictEqual(each.shared, shared));
    if (group) {
      group.records.add(id);
      group.writes.push(one);
    } else groups.push({ database, shared, records: new Set([id]), writes: [one] });
  }
  return groups.map(({ writes }) => writes);
}

/** Undefined when a value is wrong: the write by itself says how. */
function unlessWrong<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

async function writeAll(chosen: readonly Waiting[], tools: WriteTools): Promise<void> {
  const [first, more] = chosen;
  if (first && more) {
    const { database } = first.write.context;
    try {
      const { rows } = await database.query<Answer>(statementOfAll(chosen.map(({ write }) => write), tools));
      const answers = new Map(rows.map((answer) => [answer.id, answer]));
      for (const { write, resolve } of chosen) resolve(answers.get(write.row.id));
      return;
    } catch (error) {
      if (!isUndone(error)) {
        for (const { reject } of chosen) reject(error);
        return;
      }
    }
  }
  await Promise.all(chosen.map(({ write, resolve, reject }) => alone(write, tools).then(resolve, reject)));
}

/** The database says that it failed: nothing of it stays. After a lost connection nobody knows. */
function isUndone(error: unknown): boolean {
  return sqlState(error) !== undefined && !(error instanceof ObjectosError && error.code === 'UNAVAILABLE');
}

async function alone(write: SingleWrite, tools: WriteTools): Promise<Answer | undefined> {
  const { database } = write.context;
  return (await database.query<Answer>(statementOf(write, tools))).rows[0];
}
