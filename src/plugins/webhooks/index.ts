import { parse, validate, type GraphQLSchema } from 'graphql';
import { ObjectosError } from '../../errors.ts';
import type { Plugin } from '../../kernel/plugin.ts';
import { environment } from '../../metadata/definitions/env-text.ts';
import { DefinitionError } from '../../metadata/diagnostic.ts';
import type { DefinitionInput } from '../../metadata/phase.ts';
import { ChangeFollower } from '../../resolvers/write/change-log/follower.ts';
import { readDefinitions, receiverKind, webhookKind, type Placed } from './definitions/read-definitions.ts';
import { incomingRules } from './definitions/incoming-rules.ts';
import { readReceiver } from './definitions/read-receiver.ts';
import { readWebhook } from './definitions/read-webhook.ts';
import { receive, type ReceiveTools } from './incoming/receive.ts';
import type { Receiver } from './incoming/receiver.ts';
import { createInterventions, type Interventions } from './interventions.ts';
import { deliveryObject, placeTable, secretObject, webhookObject, webhookTables } from './objects.ts';
import { addDeliveries, deliveriesOf } from './outgoing/add-deliveries.ts';
import { clean } from './outgoing/clean.ts';
import { deliverer } from './outgoing/deliver.ts';
import { recordRules } from './outgoing/record-rules.ts';
import { createSecrets } from './outgoing/secrets.ts';
import { createWebhooks } from './outgoing/webhooks.ts';
import { extendWithWebhooks } from './schema.ts';
import { webhooksSettings, type WebhooksSettingsInput } from './settings.ts';
import type { Webhook } from './webhook.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    webhooks: true;
  }
}

export interface WebhooksOptions extends WebhooksSettingsInput {
  /** Definitions given in code, beside those of files. */
  readonly definitions?: readonly DefinitionInput[] | undefined;
  readonly receivers?: readonly DefinitionInput[] | undefined;
}

/** Tells other systems of changes, and takes what they tell. */
export function webhooks({ definitions = [], receivers: givenReceivers = [], ...given }: WebhooksOptions = {}): Plugin {
  const settings = webhooksSettings.parse(given);
  const env = environment('webhooks.env', settings.env);
  /** What was read takes effect once the schema holds it: definitions that do not hold leave the last ones in place. */
  let read: { readonly webhooks: readonly Placed<Webhook>[]; readonly receivers: readonly Receiver[] } = { webhooks: [], receivers: [] };
  let defined: readonly Webhook[] = [];
  let receivers: readonly Receiver[] = [];
  let schema: GraphQLSchema | undefined;
  let interventions: Interventions | undefined;
  let tools: ReceiveTools | undefined;
  let follower: ChangeFollower | undefined;
  const values = (): readonly Webhook[] => defined;
  const started = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('The plugin webhooks is not initialised.');
    return value;
  };

  return {
    name: 'webhooks',
    version: '1.0.0',
    description: 'Tells other systems of changes, signed and with retries, and takes what they tell.',
    requires: ['jobs', 'users'],
    after: ['events'],
    metadata: {
      objects: [webhookObject, deliveryObject, secretObject],
      kinds: [webhookKind, receiverKind],
      check(catalog, _report, documents) {
        const outgoing = readDefinitions(webhookKind, documents, definitions, (reader) => readWebhook(reader, catalog, env));
        const found = readDefinitions(receiverKind, documents, givenReceivers, (reader) => readReceiver(reader, catalog, env, incomingRules(catalog, documents)));
        const paths = new Set<string>();
        const twice = found.filter(({ value: { path } }) => paths.size === paths.add(path).size);
        if (twice.length > 0) throw new DefinitionError(twice.map(({ value, problem }) => problem(['path'], `another receiver has the path "${value.path}"`)));
        read = { webhooks: outgoing, receivers: found.map(({ value }) => value) };
      },
    },
    database: { tables: webhookTables },
    schema: {
      extend: (extension) => extendWithWebhooks(extension, () => started(interventions)),
      check(built) {
        const problems = read.webhooks.flatMap(({ value, problem }) => validate(built, parse(value.query)).map(({ message }) => problem(['payload'], message)));
        if (problems.length > 0) throw new DefinitionError(problems);
        schema = built;
        defined = read.webhooks.map(({ value }) => value);
        ({ receivers } = read);
      },
    },
    mutation: recordRules(() => schema, values),
    server: {
      routes: [
        {
          method: 'POST',
          path: '/hooks/*',
          handle(node, response, { url }) {
            const receiver = receivers.find(({ path }) => url.pathname === `/hooks/${path}`);
            if (!receiver) throw new ObjectosError('NOT_FOUND', 'Nothing is received here.');
            return receive(receiver, node, response, url, started(tools));
          },
        },
      ],
    },
    lifecycle: {
      init({ services, events, log }) {
        const runtime = services.get('runtime');
        const jobs = services.get('jobs');
        const all = createWebhooks(runtime, values);
        const secrets = createSecrets(runtime, settings.rotationHours);
        interventions = createInterventions(runtime, jobs, all, secrets);
        tools = { runtime, services, events, log, maxBodyBytes: settings.maxBodyBytes };
        follower = new ChangeFollower({
          database: runtime.database,
          table: placeTable,
          log,
          objects: async () => [...new Set((await all.all()).map(({ object }) => object.name))],
          handle: async (changes) => void (await addDeliveries(deliveriesOf(changes, await all.all()), runtime, jobs)),
        });
        // What an endpoint does wrong is a part of the delivery; attempts of the job are for what goes wrong here, also when a process dies.
        jobs.register('webhooks.deliver', { queue: 'webhooks', attempts: 1_000, handler: deliverer({ runtime, services, events, jobs, webhooks: all, secrets, settings }) });
        jobs.register('webhooks.clean', { schedule: { cron: '23 * * * *' }, attempts: 1, priority: 'background', handler: () => clean(runtime, settings.keepDays) });
      },
      start: () => follower?.start(),
      stop: () => follower?.stop(),
    },
  };
}
