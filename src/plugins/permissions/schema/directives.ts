import { DirectiveLocation, GraphQLDirective, GraphQLList, GraphQLNonNull, GraphQLScalarType, GraphQLString } from 'graphql';
import type { RouterMode } from '../settings.ts';

const names = new GraphQLList(new GraphQLNonNull(GraphQLString));

export const permissionDirective = new GraphQLDirective({
  name: 'permission',
  description: 'Profiles, permission sets and roles that have a right; an empty list is nobody. Which records the right is for is decided beside. Enforced by this server.',
  locations: [DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.OBJECT],
  args: {
    read: { type: names, description: 'Who may read.' },
    create: { type: names, description: 'Who may create records; on types.' },
    edit: { type: names, description: 'Who may change; on fields of Mutation who may run them.' },
    delete: { type: names, description: 'Who may delete records; on types.' },
  },
});

const routerLocations = [DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.OBJECT, DirectiveLocation.INTERFACE, DirectiveLocation.SCALAR, DirectiveLocation.ENUM];
const alternatives = (name: string, description: string) => new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(new GraphQLScalarType({ name, description }))))));

/** As Apollo Federation defines them. */
const authenticated = new GraphQLDirective({ name: 'authenticated', description: 'For callers who are signed in.', locations: routerLocations });
const requiresScopes = new GraphQLDirective({
  name: 'requiresScopes', description: 'For callers who have all scopes of one of the lists.', locations: routerLocations,
  args: { scopes: { type: alternatives('federation__Scope', 'A scope of an access token.') } },
});
const policy = new GraphQLDirective({
  name: 'policy', description: 'For callers who meet all policies of one of the lists.', locations: routerLocations,
  args: { policies: { type: alternatives('federation__Policy', 'A policy that a router knows.') } },
});

const definitions: Readonly<Record<RouterMode, readonly GraphQLDirective[]>> = { none: [], authenticated: [authenticated], requiresScopes: [authenticated, requiresScopes], policy: [authenticated, policy] };

export const directivesOf = (mode: RouterMode): readonly GraphQLDirective[] => [permissionDirective, ...definitions[mode]];
