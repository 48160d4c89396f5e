import type { GraphQLField } from 'graphql';
import type { SchemaExtension } from '../../../builder/phase.ts';
import type { OutputField, OutputFields, Resolver } from '../../../builder/spec.ts';
import { names } from '../definition.ts';
import { outputOf } from './import-types.ts';
import { resolverOf } from './resolve.ts';
import type { StitchedRemote } from './stitch.ts';

export type Root = 'Query' | 'Mutation' | 'Subscription';
export const roots: readonly Root[] = ['Query', 'Mutation', 'Subscription'];
/** What services have for their gateways. */
const forRouters: ReadonlySet<string> = new Set(['_service', '_entities', '_sdl']);

/** Fields of a root type that are taken over. */
export function shownRootFields({ schema, remote: { only, except, subscriptions } }: StitchedRemote, root: Root): readonly GraphQLField<unknown, unknown>[] {
  const type = { Query: schema.getQueryType(), Mutation: schema.getMutationType(), Subscription: subscriptions && schema.getSubscriptionType() }[root];
  return Object.values(type?.getFields() ?? {}).filter(({ name }) => !forRouters.has(name) && (only === undefined || names(only, root, name)) && !names(except, root, name));
}

/** Adds them to the roots of this API, or below a field of the namespace. */
export function addRootFields({ addType, addFields }: SchemaExtension, stitched: StitchedRemote): void {
  const { remote: { name: remote, namespace, label = remote } } = stitched;
  const part = `remote ${remote}`;
  for (const root of roots) {
    const fields = Object.fromEntries(shownRootFields(stitched, root).map((field) => [field.name, rootField(stitched, root, field, root === 'Mutation' && namespace !== undefined)]));
    if (Object.keys(fields).length === 0) continue;
    // An operation follows one field of Subscription: they stand beside the others.
    if (namespace === undefined || root === 'Subscription') addFields(root, fields, part);
    else {
      const type = `${namespace.charAt(0).toUpperCase()}${namespace.slice(1)}${root}`;
      addType(type, { kind: 'object', role: 'shared', description: `What ${label} ${root === 'Query' ? 'answers' : 'changes'}.`, fields: () => fields }, part);
      addFields(root, { [namespace]: { type: `${type}!`, description: `${label}.`, source: { kind: 'custom', needs: [] }, resolve: (): Turn => ({ last: Promise.resolve() }) } satisfies OutputField } satisfies OutputFields, part);
    }
  }
}

/** A namespace of Mutation; its fields run one after the other, as those of Mutation do. */
interface Turn {
  last: Promise<unknown>;
}

function rootField(stitched: StitchedRemote, root: Root, field: GraphQLField<unknown, unknown>, inTurn: boolean): OutputField {
  const { name: remote } = stitched.remote;
  const plain = outputOf(field);
  const resolve = resolverOf(stitched, root, field);
  // Nothing but the field is lost when the service is down.
  const base: OutputField = { ...plain, type: plain.type.replace(/!$/, ''), source: { kind: 'custom', needs: [], remote: { remote, coordinate: `${root}.${field.name}` } } };
  if (root === 'Subscription') {
    const { subscribe } = field;
    return { ...base, subscribe: subscribe && resolverOf(stitched, root, { ...field, resolve: subscribe }), resolve };
  }
  return { ...base, resolve: inTurn ? afterOthers(resolve) : (_parent, args, context, info) => resolve(undefined, args, context, info) };
}

function afterOthers(resolve: Resolver): Resolver {
  return (parent, args, context, info) => {
    const turn = parent as Turn;
    const run = (): unknown => resolve(undefined, args, context, info);
    const done = turn.last.then(run, run);
    turn.last = done;
    return done;
  };
}
