import type { ExecutionResult, GraphQLFormattedError } from 'graphql';

type Execute = () => ExecutionResult | Promise<ExecutionResult>;
type ToError = (error: GraphQLFormattedError) => NonNullable<ExecutionResult['errors']>[number];

/**
 * One event of a subscription field, read by its resolver as root value. The same object may go to several subscriptions of equal
 * operations, variables and rights: the operation is then executed once for all of them, and its answer is printed once.
 */
export class SubscriptionEvent {
  readonly value: unknown;
  readonly #errors: readonly GraphQLFormattedError[];
  #result: ExecutionResult | Promise<ExecutionResult> | undefined;
  #printed: Buffer | Promise<Buffer> | undefined;

  /** `errors` belong to the answer: hidden fields of records that were read beforehand. */
  constructor(value: unknown, errors: readonly GraphQLFormattedError[] = []) {
    this.value = value;
    this.#errors = errors;
  }

  /** Another event with the same errors. */
  with(value: unknown): SubscriptionEvent {
    return new SubscriptionEvent(value, this.#errors);
  }

  result(execute: Execute, toError: ToError): ExecutionResult | Promise<ExecutionResult> {
    this.#result ??= then(execute(), (result) => (this.#errors.length === 0 ? result : { ...result, errors: [...(result.errors ?? []), ...this.#errors.map(toError)] }));
    return this.#result;
  }

  /** The answer as `toBytes` makes it of the first who asks. */
  print(execute: Execute, toError: ToError, toBytes: (result: ExecutionResult) => Buffer): Buffer | Promise<Buffer> {
    this.#printed ??= then(this.result(execute, toError), (result) => (this.#printed = toBytes(result)));
    return this.#printed;
  }
}

/** At once, where there is nothing to await. */
const then = <T, R>(value: T | Promise<T>, map: (value: T) => R): R | Promise<R> => (value instanceof Promise ? value.then(map) : map(value));
