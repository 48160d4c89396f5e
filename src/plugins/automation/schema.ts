import type { SchemaExtension } from '../../builder/phase.ts';
import type { OutputField } from '../../builder/spec.ts';
import { ObjectosError } from '../../errors.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import type { Interventions } from './interventions.ts';

/** Mutations on runs, for whoever may edit them: holders of `manage_automation`. */
export function extendWithRuns({ addFields }: SchemaExtension, interventions: () => Interventions): void {
  const field = (description: string, work: (interventions: Interventions, id: string) => Promise<boolean>, wanted: string): OutputField => ({
    type: 'ID!',
    description,
    args: { id: { type: 'ID!', description: 'The run.' } },
    resolve: async (_parent, args, context) => {
      requireRight(context);
      const id = String((args as { readonly id: string }).id);
      if (!(await work(interventions(), id))) throw new ObjectosError('CONFLICT', `There is no run ${id} that ${wanted}.`);
      return id;
    },
  });
  addFields('Mutation', {
    retryRun: field('Begins a failed or cancelled automation run again, after the steps that were done. For holders of manage_automation.', ({ retry }, id) => retry(id), 'failed or was cancelled'),
    cancelRun: field('Cancels an automation run that is not over; steps that were done stay. For holders of manage_automation.', ({ cancel }, id) => cancel(id), 'is not over'),
  });
}

function requireRight({ access }: RequestContext): void {
  const { read, edit } = access.object('sys_automation_run');
  if (read === false || edit !== true) throw new ObjectosError('FORBIDDEN', 'You may not change automation runs: that takes the system permission manage_automation.');
}
