import type { Plugin } from '../../kernel/plugin.ts';
import type { CatalogObject } from '../../metadata/catalog.ts';
import { rootFieldNames } from '../../metadata/naming.ts';
import { Hub } from './hub/hub.ts';
import { createRealtime, type Realtime } from './realtime.ts';
import { extendWithChanges, guardChanges } from './schema/fields.ts';
import { isFollowed } from './schema/wishes.ts';
import { realtimeSettings, type RealtimeSettingsInput } from './settings.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    realtime: true;
  }
}

/** Subscriptions to changes, and the feed of changes for clients that poll. */
export function realtime(given: RealtimeSettingsInput = {}): Plugin {
  const settings = realtimeSettings.parse(given);
  let hub: Hub | undefined;
  let made: Realtime | undefined;
  let followed = new Map<string, CatalogObject>();
  const current = (): Realtime => {
    if (!made) throw new TypeError('The plugin realtime is not initialised.');
    return made;
  };
  return {
    name: 'realtime',
    version: '1.0.0',
    description: 'Tells subscribers what changes, as far as they may see it.',
    schema: {
      extend(schema) {
        followed = new Map([...schema.catalog.objects.values()].filter(isFollowed).map((object) => [rootFieldNames(object.names).changes, object]));
        extendWithChanges(schema, current);
      },
      guard: (field) => guardChanges(field, (name) => followed.get(name)),
    },
    lifecycle: {
      init({ services, events, log }) {
        const runtime = services.get('runtime');
        hub = new Hub({ runtime, access: () => services.get('access'), settings, log });
        made = createRealtime(hub, settings, () => runtime.limits);
        // Subscriptions are tied to the schema that they began with.
        events.on('platform:reloaded', () => {
          services.find('sockets')?.close(() => true, 4410, 'The definitions have changed');
          hub?.endAll();
        });
      },
      start: () => hub?.start(),
      stop: () => hub?.stop(),
    },
  };
}
