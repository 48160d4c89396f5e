import SchemaBuilder, {
  BuildCache, FieldRef, ObjectRef, InterfaceRef, InputObjectRef, EnumRef, ScalarRef, UnionRef,
  type PothosInputFieldConfig, type PothosInputFieldType, type PothosOutputFieldConfig, type PothosOutputFieldType, type PothosTypeConfig,
} from '@pothos/core';
import '@pothos/plugin-directives';
import type { GraphQLFieldResolver, GraphQLNamedType } from 'graphql';
import { StartupError } from '../errors.ts';
import type { RequestContext } from '../resolvers/request.ts';
import type { ScalarName } from '../metadata/field-type.ts';
import type { MakeGuard } from './guards.ts';
import './guards.ts';
import type { TypeRegistry } from './registry.ts';
import { aliasResolver } from './resolver.ts';
import { scalars } from './scalars.ts';
import type { AppliedDirective, EnumSpec, InputField, InputFields, ObjectSpec, OutputField, OutputFields, TypeSpec, TypeText } from './spec.ts';

interface BuilderTypes {
  readonly Context: RequestContext;
  readonly DefaultFieldNullability: true;
  readonly Scalars: Readonly<Record<Exclude<ScalarName, 'ID' | 'String' | 'Int' | 'Float' | 'Boolean'>, { readonly Input: unknown; readonly Output: unknown }>>;
}

/** The Pothos builder behind the schema, for plugins that add types of their own. */
export type Builder = PothosSchemaTypes.SchemaBuilder<PothosSchemaTypes.ExtendDefaultTypes<BuilderTypes>>;
type Types = PothosSchemaTypes.ExtendDefaultTypes<BuilderTypes>;

/** A generated object type in Pothos: `builder.objectField(ref('Account'), 'initials', (t) => t.string({ … }))`. */
export type GeneratedRef = ObjectRef<Types, Readonly<Record<string, unknown>>>;

type TypeRef = ObjectRef<Types, unknown> | InterfaceRef<Types, unknown> | InputObjectRef<Types, unknown> | EnumRef<Types, unknown> | ScalarRef<Types, unknown, unknown> | UnionRef<Types, unknown>;
type Fields = Map<string, PothosOutputFieldConfig<Types>> | Map<string, PothosInputFieldConfig<Types>>;

type FieldStore = (name: string, kind?: string) => Fields;

/** Where plugins take part in a type when it is first needed. */
export interface TypeHooks {
  /** Adds to the fields of a generated type and changes them. */
  fields(name: string, spec: ObjectSpec, fields: OutputFields): OutputFields;
  /** Adds to the entries of an input type. */
  inputFields(name: string, fields: InputFields): InputFields;
  /** Directives beside those that the type has. */
  directives(name: string, spec: ObjectSpec): readonly AppliedDirective[];
  readonly guard?: MakeGuard | undefined;
}

/**
 * Turns specs into Pothos types, one at a time and only when something refers to them: a schema of a thousand objects has some
 * forty thousand types, of which a server uses few. Field maps too are made when GraphQL first asks.
 */
export class PothosTypes {
  readonly builder: Builder;
  readonly #registry: TypeRegistry;
  readonly #hooks: TypeHooks;
  readonly #refs = new Map<string, TypeRef>();
  readonly #pending = new Map<string, TypeSpec>();
  readonly #texts = new Map<TypeText, PothosOutputFieldType<Types> & PothosInputFieldType<Types>>();
  readonly #stored: FieldStore;
  #cache: BuildCache<Types> | undefined;

  constructor(registry: TypeRegistry, hooks: TypeHooks) {
    // Plugins of Pothos see a field from the last to the first: guards find the directives settled.
    this.builder = new SchemaBuilder<BuilderTypes>({ plugins: ['guards', 'directives'], directives: { useGraphQLToolsUnorderedDirectives: true }, ...(hooks.guard && { guard: hooks.guard }) });
    this.#registry = registry;
    this.#hooks = hooks;
    this.#stored = this.builder.configStore.getFields.bind(this.builder.configStore) as FieldStore;
    this.#makeFieldsOnDemand();
    // Pothos finds scalars by name, and only those that exist.
    for (const { name } of scalars) this.ref(name);
  }

  /** The Pothos ref of a type, for use in `builder`. */
  ref(name: string): TypeRef {
    const known = this.#refs.get(name);
    if (known !== undefined) return known;
    const spec = this.#registry.make(name);
    const ref = this.#define(name, spec);
    this.#refs.set(name, ref);
    if (spec.kind !== 'enum' && spec.kind !== 'scalar' && spec.kind !== 'union') this.#pending.set(name, spec);
    return ref;
  }

  objectRef(name: string): GeneratedRef {
    const ref = this.ref(name);
    if (!(ref instanceof ObjectRef)) throw new StartupError(`The GraphQL type ${name} is not an object type; only those take fields from plugins.`);
    return ref as GeneratedRef;
  }

