import {
  GraphQLSchema, isInterfaceType, isObjectType, isUnionType,
  type GraphQLAbstractType, type GraphQLDirective, type GraphQLInterfaceType, type GraphQLNamedType, type GraphQLObjectType,
} from 'graphql';

export interface TypeSource {
  names(): Iterable<string>;
  type(name: string): GraphQLNamedType | undefined;
}

export interface LazySchemaOptions {
  readonly types: TypeSource;
  readonly mutation: boolean;
  readonly subscription: boolean;
  readonly directives: readonly GraphQLDirective[];
}

/**
 * A GraphQLSchema whose types are made when somebody asks for them by name or through a field. Running a document touches only
 * the types that it names; introspection and printing make them all, once.
 */
export class LazySchema extends GraphQLSchema {
  readonly #types: TypeSource;
  readonly #mutation: boolean;
  readonly #subscription: boolean;
  readonly #map: Record<string, GraphQLNamedType>;
  #names: ReadonlySet<string> | undefined;
  #complete: GraphQLSchema | undefined;

  constructor({ types, mutation, subscription, directives }: LazySchemaOptions) {
    super({ directives, assumeValid: true });
    const own = super.getTypeMap();
    this.#types = types;
    this.#mutation = mutation;
    this.#subscription = subscription;
    this.#map = new Proxy<Record<string, GraphQLNamedType>>({}, {
      get: (_target, name) => (typeof name === 'string' ? (own[name] ?? types.type(name)) : undefined),
      has: (_target, name) => typeof name === 'string' && this.#hasType(name),
      ownKeys: () => [...this.#allNames()],
      getOwnPropertyDescriptor: (_target, name) => (typeof name === 'string' && this.#hasType(name) ? { configurable: true, enumerable: true, value: undefined } : undefined),
    });
  }

  /** The same schema as an ordinary one, with every type and field made. */
  complete(): GraphQLSchema {
    this.#complete ??= new GraphQLSchema({
      query: this.getQueryType() ?? null,
      mutation: this.getMutationType() ?? null,
      subscription: this.getSubscriptionType() ?? null,
      types: Object.values(this.#map),
      directives: this.getDirectives(),
      extensions: this.extensions,
    });
    return this.#complete;
  }

  override getQueryType(): GraphQLObjectType | undefined {
    return this.#root('Query');
  }

  override getMutationType(): GraphQLObjectType | undefined {
    return this.#mutation ? this.#root('Mutation') : undefined;
  }

  override getSubscriptionType(): GraphQLObjectType | undefined {
    return this.#subscription ? this.#root('Subscription') : undefined;
  }

  override getTypeMap(): Record<string, GraphQLNamedType> {
    return this.#map;
  }

  override getType(name: string): GraphQLNamedType | undefined {
    return this.#map[name];
  }

  override getPossibleTypes(abstractType: GraphQLAbstractType): readonly GraphQLObjectType[] {
    return isUnionType(abstractType) ? abstractType.getTypes() : this.getImplementations(abstractType).objects;
  }

  override getImplementations(interfaceType: GraphQLInterfaceType): { objects: readonly GraphQLObjectType[]; interfaces: readonly GraphQLInterfaceType[] } {
    return this.complete().getImplementations(interfaceType);
  }

  override isSubType(abstractType: GraphQLAbstractType, maybeSubType: GraphQLObjectType | GraphQLInterfaceType): boolean {
    if (isUnionType(abstractType)) return isObjectType(maybeSubType) && abstractType.getTypes().includes(maybeSubType);
    return (isObjectType(maybeSubType) || isInterfaceType(maybeSubType)) && maybeSubType.getInterfaces().includes(abstractType);
  }

  #root(name: string): GraphQLObjectType | undefined {
    const type = this.#types.type(name);
    return isObjectType(type) ? type : undefined;
  }

  #hasType(name: string): boolean {
    return this.#allNames().has(name);
  }

  #allNames(): ReadonlySet<string> {
    if (this.#names === undefined) {
      const names = new Set([...this.#types.names(), ...Object.keys(super.getTypeMap())]);
      if (!this.#mutation) names.delete('Mutation');
      if (!this.#subscription) names.delete('Subscription');
      this.#names = names;
    }
    return this.#names;
  }
}
