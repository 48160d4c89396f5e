import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import { handleProtocols, makeServer, type Context, type SubscribePayload } from 'graphql-ws';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { ObjectosError } from '../errors.ts';
import type { Logger } from '../kernel/log.ts';
import { completeContext, identify, noVariables, OperationContext, toGraphqlContext, withRights, type ContextSources, type Identity } from './context.ts';
import { refusedErrors, type ServedDocuments } from './documents.ts';
import { formatError, formatErrors, maskError } from './format-errors.ts';
import { NodeRequest } from './incoming-request.ts';
import type { NamedDocuments } from './named-documents.ts';
import { refuseForgery } from './origins.ts';
import { Outbox } from './outbox.ts';
import type { Sockets } from './phase.ts';
import { limitExceeded, RequestRefused } from './request-errors.ts';
import type { ServerSettings } from './settings.ts';
import { completedId, KeepAlive, refuseMessage } from './socket-messages.ts';
import { SocketOutput } from './socket-output.ts';
import { subscribeToPrint } from './subscribe.ts';
import { admit, type OperationHook } from './admit.ts';
import { errorResult, type GeneralWay } from './yoga.ts';

export interface WebsocketOptions {
  readonly documents: () => ServedDocuments;
  readonly named: NamedDocuments;
  readonly settings: ServerSettings;
  readonly sources: ContextSources;
  readonly hooks: readonly OperationHook[];
  readonly general: GeneralWay;
  /** Every operation goes through Yoga. */
  readonly generalOnly: boolean;
  readonly log: Logger;
}

export interface Websockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  readonly size: number;
  readonly sockets: Sockets;
  /** Lets running queries and mutations end, for at most so many milliseconds, and closes all sockets with 1001. */
  close(milliseconds: number): Promise<void>;
}

/** What is known of one socket. */
interface Connection {
  readonly socket: WebSocket;
  readonly output: SocketOutput;
  readonly keepAlive: KeepAlive;
  readonly node: IncomingMessage;
  request?: NodeRequest;
  identity?: Identity;
  readonly operations: Map<string, { readonly context: OperationContext; readonly endless: boolean }>;
}
/** Entries of a ping's payload that make it an introduction. */
const credentials: ReadonlySet<string> = new Set(['authorization', 'x-api-key']);

type SocketContext = Context<Record<string, unknown>, Connection>;

