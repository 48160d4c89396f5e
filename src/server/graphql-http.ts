import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../kernel/log.ts';
import { admit, type OperationHook } from './admit.ts';
import { protocolHeader, type Callbacks } from './callbacks.ts';
import { completeContext, identify, OperationContext, toGraphqlContext, type ContextSources } from './context.ts';
import type { Deadlines } from './deadlines.ts';
import { refusedErrors, type ServedDocuments } from './documents.ts';
import { formatErrors } from './format-errors.ts';
import { isJson, isMultipart, isStream, negotiate, wantsPage, type ResponseType, type StreamType } from './media-type.ts';
import { readMultipart, type MultipartOperation } from './multipart.ts';
import type { NamedDocuments } from './named-documents.ts';
import { refuseForgery, refuseForms } from './origins.ts';
import { parseBody, parseSearch, readBody, type Params } from './params.ts';
import type { UploadReceiver } from './phase.ts';
import { refusal, RequestRefused } from './request-errors.ts';
import { sendRefusal, sendResult, sendRevalidated } from './respond.ts';
import type { NodeRequest } from './incoming-request.ts';
import type { ServerSettings } from './settings.ts';
import type { GeneralWay, RequestState } from './yoga.ts';

export interface GraphqlHttpOptions {
  readonly documents: () => ServedDocuments;
  readonly named: NamedDocuments;
  readonly settings: ServerSettings;
  readonly sources: ContextSources;
  readonly hooks: readonly OperationHook[];
  readonly deadlines: Deadlines;
  readonly callbacks: Callbacks;
  readonly general: GeneralWay;
  readonly uploads: UploadReceiver | undefined;
  /** Every operation goes through Yoga. */
  readonly generalOnly: boolean;
  readonly graphiql: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | undefined;
  readonly log: Logger;
}

/** What the request log and the shutdown want to know of a request while it runs. */
export interface Exchange {
  readonly request: NodeRequest;
  operationName?: string | undefined;
  /** Contexts of its operations, to abort them when the client goes away. */
  contexts?: Iterable<OperationContext>;
  /** Stays open until one side ends it. */
  stream?: boolean;
}

export type GraphqlHandler = (request: IncomingMessage, response: ServerResponse, search: string, exchange: Exchange) => Promise<void>;

/**
 * GraphQL over HTTP. A request is checked once: origin, body, document, caller, variables, cost. A compiled operation is
 * then answered with the database's text; what graphql-js must execute, streams and batches go on to Yoga.
 */
