import { DirectiveLocation, GraphQLDirective, GraphQLNonNull, GraphQLString } from 'graphql';
import type { SchemaExtension } from '../../../builder/phase.ts';
import { printSchema } from '../../../builder/print-schema.ts';
import type { OutputField } from '../../../builder/spec.ts';
import { ObjectosError } from '../../../errors.ts';
import type { CatalogKey, CatalogObject } from '../../../metadata/catalog.ts';
import type { RequestContext } from '../../../resolvers/request.ts';

/** As stitching directives define it, with the arguments that are used here. */
export const mergeDirective = new GraphQLDirective({
  name: 'merge',
  description: 'Stitching gateways find records of other services here, by this field of theirs.',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: { keyField: { type: new GraphQLNonNull(GraphQLString) } },
});

/** A root field for each key of one field, and the schema as text. */
export function addOwnLookups({ catalog, addFields }: SchemaExtension, mayRead: (context: RequestContext) => boolean): void {
  const lookups = [...catalog.objects.values()].flatMap((object) => (object.methods.has('get') ? object.keys.flatMap((key) => lookupField(object, key)) : []));
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

function lookupField(object: CatalogObject, { name: key, fields: [only = '', ...others] }: CatalogKey): readonly (readonly [string, OutputField])[] {
  const field = object.fields.get(only);
  const face = field?.type.graphql(field);
  if (!field || field.internal || others.length > 0 || face?.kind !== 'scalar' || face.list === true) return [];
  const name = `${object.names.many}By${field.graphqlName.charAt(0).toUpperCase()}${field.graphqlName.slice(1)}`;
  return [
    [
      name,
      {
        type: `[${object.names.type}]!`,
        description: `${object.pluralLabel} with these values, in their order; null where there is none that the caller may read.`,
        args: { keys: { type: `[${face.scalar}!]!` } },
        directives: [{ name: mergeDirective.name, args: { keyField: field.graphqlName } }],
        source: { kind: 'lookup', object: object.name, key },
      },
    ],
  ];
}
