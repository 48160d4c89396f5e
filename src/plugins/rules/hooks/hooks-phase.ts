import type { Catalog } from '../../../metadata/catalog.ts';
import type { Logger } from '../../../kernel/log.ts';
import { testExpression } from '../../../resolvers/expressions/evaluate.ts';
import { callHook, eventOf } from '../../../resolvers/write/hooks.ts';
import type { Change, MutationContext, MutationPhase } from '../../../resolvers/write/phase.ts';
import { assign, expressionsOf, type AssignmentProblem } from '../assignments/assignment.ts';
import { loaderOf, restoreValues, setValues, subjectOf, type Subject } from '../evaluation/environment.ts';
import type { Behind } from '../../../resolvers/expressions/behind.ts';
import type { HookHandlers } from './handlers.ts';
import type { Hook } from './hook.ts';

export interface HookServices {
  readonly timeZone: string;
  readonly handlers: HookHandlers;
  /** Known once the plugin is initialised. */
  readonly log: () => Logger | undefined;
}

type Problem = Omit<AssignmentProblem, 'field'> & { readonly field?: string | undefined; readonly rule: string };

/** The hooks of one object in its write path. What assignments and stops find is reported together with everything else. */
export function hooksPhase(hooks: readonly Hook[], catalog: Catalog, services: HookServices): Omit<MutationPhase, 'objects' | 'forObject'> | undefined {
  if (hooks.length === 0) return undefined;
  const expressions = hooks.flatMap(({ condition, actions }) => [...(condition ? [condition] : []), ...actions.flatMap((action) => (action.kind === 'assign' ? expressionsOf(action.assignments) : (action.when ?? [])))]);
  const options = { catalog, timeZone: services.timeZone };
  const load = loaderOf(expressions, options);
  const found = new WeakMap<Change, Problem[]>();
  const run = async (stage: 'before' | 'after', changes: readonly Change[], context: MutationContext): Promise<void> => {
    const behind = load && (await load(changes, context));
    const see = (of: Change): Subject => subjectOf(of, context, options, behind);
    for (const hook of hooks) {
      for (const change of changes) {
        const event = eventOf(stage, change);
        if (!hook.events.has(event)) continue;
        const problems = await runHook({ hook, change, context, stage, see, behind }, services);
        if (problems.length > 0) found.set(change, [...(found.get(change) ?? []), ...problems]);
      }
    }
  };
  const has = (stage: string): boolean => hooks.some(({ events }) => [...events].some((event) => event.startsWith(stage)));
  return {
    pure: load === undefined && hooks.every(({ handler }) => handler === undefined),
    ...(has('before') && {
      before: (changes, context) => run('before', changes, context),
      validate(changes, _context, report) {
        for (const change of changes) for (const problem of found.get(change) ?? []) report(change, problem);
      },
    }),
    ...(has('after') && { after: (changes, context) => run('after', changes, context) }),
  };
}

interface HookRun {
  readonly hook: Hook;
  readonly change: Change;
  readonly context: MutationContext;
  readonly stage: 'before' | 'after';
  readonly see: (change: Change) => Subject;
  readonly behind: Behind | undefined;
}

async function runHook({ hook, change, context, stage, see, behind }: HookRun, { handlers, log }: HookServices): Promise<readonly Problem[]> {
  const before = { ...change.values };
  let problems: readonly Problem[] | undefined;
  try {
    problems = await setValues(change, behind, () => act(hook, change, see));
    if (problems && hook.handler !== undefined) await callHandler(hook, hook.handler, change, context, stage, handlers);
  } catch (error) {
    if (hook.onError === 'abort') throw error;
    restore(change.values, before, stage);
    log()?.error({ err: error, hook: hook.name }, `The hook ${hook.name} failed; the write goes on.`);
    return [];
  }
  if (!problems || problems.length === 0 || hook.onError === 'abort') return problems ?? [];
  restore(change.values, before, stage);
  log()?.warn({ hook: hook.name, problems }, `The hook ${hook.name} failed; the write goes on.`);
  return [];
}

/** Undefined when the condition of the hook is not met. */
function act({ name, condition, actions }: Hook, change: Change, see: (change: Change) => Subject): readonly Problem[] | undefined {
  if (condition && !testExpression(condition, see(change).environment)) return undefined;
  return actions.flatMap((action): readonly Problem[] => {
    // What is restored comes back as it was.
    if (action.kind === 'assign') return change.kind === 'restore' ? [] : assign(action.assignments, change, see).map((problem) => ({ ...problem, rule: name }));
    return !action.when || testExpression(action.when, see(change).environment) ? [{ field: action.field, code: 'STOPPED', message: action.message, rule: name }] : [];
  });
}

async function callHandler({ name }: Hook, handler: string, change: Change, context: MutationContext, stage: 'before' | 'after', handlers: HookHandlers): Promise<void> {
  const run = handlers.find(handler);
  if (!run) throw new Error(`The hook ${name} names the handler "${handler}", which no plugin registers.`);
  await callHook({ name, handler: run }, eventOf(stage, change), change, context);
}

/** A hook that fails leaves nothing behind. */
function restore(values: Record<string, unknown>, before: Readonly<Record<string, unknown>>, stage: 'before' | 'after'): void {
  if (stage === 'before') restoreValues(values, before);
}
