import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionArgs, ExecutionResult, GraphQLFormattedError } from 'graphql';
import * as z from 'zod';
import { ObjectosError } from '../errors.ts';
import type { Logger } from '../kernel/log.ts';
import { outboundRequest } from '../kernel/outbound-request.ts';
import type { Caller } from '../resolvers/caller.ts';
import type { OperationContext } from './context.ts';
import { masked, subscribe } from './subscribe.ts';
import type { ServerSettings } from './settings.ts';

/** What the HTTP callback protocol calls itself, in both directions. */
export const protocolHeader = { 'subscription-protocol': 'callback/1.0' } as const;

const request = z.object({
  callbackUrl: z.url({ protocol: /^https?$/ }),
  subscriptionId: z.string().min(1).max(200),
  verifier: z.string().min(1).max(1_000),
  /** 0: none. */
  heartbeatIntervalMs: z.number().min(0).max(3_600_000).default(5_000),
});
type CallbackRequest = z.output<typeof request>;

type Message = { readonly action: 'check' } | { readonly action: 'next'; readonly payload: ExecutionResult } | { readonly action: 'complete'; readonly errors?: readonly GraphQLFormattedError[] };

/** Subscriptions whose events are posted to an address of the router's (HTTP callback protocol 1.0). */
export interface Callbacks {
  /** Whether a request asks for it. */
  asks(extensions: Readonly<Record<string, unknown>> | undefined): boolean;
  /** Has the router confirm, and begins. Throws where the address may not be called, or does not confirm. */
  begin(extensions: Readonly<Record<string, unknown>> | undefined, context: OperationContext, args: ExecutionArgs): Promise<void>;
  callers(): readonly Caller[];
  /** Ends subscriptions of callers who fit, with an error that says why. */
  close(fits: (caller: Caller) => boolean, reason: string): void;
}

const attempts = 5;
const firstDelay = 100;
const heartbeatFailures = 5;

export function createCallbacks({ callbacks: { allow, max, timeoutMs } }: Pick<ServerSettings, 'callbacks'>, log: Logger): Callbacks {
  const open = new Set<Callback>();
  const allowed = allow.map((url) => new URL(url));

  return {
    asks: (extensions) => extensions?.['subscription'] !== undefined,
    async begin(extensions, context, args) {
      const { success, data, error } = request.safeParse(extensions?.['subscription']);
      if (!success) throw new ObjectosError('BAD_REQUEST', `extensions.subscription: ${error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`);
      const url = new URL(data.callbackUrl);
      if (!allowed.some((each) => leadsTo(each, url))) throw new ObjectosError('FORBIDDEN', `Nothing is posted to ${url.origin}${url.pathname}: it is not among the addresses of the setting server.callbacks.allow.`);
      if (open.size >= max) throw new ObjectosError('RATE_LIMITED', `${String(max)} subscriptions are called back already.`);
      const callback = new Callback(data, url, context, { timeoutMs, log, ended: (one) => open.delete(one) });
      open.add(callback);
      await callback.begin(args);
    },
    callers: () => [...open].map(({ context }) => context.caller),
    close(fits, reason) {
      for (const callback of open) if (fits(callback.context.caller)) callback.cut(reason);
    },
  };
}

/** Of the same origin, at the path or below it. */
function leadsTo(allowed: URL, url: URL): boolean {
  const base = allowed.pathname.replace(/\/$/, '');
  return allowed.origin === url.origin && url.username === '' && url.password === '' && (url.pathname === base || url.pathname.startsWith(`${base}/`));
}

interface CallbackTools {
  readonly timeoutMs: number;
  readonly log: Logger;
  ended(callback: Callback): void;
}

/** The router answered that it wants no more. */
class NotWanted extends Error {}

class Callback {
  readonly context: OperationContext;
  readonly #asked: CallbackRequest;
  readonly #url: URL;
  readonly #tools: CallbackTools;
  #events: AsyncIterator<ExecutionResult> | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #missed = 0;
  #ended = false;

  constructor(asked: CallbackRequest, url: URL, context: OperationContext, tools: CallbackTools) {
    this.#asked = asked;
    this.#url = url;
    this.context = context;
    this.#tools = tools;
  }

  async begin(args: ExecutionArgs): Promise<void> {
    try {
      await this.#post({ action: 'check' });
    } catch (error) {
      this.#end('The callback address did not confirm.');
      throw new ObjectosError('BAD_REQUEST', 'The callback address did not confirm the subscription.', { cause: error });
    }
    if (this.#asked.heartbeatIntervalMs > 0) this.#heartbeat = setInterval(() => void this.#beat(), this.#asked.heartbeatIntervalMs).unref();
    void this.#run(args).catch((error: unknown) => {
      if (!(error instanceof NotWanted)) this.#tools.log.warn({ err: error, callback: this.#url.origin }, 'A subscription could not be called back, and ends.');
      this.#end('The callback address takes nothing more.');
    });
  }

  /** Ends it with an error. */
  cut(reason: string): void {
    if (this.#ended) return;
    this.#end(reason);
    this.#complete([{ message: reason }]);
  }

  async #run(args: ExecutionArgs): Promise<void> {
    const begun = await subscribe(args);
    if (!(Symbol.asyncIterator in begun)) {
      if (this.#ended) return;
      this.#end('It did not begin.');
      return this.#complete(masked(begun, this.#tools.log).errors?.map((error) => error.toJSON()));
    }
    const events = begun[Symbol.asyncIterator]();
    this.#events = events;
    if (this.#ended) return void (await events.return?.());
    for (let step = await events.next(); step.done !== true; step = await events.next()) {
      if (this.#ended) return;
      await this.#deliver({ action: 'next', payload: masked(step.value, this.#tools.log) });
    }
    if (this.#ended) return;
    this.#end('It is complete.');
    this.#complete();
  }

  #complete(errors?: readonly GraphQLFormattedError[]): void {
    this.#deliver({ action: 'complete', ...(errors && { errors }) }).catch((error: unknown) => this.#tools.log.debug({ err: error }, 'The end of a subscription could not be told.'));
  }

  async #beat(): Promise<void> {
    try {
      await this.#post({ action: 'check' });
      this.#missed = 0;
    } catch (error) {
      this.#missed += 1;
      if (error instanceof NotWanted || this.#missed >= heartbeatFailures) this.#end('The callback address does not answer.');
    }
  }

  /** Again where the router is not there for the moment. */
  async #deliver(message: Message): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#post(message);
      } catch (error) {
        if (error instanceof NotWanted || attempt >= attempts) throw error;
      }
      await sleep(Math.min(1_000, firstDelay * 2 ** (attempt - 1)));
    }
  }

  async #post(message: Message): Promise<void> {
    const { subscriptionId: id, verifier } = this.#asked;
    const { status } = await outboundRequest({
      url: this.#url,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...protocolHeader },
      body: JSON.stringify({ kind: 'subscription', id, verifier, ...message }),
      timeoutMs: this.#tools.timeoutMs,
      // The settings allow the address; redirects are not followed.
      allowPrivateAddresses: true,
    });
    if (status >= 200 && status < 300) return;
    if (status < 500) throw new NotWanted(`The callback address answered with status ${String(status)}.`);
    throw new Error(`The callback address answered with status ${String(status)}.`);
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#heartbeat);
    this.#tools.ended(this);
    this.context.abort(new Error(reason));
    this.#events?.return?.().catch((error: unknown) => this.#tools.log.debug({ err: error }, 'A subscription could not be ended.'));
  }
}
