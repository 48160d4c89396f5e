import { getDocumentNodeFromSchema } from '@graphql-tools/utils';
import {
  isObjectType, Kind, parse, parseConstValue, visit,
  type ASTNode, type ConstDirectiveNode, type DefinitionNode, type DocumentNode, type FieldDefinitionNode, type GraphQLObjectType, type GraphQLSchema, type InputValueDefinitionNode,
  type NamedTypeNode, type ObjectTypeDefinitionNode, type SchemaExtensionNode, type TypeNode,
} from 'graphql';
import { complete } from '../../builder/build-schema.ts';
import { printDefinitions } from '../../builder/print-schema.ts';
import { StartupError } from '../../errors.ts';
import type { Catalog, CatalogObject } from '../../metadata/catalog.ts';
import { objectTypeNames } from '../../metadata/naming.ts';
import { nearest } from '../../metadata/nearest.ts';
import { entityKeys, federationOfField, federationOfObject, providedFields, type ProvidedField } from './definition.ts';
import { requiredFields } from './external.ts';
import { foreignReferences, type ForeignReference } from './foreign-entities.ts';
import type { FederationSettings } from './settings.ts';

/** The newest version that the composition of both Apollo and The Guild takes. */
const federationLink = 'https://specs.apollo.dev/federation/v2.9';
const permissionLink = 'https://objectos.example/permission/v1.0';
/** Known to routers by the link; their definitions are left to it. */
const routerDirectives: ReadonlySet<string> = new Set(['authenticated', 'requiresScopes', 'policy']);
/** Mean something to clients of this server only, or are not known to composition; what they say is enforced here in any case. */
const ownDirectives: ReadonlySet<string> = new Set(['semanticNonNull', 'atomic', 'oneOf', 'merge']);
/** Root fields that other gateways or this one's router ask. */
const forGateways: ReadonlySet<string> = new Set(['_entities', '_service', '_sdl']);
const roots: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

/** The schema as a subgraph of Federation 2: what clients see, without the fields for gateways, with the directives that composition reads. */
export function printSubgraph(schema: GraphQLSchema, catalog: Catalog, { leaveOut }: Pick<FederationSettings, 'leaveOut'>): string {
  checkLeaveOut(schema, leaveOut);
  const types = new SubgraphTypes(schema, catalog);
  const left = new Set(leaveOut);
  const definitions = getDocumentNodeFromSchema(complete(schema)).definitions
    .filter((node) => node.kind !== Kind.SCHEMA_DEFINITION && !isForGateways(node))
    .map((node) => (node.kind === Kind.OBJECT_TYPE_DEFINITION ? types.annotated(withoutFields(node, left)) : node))
    .filter((node) => !(node.kind === Kind.OBJECT_TYPE_DEFINITION && node.fields?.length === 0));
  const cleaned = withoutOwnDirectives({ kind: Kind.DOCUMENT, definitions: reachable(definitions).map((node) => types.hidden(node)) });
  return printDefinitions([links(cleaned), ...cleaned.definitions]);
}

/** Stops where a setting names a root field that does not exist. */
export function checkLeaveOut(schema: GraphQLSchema, leaveOut: readonly string[]): void {
  for (const coordinate of leaveOut) {
    const [root = '', name = ''] = coordinate.split('.');
    const type = schema.getType(root);
    const fields = isObjectType(type) ? Object.keys(type.getFields()) : [];
    if (fields.includes(name)) continue;
    const near = nearest(name, fields);
    throw new StartupError(`federation.leaveOut names ${coordinate}, which does not exist.${near === undefined ? '' : ` Did you mean ${root}.${near}?`}`);
  }
}

/** Adds the directives of composition to object types and their fields. */
class SubgraphTypes {
  readonly #objects: ReadonlyMap<string, CatalogObject>;
  /** Types that belong to one object, and so to this subgraph. */
  readonly #owned = new Set<string>();
  readonly #references: readonly ForeignReference[];
  readonly #required: (object: CatalogObject) => ReadonlyMap<string, readonly string[]>;
  /** Types of inaccessible objects. */
  readonly #inaccessible = new Set<string>();

