import type { RequestContext } from '../request.ts';
import type { MutationContext } from './phase.ts';

type Own = Pick<MutationContext, 'depth' | 'chain' | 'writer' | 'underway' | 'changing' | 'tell'>;

/**
 * The context of the request as hooks see it. It asks the request for its caller, who may change, and for its signal, which is made when
 * somebody asks; others may be made from it.
 */
export function hookContext(request: RequestContext, { depth, chain, writer, underway, changing, tell }: Own): MutationContext {
  const { requestId, now, variables, catalog, database, skipAutomations = false } = request;
  return {
    depth, chain, writer, underway, changing, tell, requestId, now, variables, catalog, database, skipAutomations,
    get caller() { return request.caller; },
    get access() { return request.access; },
    get signal() { return request.signal; },
  };
}
