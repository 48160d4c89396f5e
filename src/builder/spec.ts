import type { GraphQLFieldResolver, GraphQLScalarType, GraphQLTypeResolver } from 'graphql';
import type { RequestContext } from '../resolvers/request.ts';
import type { FieldSource, InputSource } from '../resolvers/source.ts';

/**
 * Types as plain data, close to how SDL reads. Types name each other (`[Account!]!`), so that none has to exist before another and
 * a type costs nothing before it is used.
 */
export type TypeSpec = ObjectSpec | InterfaceSpec | UnionSpec | InputSpec | EnumSpec | ScalarSpec;

/** An applied directive, printed in the schema: `{ name: 'semanticNonNull' }`. */
export interface AppliedDirective {
  readonly name: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** A type as SDL writes it: `ID!`, `[Account!]!`. */
export type TypeText = string;

export type Resolver = GraphQLFieldResolver<unknown, RequestContext>;

export interface OutputField {
  readonly type: TypeText;
  readonly description?: string | undefined;
  /** Reason; shown as `@deprecated`. */
  readonly deprecated?: string | undefined;
  readonly args?: InputFields | undefined;
  /** What the planner makes of it; a field without one has a resolver of its own. */
  readonly source?: FieldSource | undefined;
  /** Default: takes the value from the parent's JSON under the response key. */
  readonly resolve?: Resolver | undefined;
  /** Only for fields of Subscription. */
  readonly subscribe?: Resolver | undefined;
  readonly directives?: readonly AppliedDirective[] | undefined;
}

export interface InputField {
  readonly type: TypeText;
  readonly description?: string | undefined;
  readonly deprecated?: string | undefined;
  readonly defaultValue?: unknown;
  readonly source?: InputSource | undefined;
  readonly directives?: readonly AppliedDirective[] | undefined;
}

export type OutputFields = Readonly<Record<string, OutputField>>;
export type InputFields = Readonly<Record<string, InputField>>;

/** Names an object; `findObject` finds it. */
export const objectArgument: InputField = { type: 'String!', description: 'Type or machine name: `Account`, `account`.' };

/** What a generated object type is for; plugins use it to add fields to types of one kind. */
export type TypeRole =
  | 'query' | 'mutation' | 'subscription' | 'record' | 'connection' | 'edge' | 'aggregate' | 'measures' | 'group' | 'groupKey'
  | 'payload' | 'bulkPayload' | 'bulkRow' | 'embedded' | 'shared';

export interface ObjectSpec {
  readonly kind: 'object';
  readonly description?: string | undefined;
  readonly role: TypeRole;
  /** Machine name of the object that the type belongs to. */
  readonly object?: string | undefined;
  readonly interfaces?: readonly string[] | undefined;
  readonly directives?: readonly AppliedDirective[] | undefined;
  fields(): OutputFields;
}

export interface InterfaceSpec {
  readonly kind: 'interface';
  readonly description?: string | undefined;
  readonly interfaces?: readonly string[] | undefined;
  readonly resolveType: GraphQLTypeResolver<unknown, RequestContext>;
  fields(): OutputFields;
}

export interface UnionSpec {
  readonly kind: 'union';
  readonly description?: string | undefined;
  /** Names of its object types. */
  readonly types: readonly string[];
  readonly resolveType: GraphQLTypeResolver<unknown, RequestContext>;
}

export interface InputSpec {
  readonly kind: 'input';
  readonly description?: string | undefined;
  readonly oneOf?: boolean | undefined;
  fields(): InputFields;
}

export interface EnumValueSpec {
  readonly description?: string | undefined;
  readonly deprecated?: string | undefined;
  /** Machine name or stored value that it stands for. */
  readonly stands?: string | undefined;
}

export interface EnumSpec {
  readonly kind: 'enum';
  readonly description?: string | undefined;
  readonly values: Readonly<Record<string, EnumValueSpec>>;
}

export interface ScalarSpec {
  readonly kind: 'scalar';
  readonly scalar: GraphQLScalarType;
}
