import type { GraphQLSchema } from 'graphql';
import { rightsOf } from '../../../builder/views/rights.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import type { Resource } from '../resource.ts';
import { isOffered, offerOf } from './offer.ts';
import { pathsOf } from './paths.ts';
import { hiddenSchema, problemSchema, schemasOf } from './schemas.ts';
import { described, ref, type JsonSchema, type RelatedRecord } from './types.ts';

export interface DocumentOptions {
  readonly version: string;
  readonly related?: RelatedRecord;
}

/** The OpenAPI document of what callers with these rights may use. */
export function openapiDocument(schema: GraphQLSchema, resources: ReadonlyMap<string, Resource>, { caller, access }: Pick<RequestContext, 'caller' | 'access'>, { version, related = ref }: DocumentOptions): JsonSchema {
  const rights = rightsOf(access);
  const offered = [...resources.values()].map((resource) => ({ resource, offer: offerOf(resource, rights) })).filter(({ offer }) => isOffered(offer));
  const paths: Record<string, JsonSchema> = {};
  const schemas: Record<string, JsonSchema> = { Problem: problemSchema, HiddenField: hiddenSchema };
  for (const { resource, offer } of offered) {
    Object.assign(paths, pathsOf(schema, resource, offer, rights));
    Object.assign(schemas, schemasOf(schema, resource, offer, resources, access, rights, related));
  }
  return {
    openapi: '3.1.0',
    info: { title: 'ObjectOS', version, description: `Records of the business objects, under the rights of who asks. The same data and the same rules as the GraphQL API.${caller.kind === 'anonymous' ? ' This is what nobody in particular may use: authorize with a token (of `signIn`, or an API key) for what you may.' : ''}` },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, {}],
    tags: offered.map(({ resource: { path, object } }) => described({ name: path }, object.description ?? object.pluralLabel)),
    paths,
    components: {
      schemas,
      responses: { Problem: { description: 'The request is refused.', content: { 'application/problem+json': { schema: ref('Problem') } } } },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
  };
}
