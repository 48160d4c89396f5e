import { isInputObjectType, isObjectType, type GraphQLDirective, type GraphQLSchema } from 'graphql';
import { StartupError } from '../errors.ts';
import type { Plugin } from '../kernel/plugin.ts';
import type { Catalog } from '../metadata/catalog.ts';
import { declareAggregates } from './aggregates.ts';
import { createApi, type Api, type ApiObject, type RootResolvers } from './api.ts';
import { listArguments } from './arguments.ts';
import { directives } from './directives.ts';
import type { GuardedField, MakeGuard } from './guards.ts';
import { declareInputs } from './inputs.ts';
import { declareKeys } from './keys.ts';
import { LazySchema } from './lazy-schema.ts';
import { declarePayloads, mutationFields, writesOf } from './mutation.ts';
import { declareMetadata } from './metadata.ts';
import type { GeneratedType, SchemaExtension, SchemaPhase } from './phase.ts';
import { PothosTypes } from './pothos.ts';
import { queryFields } from './query.ts';
import { declareRecordTypes } from './record-types.ts';
import { recordField } from './record-field.ts';
import { TypeRegistry } from './registry.ts';
import { declareSharedTypes } from './shared-types.ts';
import type { InputField, InputFields, ObjectSpec, OutputField, OutputFields } from './spec.ts';
import { declareWhere } from './where.ts';

export interface BuildSchemaOptions {
  readonly catalog: Catalog;
  /** In start order; their `schema` phases take part. */
  readonly plugins: readonly Plugin[];
  readonly resolvers: RootResolvers;
}

/**
 * Builds the GraphQL schema of a catalog. Types are made when they are first used; `complete(schema)` gives an ordinary schema
 * with everything made, for printing and validation.
 */
export function buildSchema({ catalog, plugins, resolvers }: BuildSchemaOptions): LazySchema {
  const registry = new TypeRegistry();
  const api = createApi(catalog, registry, resolvers);
  const phases = plugins.flatMap((plugin): readonly NamedPhase[] => (plugin.schema === undefined ? [] : [{ plugin: plugin.name, phase: plugin.schema }]));

  declareSharedTypes(registry);
  declareMetadata(api);
  for (const self of api.objects.values()) {
    declareRecordTypes(api, self);
    declareWhere(api, self);
    declareKeys(api, self);
    declareAggregates(api, self);
    declareInputs(api, self);
    declarePayloads(api, self);
  }
  const additions: Additions = new Map();
  const inputAdditions: InputAdditions = new Map();
  const types = new PothosTypes(registry, {
    fields: (name, spec, fields) => withPlugins(api, phases, additions, name, spec, fields),
    inputFields: (name, fields) => withInputs(api, inputAdditions, name, fields),
    directives: (name, { role, object }) => phases.flatMap(({ phase }) => phase.type?.({ name, role, object }, catalog) ?? []),
    guard: guardOf(phases),
  });
  declareRoots(api, types);
  for (const { plugin, phase } of phases) phase.extend?.(extension(api, types, { additions, inputAdditions }, plugin));
  const ofPothos = types.seal();
  // A field that two parties declare must stop the start, not the first query that meets it.
  for (const name of [...additions.keys(), ...inputAdditions.keys()]) makeFields(types, name);
  for (const name of typesOfHooks(api, phases)) makeFields(types, name);
  // The same holds for what guards refuse.
  if (phases.some(({ phase }) => phase.guard)) for (const name of [...registry.namesOf('plugin '), ...ofPothos]) makeFields(types, name);
  const has = (root: string): boolean => additions.has(root) || types.hasFields(root);
  return new LazySchema({
    types,
    mutation: [...api.objects.values()].some((self) => writesOf(api, self).length > 0) || has('Mutation'),
    subscription: has('Subscription'),
    directives: [...directives, ...pluginDirectives(phases)],
  });
}

