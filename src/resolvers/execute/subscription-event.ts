import type { ExecutionResult, GraphQLFormattedError } from 'graphql';

/**
 * One event of a subscription field, read by its resolver as root value. The same object may go to several subscriptions of equal
 * operations, variables and rights: the operation is then executed once for all of them.
 */
export class SubscriptionEvent {
  readonly value: unknown;
  readonly #errors: readonly GraphQLFormattedError[];
  #result: Promise<ExecutionResult> | undefined;

  /** `errors` belong to the answer: hidden fields of records that were read beforehand. */
  constructor(value: unknown, errors: readonly GraphQLFormattedError[] = []) {
    this.value = value;
    this.#errors = errors;
  }

  /** Another event with the same errors. */
  with(value: unknown): SubscriptionEvent {
    return new SubscriptionEvent(value, this.#errors);
  }

  result(execute: () => ExecutionResult | Promise<ExecutionResult>, toError: (error: GraphQLFormattedError) => NonNullable<ExecutionResult['errors']>[number]): Promise<ExecutionResult> {
    this.#result ??= Promise.resolve(execute()).then((result) =>
      this.#errors.length === 0 ? result : { ...result, errors: [...(result.errors ?? []), ...this.#errors.map(toError)] },
    );
    return this.#result;
  }
}
