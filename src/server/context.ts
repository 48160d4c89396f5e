import type { Logger } from '../kernel/log.ts';
import type { Database } from '../database/database.ts';
import type { Catalog } from '../metadata/catalog.ts';
import type { Access, AccessProvider } from '../resolvers/access.ts';
import { anonymous, type Caller } from '../resolvers/caller.ts';
import type { RequestContext } from '../resolvers/request.ts';
import type { IncomingRequest, ServerPhase } from './phase.ts';

export interface Identity {
  readonly caller: Caller;
  readonly access: Access;
}

export interface ContextSources {
  readonly database: Database;
  readonly access: AccessProvider;
  readonly authenticate: readonly NonNullable<ServerPhase['authenticate']>[];
  readonly log: Logger;
}

type Variables = Readonly<Record<string, unknown>>;
export const noVariables: Variables = Object.freeze({});

/** The context of one operation; resolvers get it as GraphQL context. */
export class OperationContext implements RequestContext {
  readonly requestId: string;
  readonly caller: Caller;
  readonly access: Access;
  readonly now: Date = new Date();
  /** As sent until the operation is admitted, then coerced with defaults filled in. */
  variables: Variables;
  readonly catalog: Catalog;
  readonly database: Database;
  readonly request: IncomingRequest;
  readonly #log: Logger;
  #controller: AbortController | undefined;
  #child: Logger | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  constructor(request: IncomingRequest, { caller, access }: Identity, variables: Variables, catalog: Catalog, sources: ContextSources, requestId = request.requestId) {
    this.requestId = requestId;
    this.caller = caller;
    this.access = access;
    this.variables = variables;
    this.catalog = catalog;
    this.database = sources.database;
    this.request = request;
    this.#log = sources.log;
  }

  /** Made when first asked for: most operations end without anybody looking. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  /** A logger that adds the request's id. */
  get log(): Logger {
    this.#child ??= this.#log.child({ requestId: this.requestId });
    return this.#child;
  }

  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = { reason };
    this.#controller?.abort(reason);
  }
}

/** What resolvers get: the same, on the object that Envelop builds. */
export interface GraphqlContext extends RequestContext {
  readonly request: IncomingRequest;
  readonly log: Logger;
}

/** Own properties of a context, which Envelop copies; `completeContext` adds the others. */
export const toGraphqlContext = ({ requestId, caller, access, now, variables, catalog, database, request }: OperationContext): Omit<GraphqlContext, 'signal' | 'log'> => ({
  requestId, caller, access, now, variables, catalog, database, request,
});

/** Before an operation is executed: its coerced variables, and what is made only when somebody asks. */
export function completeContext(target: object, context: OperationContext): void {
  Object.defineProperties(target, {
    variables: { value: context.variables, enumerable: true, configurable: true, writable: true },
    signal: { get: () => context.signal, enumerable: true, configurable: true },
    log: { get: () => context.log, configurable: true },
  });
}

/** Who asks and what they may do. Throws what a plugin's `authenticate` throws. */
export async function identify(request: IncomingRequest, { authenticate, access }: ContextSources): Promise<Identity> {
  let caller = anonymous;
  for (const ask of authenticate) {
    const answer = ask(request);
    const known = answer instanceof Promise ? await answer : answer;
    if (known) {
      caller = known;
      break;
    }
  }
  const rights = access.accessOf(caller);
  return { caller, access: rights instanceof Promise ? await rights : rights };
}