export function createGraphqlHandler({ documents, named, settings, sources, hooks, deadlines, callbacks, general, uploads, generalOnly, graphiql, log }: GraphqlHttpOptions): GraphqlHandler {
  const { limits, cors } = settings;

  const answer = async (node: IncomingMessage, response: ServerResponse, params: Params, type: ResponseType | StreamType, exchange: Exchange, arriving?: MultipartOperation): Promise<void> => {
    const current = documents();
    const query = named.textOf(params);
    const prepared = current.prepare(query, params.operationName);
    if (prepared.errors && !prepared.suggesting) throw new RequestRefused(prepared.errors);
    const identity = await identify(exchange.request, sources);
    if (prepared.errors) throw new RequestRefused(refusedErrors(prepared, identity.access));
    exchange.operationName = prepared.name;
    if (prepared.kind === 'mutation' && node.method === 'GET') throw refusal(405, 'Mutations are sent with POST.');
    const context = new OperationContext(exchange.request, identity, params.variables, current.catalog, sources);
    exchange.contexts = [context];
    const variables = await admit(prepared, context, hooks);
    if (arriving && uploads) {
      uploads.admit(context);
      await arriving.receive((file) => uploads.receive(file, context));
    }
    if (prepared.kind === 'subscription' && node.method === 'POST' && callbacks.asks(params.extensions)) {
      if (generalOnly) throw refusal(406, 'Subscriptions are not called back here, since plugins of Envelop are to see all operations.');
      const contextValue = toGraphqlContext(context);
      completeContext(contextValue, context);
      await callbacks.begin(params.extensions, context, { schema: current.engine.schema, document: prepared.document, contextValue, operationName: params.operationName ?? null, variableValues: params.variables });
      for (const [name, value] of Object.entries(protocolHeader)) response.setHeader(name, value);
      return sendResult(response, 'application/json', '{"data":null}');
    }
    if (!prepared.compiled || isStream(type) || generalOnly) {
      exchange.stream = prepared.kind === 'subscription';
      const admitted = { prepared, context, variables };
      return generally(node, response, { ...params, query }, { documents: current, request: exchange.request, identity, contexts: new Set(), admitted }, exchange);
    }
    let text: string;
    let failed = false;
    try {
      text = await deadlines.limit(context, prepared.compiled.execute(variables, context));
    } catch (error) {
      failed = true;
      text = JSON.stringify({ data: null, errors: formatErrors(error, context.log) });
    }
    if (node.method === 'GET' && !failed) sendRevalidated(response, type, text);
    else sendResult(response, type, text);
  };

  const answerMultipart = async (node: IncomingMessage, response: ServerResponse, { maxFiles }: UploadReceiver, type: ResponseType | StreamType, exchange: Exchange): Promise<void> => {
    refuseForms(node);
    refuseForgery(node, cors);
    const operation = await readMultipart(node, { operations: limits, files: maxFiles });
    // From here on it is an operation like any other.
    node.headers['content-type'] = 'application/json';
    try {
      await answer(node, response, operation.params, type, exchange, operation);
    } catch (error) {
      operation.stop();
      response.setHeader('connection', 'close');
      throw error;
    }
  };

  const generally = async (node: IncomingMessage, response: ServerResponse, body: unknown, state: RequestState, exchange: Exchange): Promise<void> => {
    if (!state.admitted) exchange.contexts = state.contexts;
    await general(Object.assign(node, { body }), response, { objectos: state, req: node, res: response });
  };

  return async (node, response, search, exchange) => {
    const wanted = negotiate(node.headers.accept);
    try {
      if (node.method === 'GET') {
        const parameters = new URLSearchParams(search);
        // Also with a query in the address: GraphiQL keeps what is typed there, for reloads and links.
        if (graphiql && wantsPage(node.headers.accept)) return await graphiql(node, response);
        response.setHeader('cache-control', 'no-store');
        refuseForgery(node, cors);
        const params = parseSearch(parameters);
        return await answer(node, response, params, accepted(wanted), exchange);
      }
      if (node.method !== 'POST') throw refusal(405, 'GraphQL is asked with POST, or with GET for queries.');
      if (uploads && isMultipart(node.headers['content-type'])) return await answerMultipart(node, response, uploads, accepted(wanted), exchange);
      if (!isJson(node.headers['content-type'])) throw refusal(415, 'The request body must be JSON: send the header `content-type: application/json`.');
      if (node.headers['content-encoding'] !== undefined) throw refusal(415, 'Compressed request bodies are not accepted.');
      refuseForgery(node, cors);
      const type = accepted(wanted);
      const params = parseBody(await readBody(node, limits.bodyBytes), limits);
      if (!isBatch(params)) return await answer(node, response, params, type, exchange);
      const identity = await identify(exchange.request, sources);
      const operations = params.map(({ documentId, ...operation }) => ({ ...operation, query: named.textOf({ documentId, ...operation }) }));
      return await generally(node, response, operations, { documents: documents(), request: exchange.request, identity, contexts: new Set() }, exchange);
    } catch (error) {
      sendRefusal(response, wanted ?? 'application/json', error, log);
    }
  };
}

const isBatch = (params: Params | readonly Params[]): params is readonly Params[] => Array.isArray(params);

function accepted(type: ReturnType<typeof negotiate>): ResponseType | StreamType {
  if (type === undefined) throw refusal(406, 'The response is `application/json`, `application/graphql-response+json` or, for streams, `text/event-stream`; accept one of them.');
  return type;
}
