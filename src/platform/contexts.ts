import { randomUUID } from 'node:crypto';
import type { Database } from '../database/database.ts';
import type { Catalog } from '../metadata/catalog.ts';
import { systemAccess } from '../resolvers/access.ts';
import type { Access } from '../resolvers/access.ts';
import { systemCaller } from '../resolvers/caller.ts';
import type { Caller } from '../resolvers/caller.ts';
import type { RequestContext } from '../resolvers/request.ts';

/** Makes the contexts of requests that do not come through the server. */
export interface Contexts {
  of(caller: Caller, access: Access, variables?: RequestContext['variables']): RequestContext;
  system(): RequestContext;
}

export function createContexts(current: () => { readonly catalog: Catalog }, database: Database): Contexts {
  const of: Contexts['of'] = (caller, access, variables = {}) => ({
    requestId: randomUUID(),
    caller,
    access,
    now: new Date(),
    variables,
    catalog: current().catalog,
    database,
    signal: undefined,
  });
  return { of, system: () => of(systemCaller, systemAccess) };
}
