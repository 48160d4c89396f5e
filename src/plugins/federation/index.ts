import type { GraphQLSchema } from 'graphql';
import type { Plugin } from '../../kernel/plugin.ts';
import type { PluginServices } from '../../kernel/lifecycle.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import { checkFederation } from './check.ts';
import { fieldKeys, objectKeys } from './definition.ts';
import { computedExternal, typeOfField } from './external.ts';
import { checkLeaveOut, printSubgraph } from './print-subgraph.ts';
import { callerOfRouter, isRouter } from './router-caller.ts';
import { extendWithSubgraph } from './schema.ts';
import { federationSettings, type FederationSettingsInput } from './settings.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    federation: true;
  }
}

export interface FederationPluginOptions {
  readonly mode: 'development' | 'production' | 'test';
  readonly federation?: FederationSettingsInput | undefined;
}

/** Makes the API a subgraph of Federation 2: entities for gateways, SDL for composition, callers whom a router names. */
export function federation({ mode, federation: given }: FederationPluginOptions): Plugin {
  const settings = federationSettings.parse(given ?? {});
  const printed = new WeakMap<GraphQLSchema, string>();
  let services: PluginServices | undefined;

  const isOpen = settings.sdl === 'public' || (settings.sdl === 'development' && mode !== 'production');
  const mayRead = (context: RequestContext): boolean => {
    const { request } = context;
    return isOpen || context.caller.kind === 'system' || (request !== undefined && isRouter(request, settings.router));
  };

  return {
    name: 'federation',
    version: '1.0.0',
    description: 'Makes the API a subgraph of a supergraph (Federation 2).',
    requires: ['users'],
    metadata: { objectKeys, fieldKeys, typeOf: typeOfField, check: checkFederation },
    read: { computed: computedExternal },
    schema: {
      extend(schema) {
        extendWithSubgraph(schema, {
          mayRead,
          sdl(complete) {
            let sdl = printed.get(complete);
            if (sdl === undefined) {
              sdl = printSubgraph(complete, schema.catalog, settings);
              printed.set(complete, sdl);
            }
            return sdl;
          },
        });
      },
    },
    server: {
      authenticate: (request) => callerOfRouter(request, settings.router, services),
    },
    lifecycle: {
      init(context) {
        services = context.services;
      },
      start(context) {
        checkLeaveOut(context.services.get('runtime').schema, settings.leaveOut);
      },
    },
  };
}

/** Whether an app is a subgraph. */
export const isSubgraph = (plugins: readonly Plugin[]): boolean => plugins.some(({ name }) => name === 'federation');

export { printSubgraph } from './print-subgraph.ts';
