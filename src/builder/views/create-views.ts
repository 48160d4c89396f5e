import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Catalog } from '../../metadata/catalog.ts';
import { systemAccess, type Access } from '../../resolvers/access.ts';
import { complete } from '../build-schema.ts';
import { filterSchema } from './filter-schema.ts';
import { ownersOf, showsTo, type Owners } from './shows.ts';

/** Views of one schema that are kept. */
const keptViews = 8;

/** The schema as introspection shows it to those with the same rights. A view is made when somebody first asks for it. */
export function createViews(schema: GraphQLSchema, catalog: Catalog): (access: Access) => GraphQLSchema {
  const views = new LRUCache<string, GraphQLSchema>({ max: keptViews });
  let owners: Owners | undefined;
  return (access) => {
    if (access === systemAccess) return schema;
    let view = views.get(access.fingerprint);
    if (!view) {
      view = filterSchema(complete(schema), showsTo(access, catalog, (owners ??= ownersOf(catalog))));
      views.set(access.fingerprint, view);
    }
    return view;
  };
}