/** GraphQL over WebSocket (protocol graphql-transport-ws). What is wrong with an operation ends that operation, never the socket. */
export function createWebsockets({ documents, named, settings, sources, hooks, general, generalOnly, log }: WebsocketOptions): Websockets {
  const { limits } = settings;
  const connections = new Set<Connection>();
  const byNode = new WeakMap<object, Connection>();
  const outbox = new Outbox();
  // Messages over the limit are answered below; far larger ones are not even read.
  const server = new WebSocketServer({ noServer: true, maxPayload: limits.bodyBytes * 2, handleProtocols: (protocols) => handleProtocols(protocols) });

  const prepare = async ({ extra }: SocketContext, id: string, { query: given, operationName, variables, extensions }: SubscribePayload): Promise<ExecutionArgs> => {
    if (extra.operations.size >= limits.socketOperations) {
      throw limitExceeded('socketOperations', limits.socketOperations, undefined, 'cannot run: {maximum} operations are running on this socket already. Complete some first.');
    }
    if (!extra.request || !extra.identity) throw new ObjectosError('UNAUTHENTICATED', 'The socket has not introduced itself.');
    const current = documents();
    const query = named.textOf({ query: given, extensions: extensions ?? undefined });
    const prepared = current.prepare(query, operationName);
    if (prepared.errors) throw new RequestRefused(refusedErrors(prepared, extra.identity.access));
    const context = new OperationContext(extra.request, extra.identity, variables ?? noVariables, current.catalog, sources, `${extra.request.requestId}/${id}`);
    extra.operations.set(id, { context, endless: prepared.kind === 'subscription' });
    // Somebody may have given or taken rights since the socket introduced itself.
    const identity = await withRights(context.caller, sources);
    context.identify(identity);
    const admitted = { prepared, context, variables: await admit(prepared, context, hooks) };
    const asked = { operationName: operationName ?? null, variableValues: variables ?? null };
    if (prepared.kind === 'subscription' && !generalOnly) {
      const contextValue = toGraphqlContext(context);
      completeContext(contextValue, context);
      return { ...asked, schema: current.engine.schema, document: prepared.document, contextValue, rootValue: directWay(extra, id) };
    }
    const state = { documents: current, request: extra.request, identity, contexts: new Set<OperationContext>(), admitted };
    const enveloped = general.getEnveloped({ objectos: state, params: { query, operationName, variables }, req: extra.node } as never);
    const document = enveloped.parse(query) as ExecutionArgs['document'];
    return {
      schema: enveloped.schema as ExecutionArgs['schema'],
      document,
      ...asked,
      contextValue: await enveloped.contextFactory(),
      rootValue: enveloped as Way,
    };
  };

  /** Answers are printed once for all who get the same, and written here: graphql-ws would print and await each. */
  const directWay = ({ output }: Connection, id: string): Way => ({
    execute: unexpected,
    async subscribe(args) {
      const begun = await subscribeToPrint(args, log, toTail);
      return 'events' in begun ? output.send(id, begun) : begun;
    },
  });

  /** A throw here would close the socket. */
  const run = async (how: 'execute' | 'subscribe', args: ExecutionArgs): Promise<ExecutionResult> => {
    try {
      return (await (args.rootValue as Way)[how]({ ...args, rootValue: undefined })) as ExecutionResult;
    } catch (error) {
      return errorResult(error, log);
    }
  };

  /** Ends what runs at once: the closing handshake is up to the client. */
  const end = ({ socket, operations }: Connection, code: number, reason: string): void => {
    for (const { context } of operations.values()) context.abort(new Error(reason));
    socket.close(code, reason.slice(0, 120));
  };

  /** Closes the socket with what its credentials are refused with. */
  const refuse = (connection: Connection, error: unknown): void => {
    const { message, extensions } = formatError(error, log);
    end(connection, extensions?.['code'] === 'UNAUTHENTICATED' ? 4401 : extensions?.['code'] === 'INTERNAL' ? 4500 : 4403, message);
  };

  const protocol = makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: settings.connectionInitTimeout,
    async onConnect(context) {
      const { extra } = context;
      extra.request = new NodeRequest(extra.node, { cors: settings.cors, connectionParams: context.connectionParams ?? {} });
      try {
        extra.identity = await identify(extra.request, sources);
        return { requestId: extra.request.requestId };
      } catch (error) {
        refuse(extra, error);
        return false;
      }
    },
    /** A ping may carry new credentials, so that a socket outlives the token that it began with. */
    async onPing({ extra }, payload) {
      if (!extra.request || payload === undefined || !Object.keys(payload).some((key) => credentials.has(key.toLowerCase()))) return;
      try {
        const request = new NodeRequest(extra.node, { cors: settings.cors, connectionParams: payload });
        const identity = await identify(request, sources);
        const former = extra.identity?.caller.userId;
        if (former !== undefined && former !== identity.caller.userId) throw new ObjectosError('FORBIDDEN', 'The credentials are those of somebody else. Open another socket for them.');
        [extra.request, extra.identity] = [request, identity];
        // Subscriptions go on with the new rights; queries and mutations end with those that they began with.
        for (const { context: operation, endless } of extra.operations.values()) if (endless) operation.identify(identity);
      } catch (error) {
        refuse(extra, error);
      }
    },
    async onSubscribe(context, id, payload) {
      try {
        return await prepare(context, id, payload);
      } catch (error) {
        context.extra.operations.delete(id);
        const errors = error instanceof RequestRefused ? error.errors : error instanceof AggregateError ? (error.errors as GraphQLError[]) : [error];
        return errors.map((each) => maskError(each, log));
      }
    },
    execute: (args) => run('execute', args),
    subscribe: (args) => run('subscribe', args),
    onError: (_, _id, _payload, errors) => errors.map((error) => formatError(error, log)),
    onComplete({ extra }, id) {
      extra.operations.get(id)?.context.abort(new Error('The operation was completed.'));
      extra.operations.delete(id);
    },
  });

  const serve = (socket: WebSocket, stream: Duplex, node: IncomingMessage): void => {
    const connection: Connection = { socket, output: new SocketOutput(socket, stream, outbox), keepAlive: new KeepAlive(socket, stream), node, operations: new Map() };
    connections.add(connection);
    byNode.set(node, connection);
    connection.keepAlive.watch(settings.keepAlive);
    socket.on('error', (error) => log.warn({ err: error }, 'A WebSocket failed.'));
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) =>
          new Promise((resolve, reject) => {
            if (socket.readyState !== socket.OPEN) resolve();
            else socket.send(text, (error) => (error ? reject(error) : resolve()));
          }),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) =>
          socket.on('message', (data: RawData) => {
            const text = String(data);
            const refused = Buffer.byteLength(text) > limits.bodyBytes ? refuseMessage(text, limits.bodyBytes) : undefined;
            if (refused !== undefined) return socket.send(refused);
            const id = connection.operations.size > 0 ? completedId(text) : undefined;
            if (id !== undefined) connection.operations.get(id)?.context.abort(new Error('The client completed the operation.'));
            handle(text).catch((error: unknown) => {
              log.error({ err: error }, 'A WebSocket message could not be handled.');
              socket.close(4500, 'Internal error');
            });
          }),
      },
      connection,
    );
    socket.once('close', (code, reason) => {
      connections.delete(connection);
      for (const { context } of connection.operations.values()) context.abort(new Error('The client went away.'));
      closed(code, String(reason)).catch((error: unknown) => log.error({ err: error }, 'A WebSocket could not be cleaned up.'));
    });
  };

  return {
    upgrade(request, socket, head) {
      try {
        refuseForgery(request, settings.cors);
      } catch (error) {
        const body = JSON.stringify({ errors: formatErrors(error, log) });
        socket.end(`HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
        return;
      }
      server.handleUpgrade(request, socket, head, (websocket) => serve(websocket, socket, request));
    },
    get size() {
      return connections.size;
    },
    sockets: {
      callers: () => [...connections].flatMap(({ identity }) => (identity ? [identity.caller] : [])),
      close(fits, code, reason) {
        for (const connection of connections) if (connection.identity && fits(connection.identity.caller)) end(connection, code, reason);
      },
      watch(node, interval) {
        return byNode.get(node)?.keepAlive.watch(interval) ?? (() => undefined);
      },
    },
    async close(milliseconds) {
      const until = performance.now() + milliseconds;
      const busy = (): boolean => [...connections].some(({ operations }) => [...operations.values()].some(({ endless }) => !endless));
      while (busy() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
      const gone = [...connections].map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)));
      for (const { socket } of connections) socket.close(1001, 'The server is shutting down');
      const patience = new Promise((resolve) => setTimeout(resolve, 1_000).unref());
      await Promise.race([Promise.all(gone), patience]);
      for (const { socket } of connections) socket.terminate();
      server.close();
    },
  };
}

/** How an operation runs; carried to `execute` and `subscribe` of graphql-ws as root value, since they get nothing else. */
interface Way {
  execute(args: ExecutionArgs): unknown;
  subscribe(args: ExecutionArgs): unknown;
}

const unexpected = (): never => {
  throw new Error('A subscription is not executed.');
};

/** The end of a message that brings an answer. */
const toTail = (result: ExecutionResult): Buffer => Buffer.from(`${JSON.stringify(result)}}`);
