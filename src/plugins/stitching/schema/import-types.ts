import {
  getNamedType, isEnumType, isInputObjectType, isInterfaceType, isObjectType, isScalarType, isSpecifiedScalarType, isUnionType,
  type GraphQLArgument, type GraphQLField, type GraphQLInputField, type GraphQLInterfaceType, type GraphQLNamedType, type GraphQLObjectType, type GraphQLSchema,
} from 'graphql';
import { scalars } from '../../../builder/scalars.ts';
import type { InputField, InputFields, OutputField, OutputFields, TypeSpec } from '../../../builder/spec.ts';
import { names } from '../definition.ts';
import { resolverOf } from './resolve.ts';
import type { StitchedRemote } from './stitch.ts';

const ownScalars: ReadonlySet<string> = new Set(scalars.map(({ name }) => name));

/** Scalars that this API has already are taken to be the same. */
export const isShared = (type: GraphQLNamedType): boolean => isSpecifiedScalarType(type) || (isScalarType(type) && ownScalars.has(type.name));

/** Types that fields lead to, with what implements or is a member of them. Roots are not among them. */
export function reachableTypes(schema: GraphQLSchema, start: readonly GraphQLField<unknown, unknown>[], shows: Shows): readonly GraphQLNamedType[] {
  const found = new Set<GraphQLNamedType>();
  const follow = (type: GraphQLNamedType): void => {
    if (found.has(type) || isShared(type)) return;
    found.add(type);
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of shownFields(schema, type, shows)) ofField(field);
      type.getInterfaces().forEach(follow);
    }
    if (isInterfaceType(type)) schema.getPossibleTypes(type).forEach(follow);
    if (isUnionType(type)) type.getTypes().forEach(follow);
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) follow(getNamedType(field.type));
  };
  const ofField = ({ type, args }: GraphQLField<unknown, unknown>): void => {
    follow(getNamedType(type));
    for (const arg of args) follow(getNamedType(arg.type));
  };
  start.forEach(ofField);
  return [...found];
}

/** Whether a field of a type is taken over. */
export type Shows = (type: string, field: string) => boolean;

export const showsOf = ({ remote: { except, fields } }: StitchedRemote): Shows => (type, field) => !names(except, type, field) && fields[type]?.[field] === undefined;

/** An interface has what all its types have. */
function shownFields(schema: GraphQLSchema, type: GraphQLObjectType | GraphQLInterfaceType, shows: Shows): readonly GraphQLField<unknown, unknown>[] {
  const bearers = isInterfaceType(type) ? [type, ...schema.getPossibleTypes(type)] : [type];
  return Object.values(type.getFields()).filter(({ name }) => bearers.every((bearer) => shows(bearer.name, name)));
}

/** A type of a remote service as a declaration of this API. */
export function specOf(stitched: StitchedRemote, type: GraphQLNamedType): TypeSpec {
  const { schema, remote: { name: remote } } = stitched;
  const description = type.description ?? undefined;
  const shows = showsOf(stitched);
  if (isScalarType(type)) return { kind: 'scalar', scalar: type };
  if (isEnumType(type)) return { kind: 'enum', description, values: Object.fromEntries(type.getValues().map((value) => [value.name, { description: value.description ?? undefined, deprecated: value.deprecationReason ?? undefined }])) };
  if (isUnionType(type)) return { kind: 'union', description, types: type.getTypes().map(({ name }) => name), resolveType: typeNameOf };
  if (isInputObjectType(type)) return { kind: 'input', description, oneOf: type.isOneOf, fields: () => inputsOf(Object.values(type.getFields())) };
  const fields = (): OutputFields => Object.fromEntries(shownFields(schema, type, shows).map((field) => [field.name, { ...outputOf(field), ...(isObjectType(type) && { source: { kind: 'custom', needs: [], remote: { remote, coordinate: `${type.name}.${field.name}` } }, resolve: resolverOf(stitched, type.name, field) }) }]));
  const interfaces = type.getInterfaces().map(({ name }) => name);
  return isInterfaceType(type) ? { kind: 'interface', description, interfaces, resolveType: typeNameOf, fields } : { kind: 'object', role: 'shared', description, interfaces, fields };
}

const typeNameOf = (value: unknown): string => (value as { readonly __typename: string }).__typename;

export const outputOf = ({ type, description, deprecationReason, args }: GraphQLField<unknown, unknown>): OutputField => ({
  type: String(type), description: description ?? undefined, deprecated: deprecationReason ?? undefined, args: inputsOf(args),
});

function inputsOf(inputs: readonly (GraphQLArgument | GraphQLInputField)[]): InputFields {
  return Object.fromEntries(inputs.map(({ name, type, description, deprecationReason, defaultValue }): [string, InputField] => [name, { type: String(type), description: description ?? undefined, deprecated: deprecationReason ?? undefined, defaultValue }]));
}
