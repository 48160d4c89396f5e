import { DirectiveLocation, GraphQLDirective, specifiedDirectives } from 'graphql';

/** Directives of every schema; plugins add their own in the `schema` phase. */
export const directives: readonly GraphQLDirective[] = [
  ...specifiedDirectives,
  new GraphQLDirective({
    name: 'semanticNonNull',
    description: 'The value is always there; it is null only together with an error, for example when the caller may not read it.',
    locations: [DirectiveLocation.FIELD_DEFINITION],
  }),
  new GraphQLDirective({
    name: 'atomic',
    description: 'All root fields of the mutation are one transaction: the first that fails undoes the others.',
    locations: [DirectiveLocation.MUTATION],
  }),
];

export const semanticNonNull = [{ name: 'semanticNonNull' }] as const;
