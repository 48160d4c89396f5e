import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { SubscriptionEvent } from '../resolvers/execute/subscription-event.ts';
import { fromFormatted } from './request-errors.ts';

/** As graphql-js subscribes; an event that goes to several subscriptions is executed once. */
export async function subscribe(args: ExecutionArgs): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> {
  const events = await createSourceEventStream(args);
  return isStream(events) ? results(events, args) : events;
}

function results(events: AsyncIterable<unknown>, args: ExecutionArgs): AsyncIterableIterator<ExecutionResult> {
  const iterator = events[Symbol.asyncIterator]();
  const run = (rootValue: unknown): ExecutionResult | Promise<ExecutionResult> => execute({ ...args, rootValue });
  const answer = async ({ done, value }: IteratorResult<unknown>): Promise<IteratorResult<ExecutionResult>> => {
    if (done) return { done: true, value: undefined };
    if (value instanceof SubscriptionEvent) return { done: false, value: await value.result(() => run(value.value), (error) => fromFormatted(error, args.document.loc?.source)) };
    return { done: false, value: await run(value) };
  };
  return {
    next: async () => answer(await iterator.next()),
    return: async () => {
      await iterator.return?.();
      return { done: true, value: undefined };
    },
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
