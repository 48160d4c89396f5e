import type { Database } from '../../database/database.ts';
import type { Plugin } from '../../kernel/plugin.ts';
import type { CatalogObject } from '../../metadata/catalog.ts';
import { rootFieldNames } from '../../metadata/naming.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import { BrokerCarrier } from './carrier/broker-carrier.ts';
import { brokerAt } from './carrier/broker-at.ts';
import { carryChanges } from './carrier/carry-changes.ts';
import { databaseCarrier, type Carrier } from './carrier/carrier.ts';
import { Hub } from './hub/hub.ts';
import { OpenSubscriptions } from './open-subscriptions.ts';
import { Presence } from './presence/presence.ts';
import { Signals } from './presence/signals.ts';
import { presenceTables } from './presence/tables.ts';
import { createRealtime, type Realtime } from './realtime.ts';
import { extendWithChanges, guardChanges } from './schema/fields.ts';
import { extendWithPresence } from './schema/presence-fields.ts';
import { isFollowed } from './schema/wishes.ts';
import { realtimeSettings, type RealtimeSettingsInput } from './settings.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    realtime: true;
  }
}

/** Milliseconds between pings to a connection that somebody is present by: one that is dead is found within twice that. */
const watching = 2_000;

/** Subscriptions to changes, the feed of changes for clients that poll, presence and signals. */
export function realtime(given: RealtimeSettingsInput = {}): Plugin {
  const settings = realtimeSettings.parse(given);
  let made: Realtime | undefined;
  let hub: Hub | undefined;
  let carrier: Carrier | undefined;
  let stopCarrying: () => Promise<void> = () => Promise.resolve();
  let watch: (connection: object) => () => void = () => () => undefined;
  let followed = new Map<string, CatalogObject>();
  const current = (): Realtime => {
    if (!made) throw new TypeError('The plugin realtime is not initialised.');
    return made;
  };
  return {
    name: 'realtime',
    version: '1.0.0',
    description: 'Tells subscribers what changes and who is there, as far as they may see it.',
    database: { tables: presenceTables },
    schema: {
      extend(schema) {
        followed = new Map([...schema.catalog.objects.values()].filter(isFollowed).flatMap((object) => [[rootFieldNames(object.names).changes, object], [rootFieldNames(object.names).live, object]] as const));
        extendWithChanges(schema, current);
        extendWithPresence(schema, current, (connection) => watch(connection));
      },
      guard: (field) => guardChanges(field, (name) => followed.get(name)),
    },
    lifecycle: {
      init({ services, events, log }) {
        const runtime = services.get('runtime');
        const { wakeUp } = settings;
        const database = (): Database => runtime.database;
        carrier = wakeUp === undefined ? databaseCarrier(database) : new BrokerCarrier(brokerAt(wakeUp), database, log);
        const options = { runtime, access: () => services.get('access'), settings, log, carrier };
        const addressOf = ({ request }: RequestContext): string | undefined => (services.find('clients')?.address(request) ?? request?.remoteAddress);
        hub = new Hub(options);
        made = createRealtime({ hub, presence: new Presence(options), signals: new Signals(options), settings, subscriptions: new OpenSubscriptions({ settings, addressOf }), limits: () => runtime.limits, access: options.access });
        watch = (connection) => services.find('sockets')?.watch(connection, watching) ?? (() => undefined);
        // Subscriptions are tied to the schema that they began with.
        events.on('platform:reloaded', () => {
          services.find('sockets')?.close(() => true, 4410, 'The definitions have changed');
          hub?.endAll();
          made?.presence.endAll();
          made?.signals.endAll();
        });
      },
      async start({ services }) {
        if (settings.wakeUp !== undefined && carrier) stopCarrying = await carryChanges(carrier, services.get('runtime').database);
        await hub?.start();
        await made?.presence.start();
        await made?.signals.start();
      },
      async stop() {
        await hub?.stop();
        await made?.presence.stop();
        await made?.signals.stop();
        await stopCarrying();
        await carrier?.close();
      },
    },
  };
}
