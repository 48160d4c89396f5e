import type { IncomingMessage } from 'node:http';
import type { Database } from '../database/database.ts';
import type { Catalog } from '../metadata/catalog.ts';
import type { Access } from './access.ts';
import type { Caller } from './caller.ts';

/** A request as `authenticate` sees it: over HTTP, or the introduction of a WebSocket. */
export interface IncomingRequest {
  readonly transport: 'http' | 'websocket';
  readonly requestId: string;
  /** Value of a header; on a WebSocket `connectionParams` of that name come first, but for what proxies say. */
  header(name: string): string | undefined;
  /** What a WebSocket client introduced itself with; empty over HTTP. */
  readonly connectionParams: Readonly<Record<string, unknown>>;
  readonly remoteAddress: string | undefined;
  readonly node: IncomingMessage;
  /** Whether it comes from a page that may use cookies: one of this server, or of an origin that `cors` allows with credentials. */
  readonly fromTrustedPage: boolean;
  /** Adds a header such as `set-cookie` to the response. Does nothing on a WebSocket, or once the response has begun. */
  addResponseHeader(name: string, value: string): void;
}

/** Tells clients apart that come through proxies. */
export interface Clients {
  /** Address of the client, behind the proxies that are trusted. */
  address(request: Pick<IncomingRequest, 'header' | 'remoteAddress'> | undefined): string | undefined;
}

declare module '../kernel/plugin.ts' {
  interface Services {
    /** Offered by whoever knows the proxies; without it the address of the connection counts. */
    clients: Clients;
  }
}

/** What the read and write paths know of one operation: the GraphQL context extends it. */
export interface RequestContext {
  readonly requestId: string;
  readonly caller: Caller;
  readonly access: Access;
  /** Moment the operation began: all date literals, defaults and stamps of one operation agree. */
  readonly now: Date;
  /** Variables of the operation: as coerced by the document's types once it is admitted, as sent before. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly catalog: Catalog;
  readonly database: Database;
  /** Aborted when the client went away or the time limit was reached. */
  readonly signal: AbortSignal | undefined;
  /** What the operation came with; absent for work of the platform itself. */
  readonly request?: IncomingRequest | undefined;
  /** Writes start no automations: data files are taken as they are. */
  readonly skipAutomations?: boolean;
}

/** The same request with other variables; the server hands over contexts that hold the coerced ones already. */
export function withVariables(context: RequestContext, variables: RequestContext['variables']): RequestContext {
  if (context.variables === variables) return context;
  const { requestId, caller, access, now, catalog, database, signal } = context;
  return { requestId, caller, access, now, catalog, database, signal, variables };
}
