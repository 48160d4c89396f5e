import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse, print } from 'graphql';
import { StartupError } from '../errors.ts';
import type { Health } from '../kernel/health.ts';
import type { Plugin } from '../kernel/plugin.ts';
import type { Catalog } from '../metadata/catalog.ts';
import { createCallbacks } from './callbacks.ts';
import type { ContextSources } from './context.ts';
import { createDeadlines } from './deadlines.ts';
import { createDocuments, type ServedDocuments } from './documents.ts';
import type { GraphqlEngine } from './engine.ts';
import { createGraphiql } from './graphiql.ts';
import { createGraphqlHandler, type Exchange } from './graphql-http.ts';
import { answerHealthz, answerReadyz } from './health-routes.ts';
import { NodeRequest } from './incoming-request.ts';
import type { PinoLogger } from './log.ts';
import { createNamedDocuments, type TrustedDocuments } from './named-documents.ts';
import { answerCors } from './origins.ts';
import type { ServerPhase, Sockets, UploadReceiver } from './phase.ts';
import { sendJson, sendRefusal, setPageHeaders } from './respond.ts';
import { routeInfo } from './route-info.ts';
import { createRoutes } from './routes.ts';
import { sampleQuery } from './sample-query.ts';
import type { ServerSettings } from './settings.ts';
import { createWebsockets } from './websocket.ts';
import { createGeneralWay } from './yoga.ts';

export interface ServerOptions extends Omit<ContextSources, 'log' | 'authenticate'> {
  /** The current engine, asked for at the start of each request; another one takes over without a restart. */
  readonly engine: () => GraphqlEngine;
  /** The catalog that the current engine was built from. */
  readonly catalog: () => Catalog;
  readonly settings: ServerSettings;
  /** Documents that clients may name; none by default. */
  readonly trustedDocuments?: TrustedDocuments | undefined;
  readonly log: PinoLogger;
  readonly health: Health;
  /** In the order of the kernel; their `server` phases take part. */
  readonly plugins: readonly Plugin[];
}

export interface Server {
  readonly sockets: Sockets;
  /** Starts to accept requests, then runs `server.start` of the plugins; closes again when one throws. */
  listen(): Promise<{ readonly url: string; readonly port: number }>;
  /** Turns `/readyz` to 503, after `shutdownDelay` accepts nothing more, lets running requests end, closes sockets with 1001, then stops the plugins. */
  close(): Promise<void>;
}

