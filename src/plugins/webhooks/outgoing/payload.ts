import { filterToPredicate, NotInMemory } from '../../../resolvers/filter/to-predicate.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import type { Runtime } from '../../../resolvers/runtime.ts';
import { changeLogTable } from '../../../resolvers/write/change-log/table.ts';
import { toInputValue } from '../../../resolvers/write/authored-values.ts';
import { contextOf, type RunAsTools } from '../run-as.ts';
import { eventNames, type Trigger, type Webhook } from '../webhook.ts';

/** What a delivery is about, as its record keeps it. */
export interface Told {
  readonly id: string;
  readonly record: string;
  readonly kind: Trigger;
  readonly happened_at: string | Date;
  readonly position: string | null;
  readonly changed: readonly string[] | null;
  readonly actor: string | null;
  readonly organization: string | null;
}

/** There is nothing that may be told. */
export class NothingToTell extends Error {}

/** The body of a message, read at this moment with the rights that the webhook runs with. Throws NothingToTell where these show nothing of the change. */
export async function payloadOf(webhook: Webhook, told: Told, tools: RunAsTools): Promise<string> {
  const context = await contextFor(webhook, told, tools);
  const { object } = webhook;
  const rights = context.access.object(object.name);
  const changedFields = (told.changed ?? []).flatMap((name) => {
    const field = object.fields.get(name);
    return field && !field.internal && rights.field(name).read === true ? [field.graphqlName] : [];
  });
  if (told.kind === 'update' && changedFields.length === 0) throw new NothingToTell('Nothing changed that whoever it runs as may read on all records.');
  const record = told.kind === 'delete' ? await lastImage(webhook, told, context) : await readRecord(webhook, told, context, tools.runtime);
  const type = `${object.name}.${eventNames[told.kind]}`;
  const timestamp = new Date(told.happened_at).toISOString();
  const session = { userId: told.actor, organizationId: told.organization };
  const data = { object: object.name, recordId: told.record, ...(told.kind === 'update' && { changedFields }), record, ...(webhook.includeSession && { session }) };
  if (!webhook.body) return JSON.stringify({ type, timestamp, data });
  return webhook.body.render({ values: { id: told.id, type, timestamp, changedFields, ...data, ...(webhook.includeSession && { session }) } });
}

async function readRecord({ query, object }: Webhook, { record: id }: Told, context: RequestContext, runtime: Runtime): Promise<unknown> {
  const { data, errors = [] } = await runtime.execute({ query, variables: { id } }, context);
  const failure = errors.find(({ extensions }) => extensions?.['code'] !== 'FORBIDDEN' && extensions?.['code'] !== 'NOT_FOUND');
  if (failure) throw new Error(failure.message);
  if (data?.['record'] === null || data?.['record'] === undefined) throw new NothingToTell(`${object.label} ${id} is not there any more, or whoever it runs as may not see it.`);
  return data['record'];
}

/** Of a deleted record, its own fields that the query asks for and the rights show, as the change log has them. */
async function lastImage({ object, ownFields }: Webhook, { position, record: id }: Told, context: RequestContext): Promise<unknown> {
  const { rows } = await context.database.query<{ changes: Readonly<Record<string, unknown>> }>({ text: `SELECT "changes" FROM "${changeLogTable}" WHERE "position" = $1::bigint`, values: [position] });
  const image = rows[0]?.changes;
  if (!image) throw new NothingToTell('The change log does not hold the deleted record any more.');
  const stored = { ...image, id };
  const rights = context.access.object(object.name);
  if (!isVisible(rights.read)) throw new NothingToTell('Whoever it runs as may not see the deleted record, or only the database could have told.');
  const shown: Record<string, unknown> = {};
  for (const field of object.fields.values()) {
    const key = ownFields.get(field.graphqlName);
    if (key === undefined || field.internal || field.type.confidential === true || (field.column === undefined && field.name !== 'id')) continue;
    const { read, mask } = rights.field(field.name);
    shown[key] = mask === undefined && isVisible(read) ? toInputValue(stored[field.name as keyof typeof stored], field, () => undefined) : null;
  }
  return shown;

  function isVisible(rule: typeof rights.read): boolean {
    if (typeof rule === 'boolean') return rule;
    try {
      return filterToPredicate(rule, { object, catalog: context.catalog })(stored, context);
    } catch (error) {
      if (error instanceof NotInMemory) return false;
      throw error;
    }
  }
}

async function contextFor({ runAs }: Webhook, { actor, organization }: Told, tools: RunAsTools): Promise<RequestContext> {
  if (runAs.kind === 'system') return tools.runtime.systemContext();
  if (runAs.kind === 'user' && actor === null) throw new NothingToTell('No user made the change.');
  const context = await contextOf(runAs.kind === 'person' ? runAs : { kind: 'person', id: actor ?? '' }, organization ?? undefined, tools);
  if (!context) throw new NothingToTell('The user it runs as is not there, or may not sign in.');
  if (organization !== null && context.caller.organizationId !== organization) throw new NothingToTell('The user it runs as is no member of the organization of the change.');
  return context;
}