  constructor(schema: GraphQLSchema, catalog: Catalog) {
    this.#required = (object) => requiredFields(object, schema.getType(object.names.type) as GraphQLObjectType, catalog);
    this.#objects = new Map([...catalog.objects.values()].map((object) => [object.names.type, object]));
    for (const object of catalog.objects.values()) {
      for (const name of Object.values(objectTypeNames(object.names.type))) {
        this.#owned.add(name);
        if (federationOfObject(object).inaccessible === true) this.#inaccessible.add(name);
      }
    }
    this.#references = foreignReferences(catalog.objects.values());
  }

  annotated(node: ObjectTypeDefinitionNode): ObjectTypeDefinitionNode {
    const name = node.name.value;
    if (roots.has(name)) return node;
    const paths = this.#references.filter(({ entity }) => entity.type === name);
    if (paths[0]) return foreignType(node, paths[0].entity.key, paths.flatMap(({ entity }) => providedFields(entity)));
    const object = this.#objects.get(name);
    if (object) return this.#record(node, object);
    // Subgraphs made by the platform have the same value types, and answer them alike.
    return this.#owned.has(name) ? node : withDirectives(node, [directive('shareable')]);
  }

  /** Marks the types of inaccessible objects, and whatever leads to them. */
  hidden(node: DefinitionNode): DefinitionNode {
    if (this.#inaccessible.size === 0) return node;
    const mark = <T extends ASTNode & { readonly directives?: readonly ConstDirectiveNode[] }>(part: T): T => withDirectives(part, [directive('inaccessible')]);
    if ('name' in node && node.name && this.#inaccessible.has(node.name.value)) return mark(node as ObjectTypeDefinitionNode);
    const leadsThere = ({ type }: FieldDefinitionNode | InputValueDefinitionNode): boolean => this.#inaccessible.has(namedTypeOf(type));
    return visit(node, {
      FieldDefinition: { leave: (field) => (leadsThere(field) ? mark(field) : undefined) },
      InputValueDefinition: { leave: (input) => (leadsThere(input) ? mark(input) : undefined) },
    });
  }

  #record(node: ObjectTypeDefinitionNode, object: CatalogObject): ObjectTypeDefinitionNode {
    const { interfaceObject, tags = [] } = federationOfObject(object);
    const keys = entityKeys(object).map(({ fields }) => directive('key', { fields: fields.map((field) => object.fields.get(field)?.graphqlName ?? field).join(' ') }));
    const added = [...keys, ...(interfaceObject === true ? [directive('interfaceObject')] : []), ...tags.map(tag)];
    const fields = new Map([...object.fields.values()].map((field) => [field.graphqlName, federationOfField(field)]));
    const requires = this.#required(object);
    const needed = new Set([...requires.values()].flat());
    const required = new Set([...object.fields.values()].flatMap((field) => (field.required ? [field.graphqlName] : [])));
    const shown = node.fields?.flatMap((field) => {
      const name = field.name.value;
      const federation = fields.get(name);
      // Composition refuses external fields that nothing needs.
      if (federation?.external === true) return needed.has(name) ? [externalField(field, required.has(name))] : [];
      const reference = this.#references.find((each) => each.object === object && each.name === name);
      const provides = reference && providedFields(reference.entity).map((provided) => provided.name);
      return [needing(this.#field(field, federation), { requires: requires.get(name), provides })];
    });
    return withDirectives({ ...node, fields: shown ?? [] }, added);
  }

  #field(node: FieldDefinitionNode, federation: ReturnType<typeof federationOfField> | undefined): FieldDefinitionNode {
    if (!federation) return node;
    const { shareable, override, inaccessible, tags = [] } = federation;
    const moved = override === undefined ? [] : [directive('override', typeof override === 'string' ? { from: override } : { ...override })];
    return withDirectives(node, [...(shareable === true ? [directive('shareable')] : []), ...moved, ...(inaccessible === true ? [directive('inaccessible')] : []), ...tags.map(tag)]);
  }
}

/** A type with the key, and the fields that are provided where one leads to it. */
function foreignType(node: ObjectTypeDefinitionNode, key: string, provided: readonly ProvidedField[]): ObjectTypeDefinitionNode {
  const fields = node.fields?.map((field) => {
    const name = field.name.value;
    return name === key ? field : externalField(field, provided.some((each) => each.name === name && each.required));
  });
  return withDirectives({ ...node, fields: fields ?? [] }, [directive('key', { fields: key, resolvable: false })]);
}

/** Of the type that it has there; here it may be null. What else is to be said of it, its own subgraph says. */
function externalField(node: FieldDefinitionNode, required: boolean): FieldDefinitionNode {
  const type = required && node.type.kind !== Kind.NON_NULL_TYPE ? { kind: Kind.NON_NULL_TYPE, type: node.type } as const : node.type;
  return { ...node, type, directives: [directive('external')] };
}

function needing(node: FieldDefinitionNode, lists: Readonly<Record<'requires' | 'provides', readonly string[] | undefined>>): FieldDefinitionNode {
  return withDirectives(node, Object.entries(lists).flatMap(([name, fields = []]) => (fields.length > 0 ? [directive(name, { fields: fields.join(' ') })] : [])));
}

function namedTypeOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedTypeOf(type.type);
}

const tag = (name: string): ConstDirectiveNode => directive('tag', { name });

function directive(name: string, args: Readonly<Record<string, unknown>> = {}): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: name },
    arguments: Object.entries(args).map(([arg, value]) => ({ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: arg }, value: parseConstValue(JSON.stringify(value)) })),
  };
}