/** One HTTP server for GraphQL over HTTP and WebSocket, GraphiQL, health and the routes of plugins. */
export function createServer({ engine, catalog, settings, trustedDocuments = new Map(), log, health, plugins, ...rest }: ServerOptions): Server {
  const phases = plugins.flatMap(({ server }) => (server ? [server] : []));
  const present = <K extends 'authenticate' | 'operation'>(key: K): NonNullable<ServerPhase[K]>[] => phases.flatMap((phase) => (phase[key] ? [phase[key].bind(phase) as NonNullable<ServerPhase[K]>] : []));
  const sources: ContextSources = { ...rest, log, authenticate: present('authenticate') };
  const hooks = present('operation');
  const envelop = phases.flatMap((phase) => phase.envelop ?? []);
  const deadlines = createDeadlines(settings.requestTimeout);
  const general = createGeneralWay({ settings, sources, hooks, deadlines, envelop, log });
  const documents = currentDocuments(engine, catalog, settings, log);
  const named = createNamedDocuments({ trusted: trustedDocuments, trustedOnly: settings.documents.trustedOnly, kept: settings.limits.documents });
  const routes = createRoutes(plugins, [settings.path, '/healthz', '/readyz']);
  const graphiql = settings.graphiql ? createGraphiql(settings.path, () => [...phases.flatMap(({ example }) => example ?? []), firstQuery(catalog())]) : undefined;
  const callbacks = createCallbacks(settings, log);
  const uploads = uploadsOf(plugins);
  const graphql = createGraphqlHandler({ documents, named, settings, sources, hooks, deadlines, callbacks, general, uploads, generalOnly: envelop.length > 0, graphiql, log });
  const websockets = createWebsockets({ documents, named, settings, sources, hooks, general, generalOnly: envelop.length > 0, log });
  const running = new Map<ServerResponse, Exchange>();
  let closing: Promise<void> | undefined;

  const streams = () => [...running].flatMap(([response, { stream, contexts = [] }]) => (stream === true ? [...contexts].map((context) => ({ response, context })) : []));
  const sockets: Sockets = {
    callers: () => [...websockets.sockets.callers(), ...streams().map(({ context }) => context.caller), ...callbacks.callers()],
    close(fits, code, reason) {
      websockets.sockets.close(fits, code, reason);
      callbacks.close(fits, reason);
      for (const { response, context } of streams()) {
        if (!fits(context.caller)) continue;
        context.abort(new Error(reason));
        // Cut, so that clients connect again; they learn there why.
        response.destroy();
      }
    },
    watch: (node, interval) => websockets.sockets.watch(node, interval),
  };

  const route = async (node: IncomingMessage, response: ServerResponse, exchange: Exchange): Promise<void> => {
    const url = node.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    if (answerCors(node, response, settings.cors)) return;
    if (path === settings.path) return graphql(node, response, mark < 0 ? '' : url.slice(mark), exchange);
    if (path === '/healthz') return answerHealthz(response);
    if (path === '/readyz') return answerReadyz(response, health, closing !== undefined);
    setPageHeaders(response);
    const found = routes.find(node.method ?? 'GET', path);
    if (found === 'method') return sendJson(response, 405, { error: `${path} does not take ${node.method}.` });
    if (found) return found.handle(node, response, routeInfo(node, new URL(url, 'http://localhost'), exchange, { documents, settings, sources, hooks, deadlines }));
    if (path === '/' && graphiql) {
      response.writeHead(302, { location: settings.path }).end();
      return;
    }
    sendJson(response, 404, { error: `There is nothing at ${path}; GraphQL is at ${settings.path}.` });
  };

  const server = createHttpServer({ keepAliveTimeout: 65_000, requestTimeout: uploads?.requestTimeout ?? 60_000 }, (node, response) => {
    const exchange: Exchange = { request: new NodeRequest(node, { cors: settings.cors, response }) };
    const began = performance.now();
    running.set(response, exchange);
    response.setHeader('x-request-id', exchange.request.requestId);
    if (closing) response.setHeader('connection', 'close');
    response.once('close', () => {
      running.delete(response);
      if (!response.writableFinished) for (const context of exchange.contexts ?? []) context.abort(new Error('The client went away.'));
      if (settings.requestLog && log.isLevelEnabled('info')) log.info(logLine(node, response, exchange, began), 'request');
    });
    route(node, response, exchange).catch((error: unknown) => sendRefusal(response, 'application/json', error, log));
  });
  server.on('upgrade', (node, socket, head) => {
    socket.on('error', (error) => log.debug({ err: error }, 'A connection failed.'));
    if (!closing && node.url?.split('?')[0] === settings.path) return websockets.upgrade(node, socket, head);
    socket.end(`HTTP/1.1 ${closing ? '503 Service Unavailable' : '404 Not Found'}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  });

  const close = async (): Promise<void> => {
    if (settings.shutdownDelay > 0) await new Promise((resolve) => setTimeout(resolve, settings.shutdownDelay));
    const until = performance.now() + settings.shutdownTimeout;
    const stopped = new Promise((resolve) => server.close(resolve)); // an error only says that it was not listening
    server.closeIdleConnections();
    for (const [response, { stream }] of running) if (stream) response.destroy();
    callbacks.close(() => true, 'The server is shutting down.');
    await websockets.close(settings.shutdownTimeout);
    while (running.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
    if (running.size > 0) log.warn({ requests: running.size }, 'Requests did not end in time and are cut off.');
    server.closeAllConnections();
    await stopped;
    deadlines.close();
    for (const plugin of [...plugins].reverse()) {
      try {
        await plugin.server?.stop?.();
      } catch (error) {
        log.error({ err: error, plugin: plugin.name }, 'The server part of a plugin failed to stop.');
      }
    }
  };

  return {
    sockets,
    async listen() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, settings)));
        server.listen(settings.port, settings.host, resolve);
      });
      const { port, address, family } = server.address() as AddressInfo;
      const local = address === '0.0.0.0' || address === '::' ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
      const url = `http://${local}:${port}`;
      try {
        for (const plugin of plugins) await startPart(plugin, url);
      } catch (error) {
        await (closing ??= close());
        throw error;
      }
      return { url, port };
    },
    close: () => (closing ??= close()),
  };
}

async function startPart({ name, server }: Plugin, url: string): Promise<void> {
  try {
    await server?.start?.({ url });
  } catch (error) {
    throw new StartupError(`The server part of the plugin "${name}" could not start: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function uploadsOf(plugins: readonly Plugin[]): UploadReceiver | undefined {
  const [first, second] = plugins.filter(({ server }) => server?.uploads);
  if (first && second) throw new StartupError(`The files of operations are taken by both plugin "${first.name}" and plugin "${second.name}". Remove one of them.`);
  return first?.server?.uploads;
}

/** Documents of the current engine; those of a former one are forgotten. */
function currentDocuments(engine: () => GraphqlEngine, catalog: () => Catalog, settings: ServerSettings, log: PinoLogger): () => ServedDocuments {
  let documents: ServedDocuments | undefined;
  return () => {
    const current = engine();
    if (documents?.engine !== current) documents = { ...createDocuments(current, settings, log), catalog: catalog() };
    return documents;
  };
}

const firstQuery = (catalog: Catalog): string => print(parse(`query First ${sampleQuery(catalog) ?? '{ __typename }'}`));

const logLine = (node: IncomingMessage, response: ServerResponse, { request, operationName }: Exchange, began: number): object => ({
  requestId: request.requestId,
  method: node.method,
  path: node.url?.split('?')[0],
  status: response.writableFinished ? response.statusCode : 499,
  ms: Math.round((performance.now() - began) * 10) / 10,
  ...(operationName !== undefined && { operation: operationName }),
});

function explain(error: NodeJS.ErrnoException, { host, port }: ServerSettings): Error {
  if (error.code === 'EADDRINUSE') return new StartupError(`Port ${port} of ${host} is in use. Stop what listens there, or set PORT to another.`);
  if (error.code === 'EACCES') return new StartupError(`Port ${port} needs rights that this process has not. Set PORT to one above 1023.`);
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') return new StartupError(`"${host}" is not an address of this machine. Set HOST to one that is, such as 127.0.0.1 or 0.0.0.0.`);
  return error;
}
