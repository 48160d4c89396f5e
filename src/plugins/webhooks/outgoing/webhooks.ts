import type { Runtime } from '../../../resolvers/runtime.ts';
import type { Webhook } from '../webhook.ts';
import { readRecords } from './read-records.ts';

/** All webhooks of the moment: those of definitions, and those that are records. */
export interface Webhooks {
  all(): Promise<readonly Webhook[]>;
  named(name: string): Promise<Webhook | undefined>;
}

/** A definition hides a record of the same name. */
export function createWebhooks(runtime: Runtime, defined: () => readonly Webhook[]): Webhooks {
  return {
    async all() {
      const names = new Set(defined().map(({ name }) => name));
      return [...defined(), ...(await readRecords(runtime.database, runtime.catalog)).filter(({ name }) => !names.has(name))];
    },
    async named(name) {
      return defined().find((webhook) => webhook.name === name) ?? (await readRecords(runtime.database, runtime.catalog, name))[0];
    },
  };
}
