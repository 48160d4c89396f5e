import { validate as isUuid } from 'uuid';
import type { SchemaExtension } from '../../builder/phase.ts';
import type { OutputField } from '../../builder/spec.ts';
import { ObjectosError } from '../../errors.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import { followJob } from './follow.ts';
import type { Interventions } from './interventions.ts';

/** Mutations on jobs, for whoever may edit them, and their progress for whoever may see them: holders of `manage_jobs`. */
export function extendWithJobs({ addType, addFields }: SchemaExtension, interventions: () => Interventions): void {
  addType('JobPayload', {
    kind: 'object', role: 'shared', description: 'What became of a job.',
    fields: () => ({ id: { type: 'ID!', description: 'The job.' }, status: { type: 'String!', description: 'Its status now.' } }),
  });
  addType('JobProgress', {
    kind: 'object', role: 'shared', description: 'How far a job is.',
    fields: () => ({
      id: { type: 'ID!', description: 'The job.' }, status: { type: 'String!', description: 'Its status now.' },
      progress: { type: 'Int', description: 'Percent.' }, message: { type: 'String', description: 'What it is doing.' },
    }),
  });
  addFields('Subscription', {
    jobProgress: {
      type: 'JobProgress!',
      description: 'How a job goes on, until it is over. For holders of manage_jobs.',
      args: { id: { type: 'ID!', description: 'The job.' } },
      subscribe: (_root, args, context) => {
        requireSight(context);
        const { id } = args as { readonly id: string };
        if (!isUuid(id)) throw new ObjectosError('BAD_REQUEST', `"${id}" is not the id of a job.`);
        return followJob(id, context.database);
      },
      resolve: (state) => state,
    },
  });
  const field = (description: string, work: (interventions: Interventions, id: string) => Promise<string | undefined>, wanted: string): OutputField => ({
    type: 'JobPayload!',
    description,
    args: { id: { type: 'ID!', description: 'The job.' } },
    resolve: async (_parent, args, context) => {
      requireRight(context);
      const id = String((args as { readonly id: string }).id);
      const status = await work(interventions(), id);
      if (status === undefined) throw new ObjectosError('CONFLICT', `There is no job ${id} that ${wanted}.`);
      return { id, status };
    },
  });
  addFields('Mutation', {
    retryJob: field('Tries a failed or cancelled job once more. For holders of manage_jobs.', ({ retry }, id) => retry(id), 'failed or was cancelled'),
    redriveJob: field('Begins a failed or cancelled job anew, with all its attempts. For holders of manage_jobs.', ({ redrive }, id) => redrive(id), 'failed or was cancelled'),
    cancelJob: field('Cancels a job that waits or runs; one that runs is told so. For holders of manage_jobs.', ({ cancel }, id) => cancel(id), 'waits or runs'),
  });
}

function requireRight(context: RequestContext): void {
  requireSight(context);
  if (context.access.object('sys_job').edit !== true) throw new ObjectosError('FORBIDDEN', 'You may not change jobs: that takes the system permission manage_jobs.');
}

function requireSight({ access }: RequestContext): void {
  if (access.object('sys_job').read === false) throw new ObjectosError('FORBIDDEN', 'You may not see jobs: that takes the system permission manage_jobs.');
}
