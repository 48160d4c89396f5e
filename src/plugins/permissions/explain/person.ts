import { validate as isUuid } from 'uuid';
import { ObjectosError } from '../../../errors.ts';
import type { Access, AccessProvider } from '../../../resolvers/access.ts';
import type { Caller, Callers } from '../../../resolvers/caller.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { rulesByObject, setsOf } from '../access/compile-access.ts';
import { classOf } from '../access/class-of.ts';
import { factsOf } from '../access/facts.ts';
import type { ObjectRules } from '../access/set-rows.ts';
import type { ClassFacts } from '../access/sharing-rows.ts';
import type { Rules, RuleSet } from '../rules.ts';
import { isManaged } from './reach.ts';

/** What the tools of administrators work with. Services are read when needed: plugins may replace them. */
export interface Tools {
  rulesOf(context: Pick<RequestContext, 'catalog'>): Rules;
  /** Rights as the rules give them, before other plugins take something away. */
  compiledFor(caller: Caller): Access | Promise<Access>;
  /** Rights as they are enforced. */
  access(): AccessProvider;
  callers(): Callers;
}

/** Somebody whose rights are looked at. */
export interface Person {
  readonly caller: Caller;
  readonly access: Access;
  readonly compiled: Access;
  readonly class: ClassFacts;
  readonly sets: readonly RuleSet[];
  rulesOn(object: string): ObjectRules | undefined;
}

export async function personOf(tools: Tools, caller: Caller, context: RequestContext): Promise<Person> {
  const rules = tools.rulesOf(context);
  const compiled = await tools.compiledFor(caller);
  const access = caller === context.caller ? context.access : await tools.access().accessOf(caller);
  const facts = classOf(rules, caller, factsOf(caller));
  return { caller, access, compiled, class: facts, sets: setsOf(rules, facts), rulesOn: rulesByObject(rules, context.catalog, facts) };
}

/** Somebody else; refuses askers without the right, before it is looked whether there is such a person. */
export async function otherCaller(tools: Tools, userId: string, context: RequestContext, right: 'read' | 'edit'): Promise<Caller> {
  requireManager(context, right);
  const caller = isUuid(userId) && (await isManaged('sys_user', userId, context)) ? await tools.callers().of(userId, context.caller) : undefined;
  if (!caller) throw new ObjectosError('NOT_FOUND', `There is no active user ${userId}.`);
  return caller;
}

/** Holders of manage_users, as far as a key of theirs is for such things. */
export function isManager({ access }: RequestContext, right: 'read' | 'edit'): boolean {
  return access.object('sys_permission_assignment')[right] !== false;
}

export function requireManager(context: RequestContext, right: 'read' | 'edit'): void {
  if (!isManager(context, right)) throw new ObjectosError('FORBIDDEN', 'This takes the system permission manage_users.');
}
