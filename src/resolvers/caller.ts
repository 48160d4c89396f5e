/** Who asks. Made by the server from credentials, by jobs from their run. */
export interface Caller {
  readonly kind: 'anonymous' | 'user' | 'apiKey' | 'system';
  /** Id of the user record; also for an API key that acts for a user. */
  readonly userId: string | undefined;
  readonly organizationId: string | undefined;
  readonly roles: readonly string[];
  /** Permission sets and groups that the caller brings along, beside those that are assigned by records. */
  readonly profile?: string | undefined;
  readonly permissionSets?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export const anonymous: Caller = { kind: 'anonymous', userId: undefined, organizationId: undefined, roles: [], attributes: {} };
export const systemCaller: Caller = { ...anonymous, kind: 'system' };
