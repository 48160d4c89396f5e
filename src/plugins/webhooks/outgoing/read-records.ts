import type { Catalog } from '../../../metadata/catalog.ts';
import type { Database } from '../../../database/database.ts';
import { recordQuery, wholeSelection } from '../selection.ts';
import { usualRetry, type Trigger, type Webhook } from '../webhook.ts';

interface WebhookRow {
  readonly id: string;
  readonly name: string;
  readonly object: string;
  readonly triggers: readonly Trigger[];
  readonly url: string;
  readonly payload: string | null;
  readonly run_as: string | null;
  readonly since: string;
}

/** Webhooks that are records and active, as far as their object is still there. */
export async function readRecords(database: Database, catalog: Catalog, name?: string): Promise<readonly Webhook[]> {
  const { rows } = await database.query<WebhookRow>({
    text: `SELECT "id", "name", "object", "triggers", "url", "payload", "run_as", "created_at" AS "since" FROM "sys_webhook" WHERE "active" IS NOT FALSE AND ($1::text IS NULL OR "name" = $1)`,
    values: [name ?? null],
  });
  return rows.flatMap((row) => webhookOf(row, catalog) ?? []);
}

function webhookOf({ id, name, object: objectName, triggers, url, payload, run_as: person, since }: WebhookRow, catalog: Catalog): Webhook | undefined {
  const object = catalog.objects.get(objectName);
  if (!object || person === null) return undefined;
  return {
    name, id, object, triggers: new Set(triggers), url: () => url, method: 'POST', headers: new Map(), ...recordQuery(object, payload ?? wholeSelection(object)), body: undefined,
    includeSession: false, runAs: { kind: 'person', id: person }, retry: usualRetry, timeoutMs: 30_000, secret: undefined, since: new Date(since),
  };
}
