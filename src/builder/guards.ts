import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLField, GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql';
import type { Access } from '../resolvers/access.ts';
import type { RequestContext } from '../resolvers/request.ts';
import type { FieldSource, RemoteField } from '../resolvers/source.ts';

/** Applied directives: arguments of each, by name. */
export type AppliedByName = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** A field with a resolver of its own, declared as data or with Pothos. */
export interface GuardedField {
  readonly type: string;
  readonly name: string;
  /** For root fields. */
  readonly root: 'query' | 'mutation' | 'subscription' | undefined;
  readonly directives: AppliedByName;
  readonly typeDirectives: AppliedByName;
  /** The type stands for the records of an object. */
  readonly ofRecord: boolean;
  /** What the field asks a remote service for. */
  readonly remote: RemoteField | undefined;
}

export interface Guard {
  /** Runs before the resolver of the field; a throw refuses the field. */
  check(context: RequestContext, info: GraphQLResolveInfo): void;
  /** Whether introspection shows the field to callers with these rights; always when absent. */
  shows?(access: Access): boolean;
}
export type MakeGuard = (field: GuardedField) => Guard | undefined;

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how plugins of Pothos declare themselves
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      guards: Guards<Types>;
    }
    // eslint-disable-next-line @typescript-eslint/no-unused-vars -- must repeat the declaration of Pothos
    interface SchemaBuilderOptions<Types extends SchemaTypes> {
      readonly guard?: MakeGuard;
    }
  }
}

type AnyResolver<Types extends SchemaTypes> = GraphQLFieldResolver<unknown, Types['Context'], object>;

/** Lets plugins of the platform guard every field that has a resolver of its own, wherever it comes from. */
class Guards<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(resolve: AnyResolver<Types>, config: PothosOutputFieldConfig<Types>): AnyResolver<Types> {
    // A subscription is refused before it begins.
    return config.kind === 'Subscription' ? resolve : this.#guarded(resolve, config);
  }

  override wrapSubscribe(subscribe: AnyResolver<Types> | undefined, config: PothosOutputFieldConfig<Types>): AnyResolver<Types> | undefined {
    return subscribe && this.#guarded(subscribe, config);
  }

  #guarded(resolve: AnyResolver<Types>, config: PothosOutputFieldConfig<Types>): AnyResolver<Types> {
    const { guard: make } = this.builder.options;
    const source = (config.extensions as { readonly objectos?: FieldSource } | undefined)?.objectos;
    if (!make || (source !== undefined && source.kind !== 'custom')) return resolve;
    const type = this.buildCache.getTypeConfig(config.parentType).extensions;
    const guard = make({
      type: config.parentType,
      name: config.name,
      root: config.kind === 'Query' ? 'query' : config.kind === 'Mutation' ? 'mutation' : config.kind === 'Subscription' ? 'subscription' : undefined,
      directives: appliedTo(config.extensions),
      typeDirectives: appliedTo(type),
      ofRecord: type?.['objectosObject'] !== undefined,
      remote: source?.remote,
    });
    if (!guard) return resolve;
    const guarded: AnyResolver<Types> = (parent, args, context, info) => {
      guard.check(context as unknown as RequestContext, info);
      return resolve(parent, args, context, info);
    };
    guards.set(guarded, guard);
    return guarded;
  }
}

/** Guards by the resolvers that they stand before. */
const guards = new WeakMap<object, Guard>();

export function guardOf({ resolve, subscribe }: GraphQLField<unknown, unknown>): Guard | undefined {
  return (subscribe && guards.get(subscribe)) ?? (resolve && guards.get(resolve));
}

function appliedTo(extensions: Readonly<Record<string, unknown>> | null | undefined): AppliedByName {
  return (extensions?.['directives'] ?? {}) as AppliedByName;
}

SchemaBuilder.registerPlugin('guards', Guards);
