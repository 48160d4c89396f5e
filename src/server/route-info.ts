import type { IncomingMessage } from 'node:http';
import type { OperationAnswer } from '../resolvers/runtime.ts';
import { admit, type OperationHook } from './admit.ts';
import { identify, noVariables, OperationContext, type ContextSources, type Identity } from './context.ts';
import type { Deadlines } from './deadlines.ts';
import { refusedErrors, type ServedDocuments } from './documents.ts';
import { formatError, formatErrors } from './format-errors.ts';
import type { Exchange } from './graphql-http.ts';
import { refuseForgery } from './origins.ts';
import type { RouteInfo } from './phase.ts';
import { RequestRefused } from './request-errors.ts';
import type { ServerSettings } from './settings.ts';

export interface RouteInfoOptions {
  readonly documents: () => ServedDocuments;
  readonly settings: ServerSettings;
  readonly sources: ContextSources;
  readonly hooks: readonly OperationHook[];
  readonly deadlines: Deadlines;
}

/** What a route is told of its request: who asks, and a way to run operations for whoever that is. */
export function routeInfo(node: IncomingMessage, url: URL, exchange: Exchange, { documents, settings, sources, hooks, deadlines }: RouteInfoOptions): RouteInfo {
  const contexts: OperationContext[] = [];
  let asking: Promise<Identity> | undefined;
  const contextWith = async (variables: Readonly<Record<string, unknown>>): Promise<OperationContext> => {
    asking ??= (async () => {
      refuseForgery(node, settings.cors);
      return identify(exchange.request, sources);
    })();
    const context = new OperationContext(exchange.request, await asking, variables, documents().catalog, sources);
    contexts.push(context);
    exchange.contexts = contexts;
    return context;
  };

  return {
    url,
    request: exchange.request,
    context: () => contextWith(noVariables),
    async execute({ query, variables = {}, operationName }) {
      const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined));
      const context = await contextWith(given);
      try {
        const prepared = documents().prepare(query, operationName);
        if (prepared.errors) throw new RequestRefused(refusedErrors(prepared, context.access));
        if (!prepared.compiled) throw new TypeError('A route can run queries and mutations only.');
        const coerced = await admit(prepared, context, hooks);
        return JSON.parse(await deadlines.limit(context, prepared.compiled.execute(coerced, context))) as OperationAnswer;
      } catch (error) {
        if (error instanceof RequestRefused) return { errors: error.errors.map((each) => formatError(each, context.log)) };
        return { data: null, errors: formatErrors(error, context.log) };
      }
    },
  };
}
