import type { Catalog } from '../../../metadata/catalog.ts';
import type { Change, MutationContext, MutationPhase } from '../../../resolvers/write/phase.ts';
import type { AssignmentProblem } from '../assignments/assignment.ts';
import { loaderOf, setValues, subjectOf } from '../evaluation/environment.ts';
import { askedEvent } from './asked-event.ts';
import { expressionsOfMachine, type StateMachine } from './machine.ts';
import { takeTransition } from './take-transition.ts';

/** The machines of one object in its write path: new records get their state, transitions are taken after the before hooks. */
export function machinePhase(machines: readonly StateMachine[], catalog: Catalog, timeZone: string): Omit<MutationPhase, 'objects' | 'forObject'> | undefined {
  if (machines.length === 0) return undefined;
  const options = { catalog, timeZone };
  const load = loaderOf(machines.flatMap(expressionsOfMachine), options);
  const found = new WeakMap<Change, readonly AssignmentProblem[]>();
  return {
    pure: load === undefined,
    defaults(changes) {
      for (const { values } of changes) for (const { field, initial } of machines) if (values[field.name] === undefined) values[field.name] = initial[0];
    },
    async compute(changes: readonly Change[], context: MutationContext) {
      const behind = load && (await load(changes, context));
      const imported = context.caller.kind === 'system';
      for (const change of changes) {
        if (change.kind !== 'create' && change.kind !== 'update') continue;
        const see = (of: Change) => subjectOf(of, context, options, behind);
        const problems = await setValues(change, behind, () => machines.flatMap((machine) => takeTransition(machine, change, askedEvent(change.object, change.id, machine.field.name), see, imported)));
        if (problems.length > 0) found.set(change, problems);
      }
    },
    validate(changes, _context, report) {
      for (const change of changes) for (const problem of found.get(change) ?? []) report(change, problem);
    },
  };
}
