import { GraphQLError, GraphQLScalarType, valueFromASTUntyped, type GraphQLSchema } from 'graphql';
import type { SchemaExtension } from '../../builder/phase.ts';
import { typeOfRow } from '../../builder/resolver.ts';
import { ObjectosError } from '../../errors.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import { entityKeys } from './definition.ts';
import { extendWithForeignEntities } from './foreign-entities.ts';

/** As the specification of subgraphs names it: an object with `__typename` and the fields of a key. */
const representation = new GraphQLScalarType({
  name: '_Any',
  description: 'A record as a gateway names it: its type and the fields of a key.',
  parseValue: checked,
  parseLiteral: (node, variables) => checked(valueFromASTUntyped(node, variables)),
});

function checked(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && typeof (value as { readonly __typename?: unknown }).__typename === 'string') return value;
  throw new GraphQLError('A representation must be an object with __typename.');
}

export interface ServiceField {
  /** Of the schema that answers. */
  readonly sdl: (schema: GraphQLSchema) => string;
  /** Whether who asks may have the SDL. */
  readonly mayRead: (context: RequestContext) => boolean;
}

/** `_entities`, `_service`, and the entities of other subgraphs. */
export function extendWithSubgraph(schema: SchemaExtension, { sdl, mayRead }: ServiceField): void {
  const { catalog, addType, addFields } = schema;
  extendWithForeignEntities(schema);
  addType('_Service', { kind: 'object', role: 'shared', description: 'What a gateway asks a subgraph about itself.', fields: () => ({ sdl: { type: 'String!', description: 'The subgraph as SDL.', resolve: (_parent, _args, _context, info) => sdl(info.schema) } }) });
  addFields('Query', {
    _service: {
      type: '_Service!',
      description: 'For gateways.',
      resolve(_parent, _args, context) {
        if (mayRead(context)) return {};
        throw new ObjectosError('FORBIDDEN', 'The SDL is for the router. Print it with "objectos subgraph print".');
      },
    },
  });
  const entities = [...catalog.objects.values()].filter((object) => entityKeys(object).length > 0);
  if (entities.length === 0) return;
  addType('_Any', { kind: 'scalar', scalar: representation });
  addType('_Entity', { kind: 'union', description: 'A record that other subgraphs refer to.', types: entities.map(({ names }) => names.type), resolveType: typeOfRow });
  addFields('Query', {
    _entities: {
      type: '[_Entity]!',
      description: 'For gateways: the records that representations name, in their order; null where there is none that the caller may read.',
      args: { representations: { type: '[_Any!]!' } },
      source: { kind: 'entities', keys: new Map(entities.map((object) => [object.name, entityKeys(object)])) },
    },
  });
}
