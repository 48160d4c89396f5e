import { AsyncLocalStorage } from 'node:async_hooks';
import { systemCaller, type Caller } from '../../resolvers/caller.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import type { Runtime } from '../../resolvers/runtime.ts';
import type { Input, WriteOptions, WriteRequest } from '../../resolvers/write/writer.ts';

/** In whose name records are written: what the change log and the stamps of records say. */
export interface Actor {
  readonly userId: string | undefined;
  readonly organizationId?: string | undefined;
  readonly requestId?: string | undefined;
}

/** Users, sessions, memberships, keys: written on the platform's write path, so that the change log and the hooks of other plugins see them. */
export interface Records {
  create(object: string, input: Input, actor?: Actor): Promise<void>;
  update(object: string, ids: readonly string[], input: Input, actor?: Actor): Promise<void>;
  delete(object: string, ids: readonly string[], actor?: Actor): Promise<void>;
  /** Everything that `work` writes is written in the name of the actor. */
  as<T>(actor: Actor, work: () => Promise<T>): Promise<T>;
}

const options: WriteOptions = {};

export function createRecords(runtime: Runtime): Records {
  const actors = new AsyncLocalStorage<Actor>();

  const contextOf = (given: Actor = { userId: undefined }): RequestContext => {
    const { userId, organizationId, requestId } = actors.getStore() ?? given;
    const context = runtime.systemContext();
    // The rights are the platform's: whether the person may do this has been decided.
    const caller: Caller = { ...systemCaller, userId, organizationId };
    return { ...context, caller, requestId: requestId ?? context.requestId };
  };
  const write = async (request: WriteRequest, actor: Actor | undefined): Promise<void> => {
    await runtime.writer.write(request, contextOf(actor));
  };

  return {
    create: (object, input, actor) => write({ object, options, operation: 'create', input }, actor),
    async update(object, ids, input, actor) {
      const [id] = ids;
      if (id === undefined || Object.keys(input).length === 0) return;
      await write(ids.length === 1 ? { object, options, operation: 'update', id, input } : { object, options, operation: 'updateMany', rows: ids.map((each) => ({ id: each, input })) }, actor);
    },
    async delete(object, ids, actor) {
      if (ids.length > 0) await write({ object, options, operation: 'deleteMany', ids }, actor);
    },
    as: (actor, work) => actors.run(actor, work),
  };
}
