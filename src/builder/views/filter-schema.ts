import {
  getNamedType, GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLUnionType,
  isEnumType, isInputObjectType, isInterfaceType, isIntrospectionType, isListType, isNonNullType, isObjectType, isRequiredArgument, isRequiredInputField, isUnionType,
  type GraphQLArgument, type GraphQLEnumValue, type GraphQLField, type GraphQLInputField, type GraphQLNamedType, type GraphQLType,
} from 'graphql';
import type { Shows } from './shows.ts';

/** A schema as somebody is shown it, for introspection only: it has no resolvers. What leads nowhere goes with what it led to. */
export function filterSchema(schema: GraphQLSchema, shows: Shows): GraphQLSchema {
  const members = shownMembers(schema, shows);
  const made = new Map<string, GraphQLNamedType>();

  const named = (type: GraphQLNamedType): GraphQLNamedType => {
    let copy = made.get(type.name);
    if (!copy) {
      copy = copyOf(type);
      made.set(type.name, copy);
    }
    return copy;
  };
  // The copy of a type is of the same kind.
  const wrapped = <T extends GraphQLType>(type: T): T => {
    if (isNonNullType(type)) return new GraphQLNonNull(wrapped(type.ofType)) as unknown as T;
    if (isListType(type)) return new GraphQLList(wrapped(type.ofType)) as unknown as T;
    return named(type as GraphQLNamedType) as T;
  };
  const all = <T extends GraphQLNamedType>(types: readonly T[]): T[] => types.filter(({ name }) => members.has(name)).map((type) => named(type) as T);
  const outputs = (type: GraphQLObjectType | GraphQLInterfaceType) => () =>
    byName(fieldsOf<GraphQLField<unknown, unknown>>(members, type.name), ({ type: of, description, deprecationReason, args }: GraphQLField<unknown, unknown>) => ({
      type: wrapped(of), description, deprecationReason, args: byName(args.filter((arg) => isShown(members, arg)), inputOf),
    }));
  const inputOf = ({ type, description, deprecationReason, defaultValue }: GraphQLArgument | GraphQLInputField) => ({ type: wrapped(type), description, deprecationReason, defaultValue });

  const copyOf = (type: GraphQLNamedType): GraphQLNamedType => {
    const { name, description } = type;
    if (isObjectType(type)) return new GraphQLObjectType({ name, description, interfaces: () => all(type.getInterfaces()), fields: outputs(type) });
    if (isInterfaceType(type)) return new GraphQLInterfaceType({ name, description, interfaces: () => all(type.getInterfaces()), fields: outputs(type) });
    if (isUnionType(type)) return new GraphQLUnionType({ name, description, types: () => all(type.getTypes()) });
    if (isInputObjectType(type)) return new GraphQLInputObjectType({ name, description, isOneOf: type.isOneOf, fields: () => byName(fieldsOf<GraphQLInputField>(members, name), inputOf) });
    if (isEnumType(type)) return new GraphQLEnumType({ name, description, values: byName(fieldsOf<GraphQLEnumValue>(members, name), (value) => ({ description: value.description, deprecationReason: value.deprecationReason })) });
    return type;
  };

  const root = (type: GraphQLObjectType | null | undefined) => (type && members.has(type.name) ? (named(type) as GraphQLObjectType) : null);
  return new GraphQLSchema({
    query: root(schema.getQueryType()),
    mutation: root(schema.getMutationType()),
    subscription: root(schema.getSubscriptionType()),
    // Only an interface may lead to them.
    types: all(Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && type.getInterfaces().some(({ name }) => members.has(name)))),
    directives: schema.getDirectives(),
    description: schema.description,
    assumeValid: true,
  });
}

type Member = GraphQLField<unknown, unknown> | GraphQLInputField | GraphQLEnumValue;
/** Shown types by name, with what is shown of them. */
type Members = Map<string, readonly Member[]>;

function shownMembers(schema: GraphQLSchema, shows: Shows): Members {
  const members: Members = new Map();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isIntrospectionType(type) && shows.type(type.name)) members.set(type.name, membersOf(type, shows));
  }
  // Taking one away may leave others with nothing.
  for (let changed = true; changed; ) {
    changed = false;
    for (const [name, before] of members) {
      const after = before.filter((member) => isUsable(members, member));
      if (after.length === before.length && !isEmpty(schema, members, name, before, after)) continue;
      changed = true;
      if (isEmpty(schema, members, name, before, after)) members.delete(name);
      else members.set(name, after);
    }
  }
  return members;
}

function membersOf(type: GraphQLNamedType, shows: Shows): readonly Member[] {
  if (isObjectType(type) || isInterfaceType(type)) return Object.values(type.getFields()).filter((field) => shows.field(type.name, field));
  if (isInputObjectType(type)) return Object.values(type.getFields()).filter((field) => shows.input(type.name, field));
  return isEnumType(type) ? type.getValues().filter((value) => shows.value(type.name, value)) : [];
}

/** Nothing is left but what leads back to the type itself, or what must be given cannot be. */
function isEmpty(schema: GraphQLSchema, members: Members, name: string, before: readonly Member[], after: readonly Member[]): boolean {
  const type = schema.getType(name);
  if (isUnionType(type)) return !type.getTypes().some(({ name: member }) => members.has(member));
  if (!type || !('getFields' in type || 'getValues' in type)) return false;
  if (after.every((member) => 'type' in member && getNamedType(member.type).name === name)) return true;
  return isInputObjectType(type) && before.length !== after.length && before.some((member) => 'defaultValue' in member && isRequiredInputField(member as GraphQLInputField) && !after.includes(member));
}

function isUsable(members: Members, member: Member): boolean {
  if (!('type' in member)) return true;
  return isShown(members, member) && (!('args' in member) || member.args.every((arg) => !isRequiredArgument(arg) || isShown(members, arg)));
}

function isShown(members: Members, { type }: { readonly type: GraphQLType }): boolean {
  return members.has(getNamedType(type).name);
}

function fieldsOf<T extends Member>(members: Members, name: string): readonly T[] {
  return (members.get(name) ?? []) as readonly T[];
}

function byName<T extends { readonly name: string }, R>(items: readonly T[], make: (item: T) => R): Record<string, R> {
  return Object.fromEntries(items.map((item) => [item.name, make(item)]));
}
