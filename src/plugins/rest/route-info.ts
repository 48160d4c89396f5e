import type { Plugin } from '../../kernel/plugin.ts';

type Route = NonNullable<NonNullable<Plugin['server']>['routes']>[number];

/** What the server tells a route of its request. */
export type RouteInfo = Parameters<Route['handle']>[2];
