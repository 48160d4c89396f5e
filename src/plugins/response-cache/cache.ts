import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Database } from '../../database/database.ts';
import type { Answers, Question } from '../../resolvers/execute/answers.ts';
import { ReadsOfStatements, type Reads } from './reads.ts';
import type { ResponseCacheSettings } from './settings.ts';
import { Watch } from './watch.ts';

interface Kept {
  readonly json: string | Promise<string>;
  /** Moment of the watch that the answer is not older than. */
  readonly moment: number;
  /** On the clock of `performance.now`. */
  readonly expires: number;
}

/** What an entry costs beside its text. */
const overhead = 300;

/**
 * Answers by statement and values. The statement is made from the document and the access class, and whatever depends on the
 * caller or on the moment is among its values, so two callers share an answer only when the database would be asked the very same.
 */
export class AnswerCache implements Answers {
  readonly #reads: ReadsOfStatements;
  readonly #watch: Watch;
  readonly #kept: LRUCache<string, Kept>;
  /** Asked and not answered yet. */
  readonly #asked = new Map<string, Kept>();

  constructor({ maxAge, maxBytes }: ResponseCacheSettings, database: () => Database) {
    this.#reads = new ReadsOfStatements(maxAge);
    this.#watch = new Watch(database);
    this.#kept = new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ json }) => Buffer.byteLength(json as string) + overhead });
  }

  forget(): void {
    this.#watch.forget();
    this.#kept.clear();
  }

  async answer(question: Question): Promise<string> {
    const reads = this.#reads.of(question);
    if (!reads) return question.ask();
    const values = JSON.stringify(question.values(question.now));
    const key = createHash('sha256').update(question.name).update(values).digest('base64url');
    if (!this.#find(key) && !lasts(question, values)) return question.ask();
    await this.#watch.look();
    const known = this.#find(key);
    if (!known || this.#watch.changedSince(reads.objects, known.moment)) return this.#ask(question, reads, key);
    try {
      return await known.json;
    } catch {
      return question.ask();
    }
  }

  #find(key: string): Kept | undefined {
    const found = this.#asked.get(key) ?? this.#kept.get(key);
    return found && found.expires > performance.now() ? found : undefined;
  }

  async #ask(question: Question, { maxAge }: Reads, key: string): Promise<string> {
    const json = question.ask();
    const asked: Kept = { json, moment: this.#watch.moment, expires: performance.now() + maxAge };
    this.#asked.set(key, asked);
    try {
      const answer = await json;
      // Unless the question was asked again meanwhile: that answer is newer.
      if (this.#asked.get(key) === asked) this.#kept.set(key, { ...asked, json: answer });
      return answer;
    } finally {
      if (this.#asked.get(key) === asked) this.#asked.delete(key);
    }
  }
}

/** Whether the values are the same a moment later: otherwise the answer is of this moment alone. */
function lasts({ now, values: valuesAt }: Question, values: string): boolean {
  return JSON.stringify(valuesAt(new Date(now.getTime() + 1))) === values;
}
