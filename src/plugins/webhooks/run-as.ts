import type { PluginServices } from '../../kernel/lifecycle.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import type { Runtime } from '../../resolvers/runtime.ts';
import type { Person } from './webhook.ts';

export interface RunAsTools {
  readonly runtime: Runtime;
  readonly services: PluginServices;
}

/** A request of a person who is not asking, in an organization. Undefined when there is no such person, or none who may sign in. */
export async function contextOf(person: Person, organization: string | undefined, { runtime, services }: RunAsTools): Promise<RequestContext | undefined> {
  const system = runtime.systemContext();
  const { rows } = person.id === undefined ? await runtime.database.query<{ id: string }>({ text: 'SELECT "id" FROM "sys_user" WHERE lower("email") = lower($1)', values: [person.email] }) : { rows: [{ id: person.id }] };
  const [user] = rows;
  const caller = user && (await services.get('callers').of(user.id, { ...system.caller, organizationId: organization }));
  return caller && { ...system, caller, access: await services.get('access').accessOf(caller) };
}
