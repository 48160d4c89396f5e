import type { RequestContext } from '../request.ts';
import type { Change, MutationContext, MutationPhase } from './phase.ts';
import type { Input, Writer } from './writer.ts';

export const hookEvents = ['beforeInsert', 'afterInsert', 'beforeUpdate', 'afterUpdate', 'beforeDelete', 'afterDelete'] as const;
export type HookEvent = (typeof hookEvents)[number];

/** Other spellings that definitions use. */
const aliases: Readonly<Record<string, HookEvent>> = {
  beforeCreate: 'beforeInsert', afterCreate: 'afterInsert', onCreate: 'afterInsert', onUpdate: 'afterUpdate', onDelete: 'afterDelete',
  beforeUpdateMany: 'beforeUpdate', afterUpdateMany: 'afterUpdate', beforeDeleteMany: 'beforeDelete', afterDeleteMany: 'afterDelete',
};
export type HookEventName = HookEvent | keyof typeof aliases | (string & {});

export interface HookUser {
  readonly id: string | undefined;
  readonly roles: readonly string[];
}

/** Writes in the hook's transaction, as its caller. Inputs use GraphQL names. */
export interface HookData {
  create(object: string, input: Input): Promise<string>;
  update(object: string, id: string, input: Input): Promise<void>;
  delete(object: string, id: string): Promise<void>;
}

/**
 * What a hook is given: the three spellings that hooks are written in show the same record. Values stand under machine
 * names, in stored form. Before the write, `input.data`, `new` and `data` may be changed; after it they are the stored row.
 */
export interface HookContext {
  readonly id: string;
  readonly event: HookEvent;
  readonly object: string;
  readonly objectName: string;
  /** `data`: the values that are written. */
  readonly input: { readonly id: string; readonly data: Record<string, unknown> };
  /** The stored row; after events only. */
  readonly result: Readonly<Record<string, unknown>> | undefined;
  readonly previous: Readonly<Record<string, unknown>> | undefined;
  /** The whole record; assigning to it changes what is written. */
  readonly new: Record<string, unknown>;
  readonly old: Readonly<Record<string, unknown>> | undefined;
  readonly data: Record<string, unknown>;
  readonly oldValues: Readonly<Record<string, unknown>> | undefined;
  readonly user: HookUser;
  readonly session: { readonly userId: string | undefined; readonly tenantId: string | undefined; readonly organizationId: string | undefined; readonly roles: readonly string[]; readonly isSystem: boolean };
  readonly api: HookData;
  readonly db: HookData;
  readonly request: RequestContext;
}

export interface HookDefinition {
  /** For messages. */
  readonly name?: string;
  /** Machine name, names, or `*`. */
  readonly object: string | readonly string[];
  readonly events: readonly HookEventName[];
  /** Called once per record. A throw stops the write. */
  readonly handler: (context: HookContext) => void | Promise<void>;
  /** Lower comes first; default 100. */
  readonly priority?: number;
}

interface Hook extends HookDefinition {
  readonly on: ReadonlySet<HookEvent>;
}

/** TypeScript hooks as a mutation phase. Unknown events stop the start. */
export function hookPhase(definitions: readonly HookDefinition[]): MutationPhase {
  const hooks = definitions.map((definition): Hook => ({ ...definition, on: new Set(definition.events.map((event) => eventNamed(event, definition))) }));
  hooks.sort((left, right) => (left.priority ?? 100) - (right.priority ?? 100));
  const objects = new Set(hooks.flatMap(({ object }) => object));
  const run = async (stage: 'before' | 'after', changes: readonly Change[], context: MutationContext): Promise<void> => {
    for (const hook of hooks) {
      for (const change of changes) {
        const event = eventOf(stage, change);
        if (event && hook.on.has(event) && concerns(hook, change.object)) await callHook(hook, event, change, context);
      }
    }
  };
  const has = (stage: string) => hooks.some(({ on }) => [...on].some((event) => event.startsWith(stage)));
  return {
    ...(!objects.has('*') && { objects: [...objects] }),
    ...(has('before') && { before: (changes, context) => run('before', changes, context) }),
    ...(has('after') && { after: (changes, context) => run('after', changes, context) }),
  };
}

/** All spellings. */
export const hookEventNames: readonly string[] = [...hookEvents, ...Object.keys(aliases)];

export function hookEventNamed(name: string): HookEvent | undefined {
  return hookEvents.find((known) => known === name) ?? (Object.hasOwn(aliases, name) ? aliases[name] : undefined);
}

function eventNamed(name: string, { name: hook = 'A hook' }: HookDefinition): HookEvent {
  const event = hookEventNamed(name);
  if (!event) throw new TypeError(`${hook} listens to "${name}". Events: ${hookEventNames.join(', ')}.`);
  return event;
}

function concerns({ object }: Hook, name: string): boolean {
  return object === '*' || (typeof object === 'string' ? object === name : object.includes(name) || object.includes('*'));
}

const suffixes: Readonly<Record<Change['kind'], 'Insert' | 'Update' | 'Delete'>> = { create: 'Insert', update: 'Update', restore: 'Update', delete: 'Delete' };

export function eventOf(stage: 'before' | 'after', { kind }: Change): HookEvent {
  return `${stage}${suffixes[kind]}`;
}

/** Calls one hook for one record; an error that it throws carries its name. */
export async function callHook(hook: Pick<HookDefinition, 'name' | 'handler'>, event: HookEvent, change: Change, context: MutationContext): Promise<void> {
  try {
    await hook.handler(hookContext(event, change, context));
  } catch (error) {
    if (error instanceof Error && hook.name !== undefined) Object.defineProperty(error, 'hook', { value: hook.name, configurable: true });
    throw error;
  }
}

function hookContext(event: HookEvent, change: Change, context: MutationContext): HookContext {
  const { caller } = context;
  const after = event.startsWith('after');
  const image = after ? { ...change.record } : writable(change);
  const data = after ? image : change.values;
  const api = hookData(context.writer, context);
  return {
    id: change.id, event, object: change.object, objectName: change.object,
    input: { id: change.id, data },
    result: after ? change.record : undefined,
    previous: change.previous, old: change.previous, oldValues: change.previous,
    new: image, data,
    user: { id: caller.userId, roles: caller.roles },
    session: { userId: caller.userId, tenantId: caller.organizationId, organizationId: caller.organizationId, roles: caller.roles, isSystem: caller.kind === 'system' },
    api, db: api, request: context,
  };
}

/** The merged record; what is assigned to it is written. */
function writable(change: Change): Record<string, unknown> {
  return new Proxy(change.values, {
    get: (_, name) => Reflect.get(change.record, name) as unknown,
    has: (_, name) => Reflect.has(change.record, name),
    ownKeys: () => Reflect.ownKeys({ ...change.record, ...change.values }),
    getOwnPropertyDescriptor: (values, name) => Reflect.getOwnPropertyDescriptor(values, name) ?? (Reflect.has(change.record, name) ? { value: Reflect.get(change.record, name) as unknown, enumerable: true, configurable: true, writable: true } : undefined),
  });
}

function hookData(writer: Writer, context: MutationContext): HookData {
  return {
    async create(object, input) {
      const { rows } = await writer.write({ object, options: {}, operation: 'create', input }, context);
      return rows[0]?.id ?? '';
    },
    async update(object, id, input) {
      await writer.write({ object, options: {}, operation: 'update', id, input }, context);
    },
    async delete(object, id) {
      await writer.write({ object, options: {}, operation: 'delete', id }, context);
    },
  };
}
