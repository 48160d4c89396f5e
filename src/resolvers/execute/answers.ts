import type { Catalog } from '../../metadata/catalog.ts';

declare module '../../kernel/plugin.ts' {
  interface Services {
    /** Offered by a plugin that spares the database equal questions; without it every query goes there. */
    answers: Answers;
  }
}

/** One statement of the read path: it holds the caller's rights, and its values hold all else that the answer depends on beside the database. */
export interface Question {
  readonly catalog: Catalog;
  /** The same for the same text. */
  readonly name: string;
  readonly text: string;
  /** Moment of the request. */
  readonly now: Date;
  /** Values of the placeholders, had the request begun then. */
  values(now: Date): readonly unknown[];
  /** The answer of the database, as JSON. */
  ask(): Promise<string>;
}

/** Answers questions from what it knows, or asks. Never called inside a transaction. */
export interface Answers {
  answer(question: Question): Promise<string>;
}
