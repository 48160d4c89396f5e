import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DocumentNode } from 'graphql';
import type { Plugin as YogaPlugin } from 'graphql-yoga';
import type { Caller } from '../resolvers/caller.ts';
import type { RequestContext } from '../resolvers/request.ts';

/** A request as `authenticate` sees it: over HTTP, or the introduction of a WebSocket. */
export interface IncomingRequest {
  readonly transport: 'http' | 'websocket';
  readonly requestId: string;
  /** Value of a header; on a WebSocket `connectionParams` of that name come first. */
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

export interface OperationInfo {
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly name: string | undefined;
  readonly document: DocumentNode;
  readonly transport: 'http' | 'websocket';
}

export interface Route {
  /** Absent: every method. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';
  /** `/hooks/stripe`, or with everything below: `/auth/*`. The longest path that fits wins. */
  readonly path: string;
  /** Writes the response. A throw is answered as JSON, masked like every other error. */
  handle(request: IncomingMessage, response: ServerResponse, info: { readonly url: URL; readonly request: IncomingRequest }): void | Promise<void>;
}

/** What a plugin adds to the server. */
export interface ServerPhase {
  /** A path that two plugins serve stops the start and names both. */
  readonly routes?: readonly Route[];
  /** Plugins of Envelop and Yoga. Where there are any, every operation takes the general way, so that they see all. */
  readonly envelop?: readonly YogaPlugin[];
  /**
   * Who asks, or undefined when the request holds nothing that this plugin knows; the first answer counts. A throw of an
   * ObjectosError (`UNAUTHENTICATED`) refuses the request.
   */
  authenticate?(request: IncomingRequest): Caller | undefined | Promise<Caller | undefined>;
  /** Before each operation on every transport, once its document and variables are checked. A throw refuses the operation. */
  operation?(operation: OperationInfo, context: RequestContext): void | Promise<void>;
  /** GraphQL text that GraphiQL shows first to who opens it for the first time, before a query. */
  readonly example?: string;
  /** Once the server listens. */
  start?(server: { readonly url: string }): void | Promise<void>;
  /** Once the server has finished its requests and closed its sockets. */
  stop?(): void | Promise<void>;
}

/** The WebSockets and event streams that are open. */
export interface Sockets {
  /** Callers of the streams, and of the sockets that have introduced themselves. */
  callers(): readonly Caller[];
  /** Closes the sockets of callers that fit, and cuts their streams. 4401 asks clients to sign in anew; they connect again by themselves after 4410. */
  close(fits: (caller: Caller) => boolean, code: number, reason: string): void;
  /** Pings the WebSocket of a request (`request.node`) this often too, in milliseconds, until the returned function is called: one that does not answer in time is cut off. */
  watch(node: object, interval: number): () => void;
}

/** Where a person watches the start: what the person should know goes there instead of into the log. */
export interface Banner {
  signIn(hint: SignInHint): void;
}

/** Who can sign in with a password. */
export interface SignInHint {
  readonly addresses: readonly string[];
  /** Made at this start; it is kept nowhere. */
  readonly newPassword: string | undefined;
  /** Says in words which password it is. */
  readonly password: string;
}

declare module '../kernel/plugin.ts' {
  interface Services {
    /** Offered by the command line, where the log is not what people read. */
    banner: Banner;
    /** Offered by the server, from the start of plugins on. */
    sockets: Sockets;
  }
  interface Phases {
    readonly server: ServerPhase;
  }
}
