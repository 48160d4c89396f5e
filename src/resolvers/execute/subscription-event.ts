import type { ExecutionResult, GraphQLFormattedError } from 'graphql';

type Execute = (value: unknown) => ExecutionResult | Promise<ExecutionResult>;
type ToError = (error: GraphQLFormattedError) => NonNullable<ExecutionResult['errors']>[number];

/** The answer is that to another event, whose operation selects the same, with `text` in the place of `mark`: as many characters of ASCII, which JSON leaves as they are. */
export interface Likeness {
  readonly of: SubscriptionEvent;
  readonly mark: string;
  readonly text: string;
}

/**
 * One event of a subscription field, read by its resolver as root value. The same object may go to several subscriptions of equal
 * operations, variables and rights: the operation is then executed once for all of them, and its answer is printed once.
 */
export class SubscriptionEvent {
  readonly value: unknown;
  readonly #likeness: Likeness | undefined;
  readonly #errors: readonly GraphQLFormattedError[];
  #result: ExecutionResult | Promise<ExecutionResult> | undefined;
  #printed: Buffer | Promise<Buffer> | undefined;
  /** Of the mark in what is printed. */
  #places: readonly number[] | undefined;

  /** `errors` belong to the answer: hidden fields of records that were read beforehand. */
  constructor(value: unknown, errors: readonly GraphQLFormattedError[] = [], likeness?: Likeness) {
    this.value = value;
    this.#errors = errors;
    this.#likeness = likeness;
  }

  /** Another event with the same errors. */
  with(value: unknown): SubscriptionEvent {
    return new SubscriptionEvent(value, this.#errors);
  }

  result(execute: Execute, toError: ToError): ExecutionResult | Promise<ExecutionResult> {
    this.#result ??= then(execute(this.value), (result) => (this.#errors.length === 0 ? result : { ...result, errors: [...(result.errors ?? []), ...this.#errors.map(toError)] }));
    return this.#result;
  }

  /** The answer as `toBytes` makes it of the first who asks. */
  print(execute: Execute, toError: ToError, toBytes: (result: ExecutionResult) => Buffer): Buffer | Promise<Buffer> {
    this.#printed ??= then(this.#print(execute, toError, toBytes), (bytes) => (this.#printed = bytes));
    return this.#printed;
  }

  #print(execute: Execute, toError: ToError, toBytes: (result: ExecutionResult) => Buffer): Buffer | Promise<Buffer> {
    const own = (): Buffer | Promise<Buffer> => then(this.result(execute, toError), toBytes);
    const like = this.#likeness;
    if (!like) return own();
    // Errors name places of the document that was executed.
    return then(like.of.result(execute, toError), ({ errors }) => (errors ? own() : then(like.of.print(execute, toError, toBytes), (bytes) => like.of.#replace(bytes, like))));
  }

  #replace(bytes: Buffer, { mark, text }: Likeness): Buffer {
    this.#places ??= placesOf(mark, bytes);
    const replaced = Buffer.from(bytes);
    for (const place of this.#places) replaced.write(text, place, 'latin1');
    return replaced;
  }
}

function placesOf(mark: string, bytes: Buffer): readonly number[] {
  const places: number[] = [];
  for (let place = bytes.indexOf(mark); place >= 0; place = bytes.indexOf(mark, place + mark.length)) places.push(place);
  return places;
}

/** At once, where there is nothing to await. */
const then = <T, R>(value: T | Promise<T>, map: (value: T) => R | Promise<R>): R | Promise<R> => (value instanceof Promise ? value.then(map) : map(value));
