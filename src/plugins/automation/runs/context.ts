import { ObjectosError } from '../../../errors.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { readActions } from '../definitions/read-actions.ts';
import type { Action } from '../rule.ts';
import type { Tools } from '../tools.ts';
import type { Run } from './store.ts';

/** As whom a run acts. */
export async function contextOf({ run_as: runAs, user, trigger: { organizationId } }: Run, { runtime, services }: Tools): Promise<RequestContext> {
  const system = runtime.systemContext();
  const asking = { ...system.caller, organizationId: organizationId ?? undefined };
  if (runAs === 'system') {
    const caller = { ...asking, userId: user ?? undefined };
    // In an organization, it has the rights of the platform there and nowhere else.
    return { ...system, caller, ...(caller.organizationId !== undefined && { access: await services.get('access').accessOf(caller) }) };
  }
  const caller = user === null ? undefined : await services.get('callers').of(user, asking);
  if (!caller) throw new ObjectosError('FORBIDDEN', 'The user as whom the rule runs is not there any more, or may not sign in.');
  return { ...system, caller, access: await services.get('access').accessOf(caller) };
}

/** The actions as they were when the run began. */
export function actionsOf(run: Run, { runtime: { catalog } }: Tools): readonly Action[] {
  const { definition, rule } = run;
  if (definition.handler !== undefined) return [{ name: 'handler', type: 'handler', handler: definition.handler }];
  const report = (severity: unknown, _path: unknown, _subject: unknown, message: string): void => {
    if (severity === 'error') throw new ObjectosError('VALIDATION_FAILED', `The definitions changed since the run began, and it cannot go on: ${message}.`);
  };
  return readActions(definition.actions, { object: objectOf(run, { runtime: { catalog } }), catalog, events: definition.events, templates: undefined, message: definition.incoming === true, path: [], subject: rule, report });
}

/** Undefined for runs that are about no record. */
export function objectOf({ object: name }: Pick<Run, 'object'>, { runtime: { catalog } }: { readonly runtime: Pick<Tools['runtime'], 'catalog'> }) {
  if (name === null) return undefined;
  const object = catalog.objects.get(name);
  if (!object) throw new ObjectosError('NOT_FOUND', `There is no object "${name}" any more.`);
  return object;
}
