import { createWebhookSecret } from '../../../kernel/webhook-signature.ts';
import { unseal } from '../../../metadata/sealing.ts';
import type { Runtime } from '../../../resolvers/runtime.ts';
import { secretObject } from '../objects.ts';
import type { Webhook } from '../webhook.ts';

/** What messages of webhooks are signed with. */
export interface Secrets {
  /** Newest first; one is made for a webhook that has none. */
  of(webhook: Webhook): Promise<readonly string[]>;
  /** Puts another in the place of the one that is kept, which stays valid for a while. Answers it. */
  rotate(name: string, given?: string): Promise<string>;
}

interface SecretRow {
  readonly id: string;
  readonly secret: string;
  readonly former: string | null;
  readonly former_until: string | null;
}

const table = String(secretObject['name']);

export function createSecrets(runtime: Runtime, rotationHours: number): Secrets {
  const { database } = runtime;
  const find = async (name: string): Promise<SecretRow | undefined> => {
    const { rows } = await database.query<SecretRow>({ text: `SELECT "id", "secret", "former", "former_until" FROM "${table}" WHERE "webhook" = $1`, values: [name] });
    return rows[0];
  };
  const open = (row: SecretRow): readonly string[] => {
    const former = row.former !== null && row.former_until !== null && new Date(row.former_until) > new Date() ? [unseal(row.former, `${table}.former`)] : [];
    return [unseal(row.secret, `${table}.secret`), ...former];
  };
  /** One after the other, so that two processes do not make two secrets. */
  const alone = <T>(name: string, work: () => Promise<T>): Promise<T> =>
    database.transaction(async () => {
      await database.query({ text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', values: [`webhook secret ${name}`] });
      return work();
    });
  const create = async (name: string, secret: string): Promise<void> => {
    await runtime.writer.write({ object: table, options: {}, operation: 'create', input: { webhook: name, secret } }, runtime.systemContext());
  };

  return {
    async of({ name, secret }) {
      if (secret) return [secret()];
      const known = await find(name);
      if (known) return open(known);
      return alone(name, async () => {
        const other = await find(name);
        if (other) return open(other);
        const made = createWebhookSecret();
        await create(name, made);
        return [made];
      });
    },
    rotate: (name, given = createWebhookSecret()) =>
      alone(name, async () => {
        const known = await find(name);
        if (!known) await create(name, given);
        else {
          const [former = ''] = open(known);
          const input = { secret: given, former, formerUntil: new Date(Date.now() + rotationHours * 3_600_000).toISOString() };
          await runtime.writer.write({ object: table, options: {}, operation: 'update', id: known.id, input }, runtime.systemContext());
        }
        return given;
      }),
  };
}
