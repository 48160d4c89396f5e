import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult, type GraphQLFormattedError } from 'graphql';
import type { Logger } from '../kernel/log.ts';
import { SubscriptionEvent } from '../resolvers/execute/subscription-event.ts';
import { maskError } from './format-errors.ts';
import { fromFormatted } from './request-errors.ts';

/** As graphql-js subscribes; an event that goes to several subscriptions is executed once. */
export async function subscribe(args: ExecutionArgs): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> {
  const events = await createSourceEventStream(args);
  return isStream(events) ? mapStream(events, (event) => resultOf(event, args)) : events;
}

/** The same with results as JSON text, errors masked; an event that goes to several subscriptions is printed once. */
export async function subscribeAsText(args: ExecutionArgs, log: Logger): Promise<AsyncGenerator<string, undefined> | ExecutionResult> {
  const print = (result: ExecutionResult): string => JSON.stringify(masked(result, log));
  const events = await createSourceEventStream(args);
  if (!isStream(events)) return masked(events, log);
  return mapStream(events, (event) => {
    if (!(event instanceof SubscriptionEvent)) return Promise.resolve(run(event, args)).then(print);
    return event.text ?? event.print(() => run(event.value, args), errorOf(args), print);
  });
}

const resultOf = (event: unknown, args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> =>
  event instanceof SubscriptionEvent ? event.result(() => run(event.value, args), errorOf(args)) : run(event, args);

const run = (rootValue: unknown, args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> => execute({ ...args, rootValue });
const errorOf = ({ document }: ExecutionArgs) => (error: GraphQLFormattedError) => fromFormatted(error, document.loc?.source);
const masked = (result: ExecutionResult, log: Logger): ExecutionResult => (result.errors ? { ...result, errors: result.errors.map((error) => maskError(error, log)) } : result);

/** One at a time; ends the source with itself. */
function mapStream<T>(events: AsyncIterable<unknown>, map: (event: unknown) => T | Promise<T>): AsyncGenerator<T, undefined> {
  const iterator = events[Symbol.asyncIterator]();
  const answer = async ({ done, value }: IteratorResult<unknown>): Promise<IteratorResult<T, undefined>> => {
    if (done) return { done: true, value: undefined };
    const mapped = map(value);
    return { done: false, value: mapped instanceof Promise ? await mapped : mapped };
  };
  const end = async (): Promise<IteratorResult<T, undefined>> => {
    await iterator.return?.();
    return { done: true, value: undefined };
  };
  return {
    next: () => iterator.next().then(answer),
    return: end,
    throw: async (error: unknown) => {
      if (iterator.throw) return answer(await iterator.throw(error));
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const isStream = (value: object): value is AsyncIterable<unknown> => Symbol.asyncIterator in value;
