import type { RequestContext } from '../request.ts';
import type { MutationContext } from './phase.ts';

type Own = Pick<MutationContext, 'depth' | 'chain' | 'writer' | 'underway' | 'tell'>;

/**
 * The context of the request as hooks see it. It asks the request, whose caller may change and whose signal is made when somebody asks; others
 * may be made from it.
 */
export function hookContext(request: RequestContext, own: Own): MutationContext {
  return {
    ...own,
    get requestId() { return request.requestId; },
    get caller() { return request.caller; },
    get access() { return request.access; },
    get now() { return request.now; },
    get variables() { return request.variables; },
    get catalog() { return request.catalog; },
    get database() { return request.database; },
    get signal() { return request.signal; },
    get skipAutomations() { return request.skipAutomations === true; },
  };
}
