import { DirectiveLocation, GraphQLDirective, GraphQLNonNull, GraphQLString } from 'graphql';
import type { SchemaExtension } from '../../../builder/phase.ts';
import { printSchema } from '../../../builder/print-schema.ts';
import type { OutputField } from '../../../builder/spec.ts';
import { ObjectosError } from '../../../errors.ts';
import type { CatalogField, CatalogKey, CatalogObject } from '../../../metadata/catalog.ts';
import { compoundKeyTypeName } from '../../../metadata/naming.ts';
import type { RequestContext } from '../../../resolvers/request.ts';

/** As stitching directives define it, with the arguments that are used here. */
export const mergeDirective = new GraphQLDirective({
  name: 'merge',
  description: 'Stitching gateways find records of other services here, by this field of theirs.',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: { keyField: { type: new GraphQLNonNull(GraphQLString) }, argsExpr: { type: GraphQLString } },
});

/** A root field for each key, and the schema as text. */
export function addOwnLookups({ catalog, addFields, hasType }: SchemaExtension, mayRead: (context: RequestContext) => boolean): void {
  const objects = [...catalog.objects.values()].filter(({ methods }) => methods.has('get'));
  const lookups = objects.flatMap((object) => object.keys.flatMap((key) => lookupField(object, key, hasType)));
  addFields('Query', {
    ...Object.fromEntries(lookups),
    _sdl: {
      type: 'String!',
      description: 'For gateways: the schema as text.',
      resolve(_parent, _args, context, info) {
        if (mayRead(context)) return printSchema(info.schema);
        throw new ObjectosError('FORBIDDEN', 'The schema is not told here. Print it with "objectos schema print".');
      },
    },
  });
}

function lookupField(object: CatalogObject, key: CatalogKey, hasType: (name: string) => boolean): readonly (readonly [string, OutputField])[] {
  const fields = key.fields.flatMap((name) => object.fields.get(name) ?? []);
  const type = fields.some(({ internal }) => internal) ? undefined : keyType(object, key, fields);
  if (type === undefined || (fields.length > 1 && !hasType(type))) return [];
  const parts = fields.map(({ graphqlName }) => graphqlName);
  // A gateway reads the fields as a selection, so that several fit; how they become an argument is told then.
  const args = { keyField: parts.join(' '), ...(parts.length > 1 && { argsExpr: `keys: [[{ ${parts.map((part) => `${part}: $key.${part}`).join(', ')} }]]` }) };
  return [
    [
      `${object.names.many}By${key.name.charAt(0).toUpperCase()}${key.name.slice(1)}`,
      {
        type: `[${object.names.type}]!`,
        description: `${object.pluralLabel} with these values, in their order; null where there is none that the caller may read.`,
        args: { keys: { type: `[${type}!]!` } },
        directives: [{ name: mergeDirective.name, args }],
        source: { kind: 'lookup', object: object.name, key: key.name },
      },
    ],
  ];
}

/** The type of a value of a key, where it has a plain one. */
function keyType({ names }: CatalogObject, { name }: CatalogKey, [first, ...others]: readonly CatalogField[]): string | undefined {
  if (others.length > 0) return compoundKeyTypeName(names.type, name);
  const face = first?.type.graphql(first);
  return face?.kind === 'scalar' && face.list !== true ? face.scalar : undefined;
}