  /**
   * Ends declaring; from now on `type` answers. Throws where types or fields made with Pothos clash with generated ones. Returns
   * the types that plugins made or extended with Pothos.
   */
  seal(): readonly string[] {
    const store = this.builder.configStore;
    for (const name of store.typeConfigs.keys()) {
      if (this.#registry.has(name) && !this.#refs.has(name)) {
        throw new StartupError(`A plugin makes the GraphQL type ${name}, which ${this.#registry.owner(name)} has already. Give it another name.`);
      }
    }
    store.prepareForBuild();
    const extended = [...this.#pending.keys()].filter((name) => this.hasFields(name));
    for (const name of extended) store.getFields(name);
    this.#cache = new BuildCache<Types>(this.builder, {});
    this.#cache.plugin.beforeBuild();
    return [...extended, ...[...store.typeConfigs.keys()].filter((name) => !this.#registry.has(name))];
  }

  /** The finished GraphQL type, its fields still unmade. Undefined when no such type is declared. */
  type(name: string): GraphQLNamedType | undefined {
    const cache = this.#cache;
    if (cache === undefined) throw new Error('The schema is still being declared.');
    const built = cache.types.get(name);
    if (built !== undefined) return built;
    if (this.#registry.has(name)) this.ref(name);
    else if (!this.builder.configStore.hasImplementation(name)) return undefined;
    cache.buildTypeFromConfig(cache.getTypeConfig(name));
    return cache.types.get(name);
  }

  /** Whether a plugin added fields to this type through `builder`. */
  hasFields(name: string): boolean {
    return this.#stored(name).size > 0;
  }

  /** All type names, those that plugins declared on `builder` included. */
  *names(): Iterable<string> {
    yield* this.#registry.names();
    for (const name of this.builder.configStore.typeConfigs.keys()) if (!this.#registry.has(name)) yield name;
  }

  /** Pothos reads field maps when the build begins; here the map of a generated type joins in when it is first read. */
  #makeFieldsOnDemand(): void {
    const store = this.builder.configStore as unknown as { getFields: FieldStore };
    const stored = this.#stored;
    store.getFields = (name, kind) => {
      const spec = this.#pending.get(name);
      if (spec === undefined) return stored(name, kind);
      this.#pending.delete(name);
      const fields: Map<string, unknown> = stored(name, kind);
      const added = [...fields];
      fields.clear();
      for (const [fieldName, config] of this.#fieldsOf(name, spec)) fields.set(fieldName, config);
      for (const [fieldName, config] of added) {
        if (fields.has(fieldName)) {
          throw new StartupError(`A plugin adds the field ${name}.${fieldName}, which ${this.#registry.owner(name)} has already. Give it another name.`);
        }
        fields.set(fieldName, config);
      }
      return stored(name, kind);
    };
  }

  *#fieldsOf(name: string, spec: TypeSpec): Iterable<[string, unknown]> {
    const typeConfig: PothosTypeConfig = this.builder.configStore.getTypeConfig(name);
    if (spec.kind === 'input') {
      for (const [fieldName, field] of Object.entries(this.#hooks.inputFields(name, spec.fields()))) yield [fieldName, this.#inputField(fieldName, field, name, undefined)];
    } else if (spec.kind === 'object' || spec.kind === 'interface') {
      const fields = spec.kind === 'object' ? this.#hooks.fields(name, spec, spec.fields()) : spec.fields();
      for (const [fieldName, field] of Object.entries(fields)) yield [fieldName, this.outputField(field, fieldName, typeConfig)];
    }
  }

  /** A spec as a Pothos field, for `builder.objectField(type, name, () => types.field(spec))`. */
  field(field: OutputField): FieldRef<Types> {
    return new FieldRef<Types>('Object', (name, typeConfig) => this.outputField(field, name, typeConfig));
  }

  outputField(field: OutputField, name: string, typeConfig: PothosTypeConfig): PothosOutputFieldConfig<Types> {
    const args: Record<string, PothosInputFieldConfig<Types>> = {};
    for (const [argName, arg] of Object.entries(field.args ?? {})) args[argName] = this.#inputField(argName, arg, typeConfig.name, name);
    const kind = typeConfig.kind === 'Query' || typeConfig.kind === 'Mutation' || typeConfig.kind === 'Subscription' || typeConfig.kind === 'Interface' ? typeConfig.kind : 'Object';
    return {
      kind,
      graphqlKind: kind === 'Interface' ? 'Interface' : 'Object',
      parentType: typeConfig.name,
      name,
      type: this.#type(field.type),
      args,
      argMappers: noMappers,
      pothosOptions: noOptions,
      description: field.description,
      deprecationReason: field.deprecated,
      resolve: (field.resolve ?? aliasResolver) as GraphQLFieldResolver<unknown, object>,
      subscribe: field.subscribe as GraphQLFieldResolver<unknown, object> | undefined,
      extensions: extensionsOf(field.source, field.directives),
    } as unknown as PothosOutputFieldConfig<Types>;
  }

  #inputField(name: string, field: InputField, parentType: string, parentField: string | undefined): PothosInputFieldConfig<Types> {
    const kind = parentField === undefined ? 'InputObject' : 'Arg';
    return {
      kind,
      graphqlKind: kind,
      name,
      parentField,
      parentType,
      type: this.#type(field.type),
      defaultValue: field.defaultValue,
      description: field.description,
      deprecationReason: field.deprecated,
      pothosOptions: noOptions,
      extensions: extensionsOf(field.source, field.directives),
    } as unknown as PothosInputFieldConfig<Types>;
  }

  #type(text: TypeText): PothosOutputFieldType<Types> & PothosInputFieldType<Types> {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const required = text.endsWith('!');
    const inner = required ? text.slice(0, -1) : text;
    const nullability = { nullable: !required, required };
    const type = (
      inner.startsWith('[') ? { kind: 'List', type: this.#type(inner.slice(1, -1)), ...nullability } : { kind: 'Object', ref: this.#named(inner), ...nullability }
    ) as PothosOutputFieldType<Types> & PothosInputFieldType<Types>;
    this.#texts.set(text, type);
    return type;
  }

  /** Types that a plugin declared on `builder` go by their name. */
  #named(name: string): TypeRef | string {
    return !this.#registry.has(name) && this.builder.configStore.hasImplementation(name) ? name : this.ref(name);
  }

  #define(name: string, spec: TypeSpec): TypeRef {
    if (spec.kind === 'object') {
      const options = spec.description === undefined ? {} : { description: spec.description };
      if (spec.role === 'query') return this.builder.queryType(options);
      if (spec.role === 'mutation') return this.builder.mutationType(options);
      if (spec.role === 'subscription') return this.builder.subscriptionType(options);
    }
    const ref = makeRef(name, spec);
    const config = this.#config(name, spec);
    (ref as { updateConfig(config: PothosTypeConfig): void }).updateConfig(config);
    this.builder.configStore.addTypeRef(ref as ObjectRef<Types, unknown>);
    return ref;
  }

  #config(name: string, spec: TypeSpec): PothosTypeConfig {
    const common = { name, pothosOptions: noOptions };
    switch (spec.kind) {
      case 'object': {
        const directives = [...(spec.directives ?? []), ...this.#hooks.directives(name, spec)];
        const extensions = { ...extensionsOf(undefined, directives.length > 0 ? directives : undefined), ...(spec.role === 'record' && { objectosObject: spec.object }) };
        const interfaces = (spec.interfaces ?? []).map((each) => this.ref(each));
        return { ...common, kind: 'Object', graphqlKind: 'Object', description: spec.description, interfaces, extensions } as unknown as PothosTypeConfig;
      }
      case 'interface':
        return { ...common, kind: 'Interface', graphqlKind: 'Interface', description: spec.description, interfaces: (spec.interfaces ?? []).map((each) => this.ref(each)), resolveType: spec.resolveType } as unknown as PothosTypeConfig;
      case 'union':
        return { ...common, kind: 'Union', graphqlKind: 'Union', description: spec.description, types: spec.types.map((each) => this.ref(each)), resolveType: spec.resolveType } as unknown as PothosTypeConfig;
      case 'input':
        return { ...common, kind: 'InputObject', graphqlKind: 'InputObject', description: spec.description, isOneOf: spec.oneOf ?? false } as unknown as PothosTypeConfig;
      case 'enum':
        return { ...common, kind: 'Enum', graphqlKind: 'Enum', description: spec.description, values: enumValues(spec) } as unknown as PothosTypeConfig;
      case 'scalar':
        return { ...spec.scalar.toConfig(), ...common, kind: 'Scalar', graphqlKind: 'Scalar' } as unknown as PothosTypeConfig;
    }
  }
}

const noOptions = Object.freeze({});
const noMappers: never[] = [];

function makeRef(name: string, spec: TypeSpec): TypeRef {
  switch (spec.kind) {
    case 'object':
      return new ObjectRef<Types, unknown>(name);
    case 'interface':
      return new InterfaceRef<Types, unknown>(name);
    case 'union':
      return new UnionRef<Types, unknown>(name);
    case 'input':
      return new InputObjectRef<Types, unknown>(name);
    case 'enum':
      return new EnumRef<Types, unknown>(name);
    case 'scalar':
      return new ScalarRef<Types, unknown, unknown>(name);
  }
}

function extensionsOf(source: object | undefined, directives: readonly AppliedDirective[] | undefined): Record<string, unknown> | undefined {
  if (source === undefined && directives === undefined) return undefined;
  return { ...(source && { objectos: source }), ...(directives && { directives: byName(directives) }) };
}

/** The form that printers of applied directives read: `{ permission: [{ read: ["sales"] }] }`. */
function byName(directives: readonly AppliedDirective[]): Record<string, object[]> {
  const result: Record<string, object[]> = {};
  for (const { name, args = {} } of directives) (result[name] ??= []).push(args);
  return result;
}

function enumValues({ values }: EnumSpec): Record<string, object> {
  const result: Record<string, object> = {};
  for (const [name, { description, deprecated, stands }] of Object.entries(values)) {
    result[name] = { value: name, description, deprecationReason: deprecated, pothosOptions: noOptions, ...(stands !== undefined && { extensions: { objectos: stands } }) };
  }
  return result;
}
