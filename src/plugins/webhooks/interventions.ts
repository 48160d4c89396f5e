import { validate as isUuid } from 'uuid';
import { ObjectosError } from '../../errors.ts';
import type { JobService } from '../../kernel/jobs.ts';
import { webhookSecretProblem } from '../../kernel/webhook-signature.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import type { Runtime } from '../../resolvers/runtime.ts';
import { deliveryObject } from './objects.ts';
import { addDeliveries } from './outgoing/add-deliveries.ts';
import { startNext } from './outgoing/deliver.ts';
import type { Secrets } from './outgoing/secrets.ts';
import type { Webhooks } from './outgoing/webhooks.ts';
import type { Webhook } from './webhook.ts';

/** What people do by hand. */
export interface Interventions {
  redeliver(id: string): Promise<string>;
  cancel(id: string): Promise<string>;
  trigger(name: string, record: string, context: RequestContext): Promise<string>;
  rotate(name: string, secret: string | undefined): Promise<string>;
}

interface Row {
  readonly id: string;
  readonly webhook: string;
  readonly record: string;
}

const table = String(deliveryObject['name']);

export function createInterventions(runtime: Runtime, jobs: JobService, webhooks: Webhooks, secrets: Secrets): Interventions {
  const { database } = runtime;
  const query = async <R>(text: string, values: readonly unknown[]) => (await database.query<R>({ text, values })).rows;
  const change = (id: string, statuses: string, wanted: string, input: Readonly<Record<string, unknown>>, then: (row: Row) => Promise<unknown>): Promise<string> =>
    database.transaction(async () => {
      const [row] = isUuid(id) ? await query<Row>(`SELECT "id", "webhook", "record" FROM "${table}" WHERE "id" = $1 AND "status" IN ${statuses} FOR UPDATE`, [id]) : [];
      if (!row) throw new ObjectosError('CONFLICT', `There is no delivery ${id} that ${wanted}.`);
      await runtime.writer.write({ object: table, options: {}, operation: 'update', id, input }, runtime.systemContext());
      await then(row);
      return id;
    });
  const need = async (name: string): Promise<Webhook> => {
    const webhook = await webhooks.named(name);
    if (!webhook) throw new ObjectosError('NOT_FOUND', `There is no active webhook "${name}".`);
    return webhook;
  };

  return {
    redeliver: (id) =>
      change(id, `('failed', 'skipped', 'cancelled', 'delivered')`, 'is over', { status: 'PENDING', attempts: 0, error: null, finishedAt: null, nextAttemptAt: null, job: null }, () => jobs.enqueue('webhooks.deliver', { delivery: id, attempt: 0 })),
    cancel: (id) => change(id, `('pending', 'retrying')`, 'is not over', { status: 'CANCELLED', finishedAt: new Date().toISOString(), nextAttemptAt: null }, (row) => startNext(row, query, jobs)),
    async trigger(name, record, context) {
      const webhook = await need(name);
      if (!webhook.triggers.has('api')) throw new ObjectosError('BAD_REQUEST', `The webhook "${name}" is not sent by hand: it has no trigger api.`);
      const { data } = await runtime.execute({ query: `query ($id: ID!) { record: ${webhook.object.names.one}(id: $id) { id } }`, variables: { id: record } }, context);
      if (!data?.['record']) throw new ObjectosError('NOT_FOUND', `There is no ${webhook.object.label} ${record}.`);
      const { userId: actor, organizationId: organization } = context.caller;
      const [id = ''] = await database.transaction(() => addDeliveries([{ webhook, trigger: 'api', record, happenedAt: context.now.toISOString(), actor, organization }], runtime, jobs));
      return id;
    },
    async rotate(name, secret) {
      const webhook = await need(name);
      if (webhook.secret) throw new ObjectosError('BAD_REQUEST', `The definition of the webhook "${name}" names its secret.`);
      const problem = secret === undefined ? undefined : webhookSecretProblem(secret);
      if (problem !== undefined) throw new ObjectosError('BAD_REQUEST', `The secret cannot sign: ${problem}.`);
      return secrets.rotate(name, secret);
    },
  };
}
