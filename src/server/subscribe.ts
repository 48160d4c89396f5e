import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult, type GraphQLFormattedError } from 'graphql';
import type { Logger } from '../kernel/log.ts';
import { EventStream, PumpedStream } from '../resolvers/execute/event-stream.ts';
import { SubscriptionEvent } from '../resolvers/execute/subscription-event.ts';
import { maskError } from './format-errors.ts';
import { fromFormatted } from './request-errors.ts';

/** As graphql-js subscribes; an event that goes to several subscriptions is executed once. */
export async function subscribe(args: ExecutionArgs): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> {
  const events = await createSourceEventStream(args);
  return isStream(events) ? mapStream(events, (event) => resultOf(event, args)) : events;
}

/** The events of a subscription, to be printed when they are sent. */
export interface PrintedEvents {
  readonly events: EventStream<unknown>;
  /** The answer to an event, errors masked; one that goes to several subscriptions is printed once. */
  print(event: unknown): Buffer | Promise<Buffer>;
}

/** For those who write answers as `toBytes` makes them, which must be the same for all subscriptions. An answer itself where the subscription does not begin. */
export async function subscribeToPrint(args: ExecutionArgs, log: Logger, toBytes: (result: ExecutionResult) => Buffer): Promise<PrintedEvents | ExecutionResult> {
  const events = await createSourceEventStream(args);
  if (!isStream(events)) return masked(events, log);
  const print = (result: ExecutionResult): Buffer => toBytes(masked(result, log));
  const execution = executionOf(args);
  const toError = errorOf(args);
  return {
    events: events instanceof EventStream ? events : new PumpedStream(events),
    print(given) {
      return eventOf(given).print(execution, toError, print);
    },
  };
}

function resultOf(given: unknown, args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
  return eventOf(given).result(executionOf(args), errorOf(args));
}

const eventOf = (event: unknown): SubscriptionEvent => (event instanceof SubscriptionEvent ? event : new SubscriptionEvent(event));
const executionOf = (args: ExecutionArgs) => (rootValue: unknown): ExecutionResult | Promise<ExecutionResult> => execute({ ...args, rootValue });
const errorOf = ({ document }: ExecutionArgs) => (error: GraphQLFormattedError) => fromFormatted(error, document.loc?.source);
/** Errors as clients see them. */
export const masked = (result: ExecutionResult, log: Logger): ExecutionResult => (result.errors ? { ...result, errors: result.errors.map((error) => maskError(error, log)) } : result);

/** One at a time; ends the source with itself. */
function mapStream(events: AsyncIterable<unknown>, map: (event: unknown) => ExecutionResult | Promise<ExecutionResult>): AsyncGenerator<ExecutionResult, undefined> {
  const iterator = events[Symbol.asyncIterator]();
  const answer = async ({ done, value }: IteratorResult<unknown>): Promise<IteratorResult<ExecutionResult, undefined>> =>
    done ? { done: true, value: undefined } : { done: false, value: await map(value) };
  const end = async (): Promise<IteratorResult<ExecutionResult, undefined>> => {
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
