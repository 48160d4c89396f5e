import { v5 as nameId } from 'uuid';
import type { Logger } from '../../kernel/log.ts';
import type { JobSchedule } from '../../kernel/jobs.ts';
import { nextFiring } from '../../kernel/cron.ts';
import type { Envelope } from './envelope.ts';
import type { Job, Registry } from './registry.ts';
import type { InnerService } from './service.ts';

/** A firing that begins later than this was missed. */
const missed = 60_000;

/** Firings get their ids from job, rule and moment. */
const namespace = 'a2c7f2f5-7b5e-4c0e-9d0a-3f1f6c9f6f10';

const ruleOf = ({ cron, timeZone = 'UTC' }: JobSchedule): string => `${cron} ${timeZone}`;

/** Jobs that run by themselves: the next firing of each always waits in its queue, put there by whoever comes first. */
export interface Schedules {
  /** Puts the next firing of every schedule into its queue, where it is not there. */
  plan(): Promise<void>;
  /** Plans the firing after this one. Answers false for one that does not count: of a former rule, or missed and not to be made up for. */
  begin(job: Job, envelope: Envelope): Promise<boolean>;
}

export function createSchedules(registry: Registry, service: InnerService, log: Logger): Schedules {
  const planOne = async (job: Job, schedule: JobSchedule): Promise<void> => {
    const at = nextFiring(schedule, new Date());
    const rule = ruleOf(schedule);
    await service.fire(job, nameId(`${job.name} ${rule} ${at.toISOString()}`, namespace), at, rule);
  };
  return {
    async plan() {
      for (const job of registry.all) if (job.schedule) await planOne(job, job.schedule);
    },
    async begin(job, { scheduled }) {
      if (!scheduled) return true;
      // A deployment changed the rule; firings of the former one are left over.
      if (!job.schedule || ruleOf(job.schedule) !== scheduled.rule) return false;
      await planOne(job, job.schedule);
      const late = Date.now() - Date.parse(scheduled.at);
      if (late > missed) log.warn({ job: job.name, at: scheduled.at }, `The job ${job.name} should have run ${Math.round(late / 1000)} seconds ago.`);
      return late <= missed || job.schedule.misfire !== 'skip';
    },
  };
}
