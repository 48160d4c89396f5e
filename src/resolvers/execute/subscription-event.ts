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
  #result: Promise<ExecutionResult> | undefined;
  #printing: Promise<string> | undefined;
  #text: string | undefined;

  /** `errors` belong to the answer: hidden fields of records that were read beforehand. */
  constructor(value: unknown, errors: readonly GraphQLFormattedError[] = []) {
    this.value = value;
    this.#errors = errors;
  }

  /** The answer as JSON, once it was printed. */
  get text(): string | undefined {
    return this.#text;
  }

  /** Another event with the same errors. */
  with(value: unknown): SubscriptionEvent {
    return new SubscriptionEvent(value, this.#errors);
  }

  result(execute: Execute, toError: ToError): Promise<ExecutionResult> {
    this.#result ??= Promise.resolve(execute()).then((result) =>
      this.#errors.length === 0 ? result : { ...result, errors: [...(result.errors ?? []), ...this.#errors.map(toError)] },
    );
    return this.#result;
  }

  print(execute: Execute, toError: ToError, toText: (result: ExecutionResult) => string): Promise<string> {
    this.#printing ??= this.result(execute, toError).then((result) => (this.#text = toText(result)));
    return this.#printing;
  }
}
