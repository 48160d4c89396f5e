import type { BindList } from './sql/binds.ts';

declare module '../kernel/plugin.ts' {
  interface Services {
    /** Offered by the plugin users; a plugin that knows more of people replaces it. */
    callers: Callers;
  }
}

/** Makes callers of people who are not asking: to explain their rights, or to try something as them. */
export interface Callers {
  /** The person as if signed in where `asker` is. Undefined when there is no such person, or none who may sign in. */
  of(userId: string, asker: Caller): Promise<Caller | undefined>;
  /** SQL of the roles (`text[]`) that such callers have by signing in, at the row `alias` of sys_user; absent where that gives none. */
  rolesSql?(alias: string, asker: Caller, binds: BindList): string;
}

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
