import { rightsOf } from '../../builder/views/rights.ts';
import type { Access } from '../../resolvers/access.ts';
import type { Caller } from '../../resolvers/caller.ts';
import { isOffered, offerOf } from './openapi/offer.ts';
import { apiPath, type Resource } from './resource.ts';

/** Where what is, for who asks: paths of the APIs, and the resources with what may be done to them. */
export function discovery(resources: ReadonlyMap<string, Resource>, { kind, userId, organizationId }: Caller, access: Access, { version, graphql, docs }: { readonly version: string; readonly graphql: string; readonly docs: boolean }): object {
  const rights = rightsOf(access);
  return {
    name: 'ObjectOS',
    version,
    caller: { kind, userId: userId ?? null, organizationId: organizationId ?? null },
    endpoints: { graphql, data: apiPath, openapi: '/api/openapi.json', ...(docs && { docs: '/api/docs' }), health: '/healthz', ready: '/readyz' },
    resources: [...resources.values()].flatMap((resource) => {
      const offer = offerOf(resource, rights);
      if (!isOffered(offer)) return [];
      const { batch, ...single } = offer;
      const { object } = resource;
      return [{ name: object.name, label: object.label, pluralLabel: object.pluralLabel, path: `${apiPath}/${resource.path}`, operations: Object.entries(single).flatMap(([name, offered]) => (offered ? [name] : [])), batch }];
    }),
  };
}
