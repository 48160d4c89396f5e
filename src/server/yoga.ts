import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionArgs, ExecutionResult, FormattedExecutionResult, Source } from 'graphql';
import { createYoga, type Plugin as YogaPlugin, type YogaServerInstance } from 'graphql-yoga';
import type { Logger } from '../kernel/log.ts';
import { admit, type OperationHook } from './admit.ts';
import { completeContext, OperationContext, toGraphqlContext, type ContextSources, type Identity } from './context.ts';
import type { Deadlines } from './deadlines.ts';
import { refusedErrors, type PreparedOperation, type ServedDocuments } from './documents.ts';
import { formatErrors, maskError } from './format-errors.ts';
import type { Params } from './params.ts';
import type { IncomingRequest } from './phase.ts';
import { fromFormatted, RequestRefused } from './request-errors.ts';
import type { ServerSettings } from './settings.ts';
import { subscribe } from './subscribe.ts';

/** What the server knows of a request before it hands it to Yoga or graphql-ws. */
export interface RequestState {
  readonly documents: ServedDocuments;
  readonly request: IncomingRequest;
  readonly identity: Identity;
  /** All contexts of the request, to abort them when the client goes away. */
  readonly contexts: Set<OperationContext>;
  /** Set for a request of one operation that was admitted already. */
  readonly admitted?: Admitted;
}

export interface Admitted {
  readonly prepared: PreparedOperation;
  readonly context: OperationContext;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface YogaContext {
  readonly objectos: RequestState;
  readonly req?: IncomingMessage;
  readonly res?: ServerResponse;
}

export interface GeneralWayOptions {
  readonly settings: ServerSettings;
  readonly sources: ContextSources;
  readonly hooks: readonly OperationHook[];
  readonly deadlines: Deadlines;
  readonly envelop: readonly YogaPlugin[];
  readonly log: Logger;
}

export type GeneralWay = YogaServerInstance<YogaContext, object>;

/** What one operation carries through Envelop, whose plugins may copy the context. */
const own = Symbol('objectos operation');
interface Own {
  prepared: PreparedOperation;
  context?: OperationContext;
}
type EnvelopContext = YogaContext & { [own]?: Own; params?: Partial<Params> };

/** Yoga with the server's own document checks, admission, deadlines and masking in the place of its own. */
export function createGeneralWay({ settings, sources, hooks, deadlines, envelop, log }: GeneralWayOptions): GeneralWay {
  /** In a batch, and on a WebSocket, an operation is admitted when it is executed. */
  const enter = async (value: unknown): Promise<Admitted> => {
    const { objectos, [own]: operation } = value as EnvelopContext;
    if (objectos.admitted) {
      completeContext(value as object, objectos.admitted.context);
      return objectos.admitted;
    }
    if (!operation?.context) throw new Error('A plugin of Envelop removed what the server needs from the context.');
    const variables = await admit(operation.prepared, operation.context, hooks);
    completeContext(value as object, operation.context);
    return { prepared: operation.prepared, context: operation.context, variables };
  };

  const checks: YogaPlugin = {
    onEnveloped({ setSchema, context }) {
      if (context) setSchema((context as unknown as EnvelopContext).objectos.documents.engine.schema);
    },
    onParse({ params, context, setParsedDocument }) {
      const envelopContext = context as unknown as EnvelopContext;
      const { admitted, documents, identity } = envelopContext.objectos;
      const prepared = admitted?.prepared ?? documents.prepare(String(params.source), envelopContext.params?.operationName);
      if (prepared.errors) throw new AggregateError(refusedErrors(prepared, identity.access));
      envelopContext[own] = { prepared };
      setParsedDocument(prepared.document);
    },
    onValidate({ setResult }) {
      setResult([]); // checked with the document
    },
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (args) => {
        try {
          const { prepared, context, variables } = await enter(args.contextValue);
          const work: Promise<unknown> = prepared.compiled ? prepared.compiled.execute(variables, context).then((text) => parseResult(text, prepared.document.loc?.source)) : Promise.resolve(executeFn(args));
          return await deadlines.limit(context, work);
        } catch (error) {
          return errorResult(error, log);
        }
      });
    },
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(async (args) => {
        try {
          await enter(args.contextValue);
          return await subscribe(args as ExecutionArgs);
        } catch (error) {
          return errorResult(error, log);
        }
      });
    },
  };

  return createYoga<YogaContext, object>({
    graphqlEndpoint: settings.path,
    context: (initial) => {
      const { admitted, documents, request, identity, contexts } = initial.objectos;
      const context = admitted?.context ?? new OperationContext(request, identity, initial.params.variables ?? {}, documents.catalog, sources);
      contexts.add(context);
      const operation = (initial as EnvelopContext)[own];
      if (operation) operation.context = context;
      return toGraphqlContext(context);
    },
    plugins: [checks, ...envelop],
    batching: { limit: settings.limits.batch },
    maskedErrors: { errorMessage: 'Internal error', maskError: (error) => maskError(error, log) },
    logging: false,
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    parserAndValidationCache: false,
    maxRequestBodySize: false,
  });
}

const parseResult = (text: string, source: Source | undefined): ExecutionResult => {
  const { errors, ...result } = JSON.parse(text) as FormattedExecutionResult;
  return errors ? { ...result, errors: errors.map((error) => fromFormatted(error, source)) } : result;
};

/** Refused: no `data`. Failed while it ran: `data` is null. */
export function errorResult(error: unknown, log: Logger): ExecutionResult {
  if (error instanceof RequestRefused) return { errors: error.errors };
  return { data: null, errors: formatErrors(error, log).map((each) => fromFormatted(each, undefined)) };
}
