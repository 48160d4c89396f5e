import { validate as isUuid } from 'uuid';
import type { Database } from '../../database/database.ts';
import { ObjectosError } from '../../errors.ts';
import { isSecret } from '../../kernel/compare-secrets.ts';
import type { PluginServices } from '../../kernel/lifecycle.ts';
import { systemCaller, type Caller } from '../../resolvers/caller.ts';
import type { FederationSettings } from './settings.ts';

/** The part of a request that tells whether the router sent it. */
export interface IncomingHeaders {
  header(name: string): string | undefined;
}

type RouterSettings = FederationSettings['router'];

/** Whether the request proves to be the router's. A wrong proof is refused: somebody tries, or the secrets differ. */
export function isRouter(request: IncomingHeaders, { secret, secretHeader }: RouterSettings): boolean {
  if (secret === undefined) return false;
  const given = request.header(secretHeader);
  if (given === undefined) return false;
  if (!isSecret(given, secret)) throw new ObjectosError('UNAUTHENTICATED', `The header ${secretHeader} does not hold the secret of the router.`);
  return true;
}

/** The person whom the router names; undefined when the request is not the router's, or names nobody. */
export async function callerOfRouter(request: IncomingHeaders, settings: RouterSettings, services: PluginServices | undefined): Promise<Caller | undefined> {
  if (!services || !isRouter(request, settings)) return undefined;
  const user = request.header(settings.userHeader);
  if (user === undefined) return undefined;
  const organizationId = request.header(settings.organizationHeader);
  if (organizationId !== undefined && !isUuid(organizationId)) throw foreignOrganization();
  const userId = await userIdOf(user, services.get('runtime').database);
  const caller = userId === undefined ? undefined : await services.get('callers').of(userId, { ...systemCaller, organizationId });
  if (!caller) throw new ObjectosError('UNAUTHENTICATED', 'The router names a user who may not sign in here.');
  if (organizationId !== undefined && caller.organizationId !== organizationId) throw foreignOrganization();
  return caller;
}

const foreignOrganization = (): ObjectosError => new ObjectosError('FORBIDDEN', 'The router names an organization to which the user does not belong.');

/** Routers know people by their id, or by the address that an identity provider gives. */
async function userIdOf(user: string, database: Database): Promise<string | undefined> {
  if (isUuid(user)) return user;
  const { rows } = await database.query<{ id: string }>({ text: 'SELECT "id" FROM "sys_user" WHERE lower("email") = lower($1)', values: [user] });
  return rows[0]?.id;
}