function withDirectives<T extends { readonly directives?: readonly ConstDirectiveNode[] }>(node: T, added: readonly ConstDirectiveNode[]): T {
  return added.length === 0 ? node : { ...node, directives: [...(node.directives ?? []), ...added] };
}

function isForGateways(node: DefinitionNode): boolean {
  if (node.kind === Kind.DIRECTIVE_DEFINITION) return routerDirectives.has(node.name.value) || ownDirectives.has(node.name.value);
  const name = 'name' in node ? node.name?.value ?? '' : '';
  return ['_Any', '_Entity', '_Service'].includes(name) || name.startsWith('federation__');
}

function withoutFields(node: ObjectTypeDefinitionNode, left: ReadonlySet<string>): ObjectTypeDefinitionNode {
  const type = node.name.value;
  if (!roots.has(type)) return node;
  return { ...node, fields: node.fields?.filter(({ name: { value } }) => !forGateways.has(value) && !left.has(`${type}.${value}`)) ?? [] };
}

function withoutOwnDirectives(document: DocumentNode): DocumentNode {
  return visit(document, { Directive: ({ name }) => (ownDirectives.has(name.value) ? null : undefined) });
}

/** What root fields and entities lead to; the rest is of no use to a supergraph. */
function reachable(definitions: readonly DefinitionNode[]): DefinitionNode[] {
  const named = new Map(definitions.flatMap((node) => (node.kind !== Kind.DIRECTIVE_DEFINITION && 'name' in node && node.name ? [[node.name.value, node] as const] : [])));
  const seen = new Set<string>();
  const follow = (node: ASTNode): void => {
    visit(node, {
      NamedType({ name: { value } }: NamedTypeNode) {
        const target = named.get(value);
        if (seen.has(value) || !target) return;
        seen.add(value);
        follow(target);
      },
    });
  };
  for (const node of definitions) {
    const isEntity = node.kind === Kind.OBJECT_TYPE_DEFINITION && (node.directives?.some(({ name }) => name.value === 'key') ?? false);
    if (node.kind === Kind.DIRECTIVE_DEFINITION) follow(node);
    else if ('name' in node && node.name && (roots.has(node.name.value) || isEntity)) {
      seen.add(node.name.value);
      follow(node);
    }
  }
  return definitions.filter((node) => node.kind === Kind.DIRECTIVE_DEFINITION || ('name' in node && node.name !== undefined && seen.has(node.name.value)));
}

const composed = ['key', 'external', 'requires', 'provides', 'shareable', 'inaccessible', 'tag', 'override', 'interfaceObject', ...routerDirectives];

/** The specifications that the document uses, and `@permission`, which survives composition. */
function links(document: DocumentNode): SchemaExtensionNode {
  const used = new Set<string>();
  visit(document, { Directive: ({ name }) => void used.add(name.value) });
  const hasPermission = document.definitions.some((node) => node.kind === Kind.DIRECTIVE_DEFINITION && node.name.value === 'permission');
  const imports = [...composed.filter((name) => used.has(name)), ...(hasPermission ? ['composeDirective'] : [])].map((name) => `"@${name}"`);
  const permission = hasPermission ? ` @link(url: "${permissionLink}", import: ["@permission"]) @composeDirective(name: "@permission")` : '';
  const { definitions: [extension] } = parse(`extend schema @link(url: "${federationLink}", import: [${imports.join(', ')}])${permission}`);
  return extension as SchemaExtensionNode;
}