interface NamedPhase {
  readonly plugin: string;
  readonly phase: SchemaPhase;
}
type Additions = Map<string, { readonly plugin: string; readonly fields: OutputFields }[]>;
type InputAdditions = Map<string, { readonly plugin: string; readonly fields: InputFields }[]>;

function guardOf(phases: readonly NamedPhase[]): MakeGuard | undefined {
  const makers = phases.flatMap(({ phase }) => (phase.guard ? [(field: GuardedField) => phase.guard?.(field)] : []));
  if (makers.length === 0) return undefined;
  return (field) => {
    const guards = makers.flatMap((make) => make(field) ?? []);
    if (guards.length === 0) return undefined;
    return {
      check(context, info) {
        for (const guard of guards) guard.check(context, info);
      },
      shows: (access) => guards.every((guard) => guard.shows?.(access) ?? true),
    };
  };
}

function declareRoots({ registry, ...api }: Api, types: PothosTypes): void {
  const full = { registry, ...api };
  const root = (name: string, role: 'query' | 'mutation' | 'subscription', description: string, fields: () => OutputFields): void => {
    registry.declare(name, 'the platform', () => ({ kind: 'object', role, description, fields }));
    types.ref(name);
  };
  root('Query', 'query', 'Everything that can be read.', () => queryFields(full));
  root('Mutation', 'mutation', 'Everything that can be changed.', () => mutationFields(full));
  root('Subscription', 'subscription', 'Everything that can be followed as it happens.', () => ({}));
}

function pluginDirectives(phases: readonly NamedPhase[]): readonly GraphQLDirective[] {
  const owners = new Map(directives.map((directive) => [directive.name, 'the platform']));
  return phases.flatMap(({ plugin, phase }) =>
    (phase.directives ?? []).map((directive) => {
      const other = owners.get(directive.name);
      if (other !== undefined) throw new StartupError(`The directive @${directive.name} is declared twice, by ${other} and by plugin ${plugin}. Rename one of them.`);
      owners.set(directive.name, `plugin ${plugin}`);
      return directive;
    }),
  );
}

function extension(api: Api, types: PothosTypes, { additions, inputAdditions }: { readonly additions: Additions; readonly inputAdditions: InputAdditions }, plugin: string): SchemaExtension {
  const ownerOf = (part: string | undefined): string => (part === undefined ? plugin : `${plugin} (${part})`);
  const apiObject = (object: string, what: string): ApiObject => {
    const self = api.objects.get(object);
    if (self === undefined) throw new StartupError(`Plugin ${plugin} adds ${what} the object ${object}, which does not exist or has no API.`);
    return self;
  };
  const addFields: SchemaExtension['addFields'] = (type, fields, part) => {
    if (!api.registry.has(type)) throw new StartupError(`Plugin ${plugin} adds fields to the type ${type}, which does not exist.`);
    // What the read and the write path carry out is resolved like generated fields.
    const resolved = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, { ...resolverFor(field, api), ...field }]));
    additions.set(type, [...(additions.get(type) ?? []), { plugin: ownerOf(part), fields: resolved }]);
  };
  return {
    catalog: api.catalog,
    builder: types.builder,
    ref: (type) => types.objectRef(type),
    addType: (name, type, part) => api.registry.declare(name, `plugin ${ownerOf(part)}`, () => type),
    hasType: (name) => api.registry.has(name),
    addFields,
    addInputFields(type, fields) {
      if (!api.registry.has(type)) throw new StartupError(`Plugin ${plugin} adds entries to the input ${type}, which does not exist.`);
      inputAdditions.set(type, [...(inputAdditions.get(type) ?? []), { plugin, fields }]);
    },
    addRecordField: ({ object, name, ...options }) => {
      const self = apiObject(object, `the field ${name} to`);
      for (const need of options.needs ?? []) {
        if (!self.object.fields.has(need)) throw new StartupError(`The field ${object}.${name} of plugin ${plugin} needs the field ${need}, which ${object} does not have.`);
      }
      addFields(self.type.type, { [name]: recordField(options) });
    },
    addLinkedField: ({ type, name, description, object, field, many, key, part }) => {
      const target = apiObject(object, `the field ${type}.${name}, which leads to`);
      const [of, args] = many ? [target.type.connection, listArguments(target)] : [target.type.type, undefined];
      addFields(type, { [name]: { type: of, description, args, source: { kind: 'linked', object, field, many }, resolve: api.resolvers.linked(key) } }, part);
    },
  };
}

