import type { ExecutionRequest, ExecutionResult, Executor } from '@graphql-tools/utils';
import { print } from 'graphql';
import type { Logger } from '../../../kernel/log.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import type { Remote } from '../read-remotes.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { answeredError, unavailable } from './errors.ts';
import { follow } from './follow.ts';
import { post } from './post.ts';
import { splitRoots } from './split.ts';

/** The part of a context that the headers of the caller are in; requests inside the process have none. */
type AskedContext = RequestContext & { readonly request?: { header(name: string): string | undefined } };

type AskedRequest = ExecutionRequest<Record<string, unknown>, AskedContext>;

/** Carries operations out at a service. A service that is down is an error of the fields that need it. */
export function createRemoteExecutor(remote: Remote, log: Logger): Executor {
  const breaker = new CircuitBreaker(remote.circuitBreaker);

  const ask = async (request: AskedRequest): Promise<ExecutionResult> => {
    if (!breaker.mayTry()) return { data: null, errors: [unavailable(remote.name)] };
    const { context, operationType = 'query' } = request;
    try {
      const result = await post(remote, requestOf(request), { headers: headersFor(remote, context), retry: operationType === 'query', signal: context?.signal });
      breaker.succeeded();
      // One field that may not be null takes away the others that were asked for in the same moment.
      const parts = operationType === 'query' && !result.data && result.errors?.some(({ path }) => path) === true ? splitRoots(request.document, request.variables) : undefined;
      if (parts) return await together(parts.map((part) => ask({ ...withoutName(request), ...part })));
      return { data: result.data ?? null, ...(result.errors && { errors: result.errors.map((error) => answeredError(remote.name, error)) }) };
    } catch (error) {
      // A caller who went away says nothing of the service.
      if (context?.signal?.aborted !== true) {
        breaker.failed();
        log.warn({ err: error, remote: remote.name }, 'A remote service does not answer.');
      }
      return { data: null, errors: [unavailable(remote.name, error)] };
    }
  };

  // The library knows nothing of the context that it hands on.
  return ((request: AskedRequest) => (request.operationType === 'subscription' ? follow(remote, requestOf(request), headersFor(remote, request.context), log) : ask(request))) as Executor;
}

/** Its parts have no name. */
const withoutName = ({ operationName: _name, ...request }: AskedRequest): AskedRequest => request;

async function together(results: readonly Promise<ExecutionResult>[]): Promise<ExecutionResult> {
  const all = await Promise.all(results);
  const errors = all.flatMap((result) => result.errors ?? []);
  return { data: Object.assign({}, ...all.map(({ data }) => (data ?? {}) as object)) as Record<string, unknown>, ...(errors.length > 0 && { errors }) };
}

const requestOf = ({ document, variables, operationName }: AskedRequest) => ({ query: print(document), variables, operationName });

/** Headers of the definition, and those of the caller that it lets through. */
export function headersFor({ headers, forwardHeaders }: Remote, context: AskedContext | undefined): Readonly<Record<string, string>> {
  const forwarded = forwardHeaders.flatMap((name): [string, string][] => {
    const value = context?.request?.header(name);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries([...forwarded, ...[...headers].map(([name, value]): [string, string] => [name, value()])]);
}
