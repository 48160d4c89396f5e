import type { Logger } from '../../../kernel/log.ts';
import type { RollUpService } from './service.ts';

/** A start waits so long for numbers to be made; after that it goes on without those that are still missing. */
const patience = 20_000;

/** Makes the numbers of roll-ups that are new or changed. Resolves once they are made, or when that takes too long to wait for. */
export async function backfillRollUps(service: RollUpService, log: Logger): Promise<void> {
  const work = service.backfill().then(
    (names) => {
      if (names.length > 0) log.info({ rollUps: names }, `Computed ${names.length} new or changed roll-up${names.length === 1 ? '' : 's'}.`);
    },
    (error: unknown) => log.error({ err: error }, 'Computing new or changed roll-ups failed; "objectos rollups recompute" tries again.'),
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      log.warn({}, 'New or changed roll-ups are still being computed; their numbers are incomplete until that is done.');
      resolve();
    }, patience);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
