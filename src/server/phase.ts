import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DocumentNode } from 'graphql';
import type { Plugin as YogaPlugin } from 'graphql-yoga';
import type { IncomingFile, StoredFile } from '../kernel/uploads.ts';
import type { Caller } from '../resolvers/caller.ts';
import type { IncomingRequest, RequestContext } from '../resolvers/request.ts';
import type { Operation, OperationAnswer } from '../resolvers/runtime.ts';

export type { IncomingRequest };

export interface OperationInfo {
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly name: string | undefined;
  readonly document: DocumentNode;
  readonly transport: 'http' | 'websocket';
}

/** What a route is told of its request. */
export interface RouteInfo {
  readonly url: URL;
  readonly request: IncomingRequest;
  /** Who asks, with their rights of this moment. Rejects like an operation does: unknown credentials, cookies from a page that may not send them. */
  context(): Promise<RequestContext>;
  /** Runs a query or mutation for whoever asks, under the checks that one over HTTP has to pass. Plugins of Envelop do not see it. */
  execute(operation: Operation): Promise<OperationAnswer>;
}

export interface Route {
  /** Absent: every method. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';
  /** `/hooks/stripe`, or with everything below: `/auth/*`. The longest path that fits wins. */
  readonly path: string;
  /** Writes the response. A throw is answered as JSON, masked like every other error. */
  handle(request: IncomingMessage, response: ServerResponse, info: RouteInfo): void | Promise<void>;
}

/** Keeps files that come with operations, as the GraphQL multipart request specification has it. */
export interface UploadReceiver {
  /** Most files of one request. */
  readonly maxFiles: number;
  /** Milliseconds that a request with files may take to arrive. */
  readonly requestTimeout: number;
  /** Once the operation is admitted and before any file is read. A throw refuses the operation. */
  admit(context: RequestContext): void;
  /** Reads one file to its end and keeps it. A throw refuses the operation. */
  receive(file: IncomingFile, context: RequestContext): Promise<StoredFile>;
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
  /** Takes the files of operations; at most one plugin brings it, without one multipart requests are refused. */
  readonly uploads?: UploadReceiver;
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
