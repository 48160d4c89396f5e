import { ObjectosError } from '../../errors.ts';
import type { Plugin } from '../../kernel/plugin.ts';
import type { Catalog } from '../../metadata/catalog.ts';
import { environment } from '../../metadata/definitions/env-text.ts';
import { systemAccess } from '../../resolvers/access.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import { isRemoteRoot } from '../../resolvers/source.ts';
import { fieldKeys, remoteKind } from './definition.ts';
import { Poll } from './poll.ts';
import { readRemotes, type Remote } from './read-remotes.ts';
import { copyTable } from './remote/schema-copy.ts';
import { extendWithRemotes } from './schema/extend.ts';
import { addOwnLookups, mergeDirective } from './schema/own-lookups.ts';
import { stitchingSettings, type StitchingSettingsInput } from './settings.ts';
import { Sources } from './sources.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    stitching: true;
  }
}

export interface StitchingOptions extends StitchingSettingsInput {
  readonly mode?: 'development' | 'production' | 'test' | undefined;
}

const sourcesOf = new WeakMap<Plugin, Sources>();

/** Makes remote GraphQL services part of the API, and the API a service for stitching gateways. */
export function stitching({ mode = 'development', ...given }: StitchingOptions = {}): Plugin {
  const { env: variables, lookups, sdl } = stitchingSettings.parse(given);
  const env = environment('stitching.env', variables);
  const mayReadSdl = ({ caller }: RequestContext): boolean => sdl === 'public' || mode !== 'production' || caller.kind === 'system';
  const sources = new Sources();
  let poll: Poll | undefined;

  const plugin: Plugin = {
    name: 'stitching',
    version: '1.0.0',
    description: 'Makes remote GraphQL services part of the API, with lookups from records to them and back.',
    metadata: {
      kinds: [remoteKind],
      fieldKeys,
      check: (catalog, report, documents) => sources.read(catalog, readRemotes(catalog, report, documents, env)),
    },
    database: { tables: [copyTable] },
    schema: {
      directives: lookups ? [mergeDirective] : [],
      prepare: ({ catalog, directory, database, log }) => sources.load(catalog, { directory, database, log }),
      extend(schema) {
        const stitched = sources.of(schema.catalog).flatMap((source) => source.stitched() ?? []);
        extendWithRemotes(schema, stitched, sources.remotes(schema.catalog).references);
        if (lookups) addOwnLookups(schema, mayReadSdl);
      },
      guard: ({ remote, directives, type, name }) => {
        // Rights on it are declared: who has none of them is refused there.
        if (!remote || directives['permission'] !== undefined || !isRemoteRoot(remote)) return undefined;
        return {
          check({ access }) {
            if (access !== systemAccess) throw new ObjectosError('FORBIDDEN', `You may not use ${type}.${name}: nothing here gives rights on remote services.`);
          },
          shows: (access) => access === systemAccess,
        };
      },
    },
    lifecycle: {
      start({ services, events }) {
        const runtime = services.get('runtime');
        const { rebuild } = services.get('schemas');
        const polling = new Poll({ sources, catalog: () => runtime.catalog, database: runtime.database, rebuild });
        poll = polling;
        polling.start();
        events.on('platform:reloaded', () => polling.start());
      },
      stop: () => poll?.stop(),
    },
  };
  sourcesOf.set(plugin, sources);
  return plugin;
}

/** The remote services that an app's definitions name; undefined without the plugin. */
export function remotesOf(plugins: readonly Plugin[], catalog: Catalog): readonly Remote[] | undefined {
  const plugin = plugins.find(({ name }) => name === 'stitching');
  return plugin && sourcesOf.get(plugin)?.remotes(catalog).remotes;
}

export { fetchSdl } from './remote/fetch-schema.ts';
export { storedPath } from './remote/stored-schema.ts';
