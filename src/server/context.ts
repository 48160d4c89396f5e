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

/** What changes while an operation runs. In an object of its own, so that contexts derived from this one (`Object.create`) share it. */
interface Progress {
  identity: Identity;
  controller?: AbortController;
  log?: Logger;
  aborted?: { readonly reason: unknown };
}

/** The context of one operation; resolvers get it as GraphQL context. */
export class OperationContext implements RequestContext {
  readonly requestId: string;
  readonly now: Date = new Date();
  /** As sent until the operation is admitted, then coerced with defaults filled in. */
  variables: Variables;
  readonly catalog: Catalog;
  readonly database: Database;
  readonly request: IncomingRequest;
  private readonly progress: Progress;
  private readonly parentLog: Logger;

  constructor(request: IncomingRequest, identity: Identity, variables: Variables, catalog: Catalog, sources: ContextSources, requestId = request.requestId) {
    this.requestId = requestId;
    this.progress = { identity };
    this.variables = variables;
    this.catalog = catalog;
    this.database = sources.database;
    this.request = request;
    this.parentLog = sources.log;
  }

  get caller(): Caller {
    return this.progress.identity.caller;
  }

  get access(): Access {
    return this.progress.identity.access;
  }

  /** What happens from now on is for this caller, or with these rights: a socket has introduced itself anew, or runs another operation. */
  identify(identity: Identity): void {
    this.progress.identity = identity;
  }

  /** Made when first asked for: most operations end without anybody looking. */
  get signal(): AbortSignal {
    const { progress } = this;
    if (!progress.controller) {
      progress.controller = new AbortController();
      if (progress.aborted) progress.controller.abort(progress.aborted.reason);
    }
    return progress.controller.signal;
  }

  /** A logger that adds the request's id. */
  get log(): Logger {
    this.progress.log ??= this.parentLog.child({ requestId: this.requestId });
    return this.progress.log;
  }

  abort(reason: unknown): void {
    if (this.progress.aborted) return;
    this.progress.aborted = { reason };
    this.progress.controller?.abort(reason);
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

/** Before an operation is executed: its coerced variables, and what may change or is made only when somebody asks. */
export function completeContext(target: object, context: OperationContext): void {
  Object.defineProperties(target, {
    caller: { get: () => context.caller, enumerable: true, configurable: true },
    access: { get: () => context.access, enumerable: true, configurable: true },
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
  return withRights(caller, { access });
}

/** A caller with the rights of this moment. */
export async function withRights(caller: Caller, { access }: Pick<ContextSources, 'access'>): Promise<Identity> {
  const rights = access.accessOf(caller);
  return { caller, access: rights instanceof Promise ? await rights : rights };
}
