import type { GraphQLField, GraphQLResolveInfo } from 'graphql';
import type { Resolver } from '../../../builder/spec.ts';
import type { StitchedRemote } from './stitch.ts';

/** What a resolver of the library is told: the schema that it made, in the place of the whole. */
export function infoFor({ schema }: StitchedRemote, type: string, { name, type: returnType }: GraphQLField<unknown, unknown>, info: GraphQLResolveInfo): GraphQLResolveInfo {
  const parentType = schema.getType(type) as GraphQLResolveInfo['parentType'];
  return { ...info, schema, parentType, fieldName: name, returnType };
}

/** The resolver of a field of the stitched schema, for the same field here. */
export function resolverOf(stitched: StitchedRemote, type: string, field: GraphQLField<unknown, unknown>): Resolver {
  const { resolve } = field;
  if (!resolve) throw new Error(`${type}.${field.name} has no resolver.`);
  return (parent, args, context, info) => resolve(parent, args, context, infoFor(stitched, type, field, info));
}