function resolverFor({ source }: OutputField, { resolvers }: Api): Pick<OutputField, 'resolve'> {
  switch (source?.kind) {
    case 'mutation': return { resolve: resolvers.mutation };
    case 'entities': case 'lookup': return { resolve: resolvers.query };
    default: return {};
  }
}

/** Lets plugins add to the fields of a type, then lets each see every field. */
function withPlugins(api: Api, phases: readonly NamedPhase[], additions: Additions, name: string, spec: ObjectSpec, own: OutputFields): OutputFields {
  const type: GeneratedType = { name, role: spec.role, object: spec.object };
  const fields: Record<string, OutputField> = { ...own };
  const owners = new Map<string, string>();
  const add = (plugin: string, added: OutputFields): void => {
    for (const [fieldName, field] of Object.entries(added)) {
      if (fieldName in fields) {
        const other = owners.get(fieldName) ?? api.registry.owner(name);
        throw new StartupError(`The field ${name}.${fieldName} is declared twice, by ${other} and by plugin ${plugin}. Rename one of them.`);
      }
      fields[fieldName] = field;
      owners.set(fieldName, `plugin ${plugin}`);
    }
  };
  for (const { plugin, fields: added } of additions.get(name) ?? []) add(plugin, added);
  for (const { plugin, phase } of phases) add(plugin, phase.fields?.(type, api.catalog) ?? {});

  const watchers = phases.flatMap(({ phase }) => (phase.field === undefined ? [] : [phase]));
  if (watchers.length === 0) return fields;
  const object = spec.object === undefined ? undefined : api.catalog.objects.get(spec.object);
  for (const [fieldName, field] of Object.entries(fields)) {
    const catalogField = field.source?.kind === 'field' || field.source?.kind === 'measure' ? object?.fields.get(field.source.field) : undefined;
    fields[fieldName] = watchers.reduce((current, phase) => phase.field?.(current, { type, name: fieldName, catalogField }) ?? current, field);
  }
  return fields;
}

/** Entries that plugins add to an input type. */
function withInputs({ registry }: Api, additions: InputAdditions, name: string, own: InputFields): InputFields {
  const fields: Record<string, InputField> = { ...own };
  for (const { plugin, fields: added } of additions.get(name) ?? []) {
    for (const [fieldName, field] of Object.entries(added)) {
      if (fieldName in fields) throw new StartupError(`The entry ${name}.${fieldName} is declared twice, by ${registry.owner(name)} and by plugin ${plugin}. Rename one of them.`);
      fields[fieldName] = field;
    }
  }
  return fields;
}

/** Generated types to which `fields` hooks add something. */
function* typesOfHooks({ registry, catalog }: Api, phases: readonly NamedPhase[]): Iterable<string> {
  const hooks = phases.flatMap(({ phase }) => (phase.fields === undefined ? [] : [phase]));
  if (hooks.length === 0) return;
  for (const name of registry.names()) {
    const spec = registry.make(name);
    if (spec.kind !== 'object') continue;
    const type: GeneratedType = { name, role: spec.role, object: spec.object };
    if (hooks.some((phase) => Object.keys(phase.fields?.(type, catalog) ?? {}).length > 0)) yield name;
  }
}

function makeFields(types: PothosTypes, name: string): void {
  const type = types.type(name);
  if (isObjectType(type) || isInputObjectType(type)) type.getFields();
}

/** The schema with every type and field made. */
export function complete(schema: GraphQLSchema): GraphQLSchema {
  return schema instanceof LazySchema ? schema.complete() : schema;
}
