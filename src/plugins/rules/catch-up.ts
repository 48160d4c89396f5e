import type { Logger } from '../../kernel/log.ts';
import type { Runtime } from '../../resolvers/runtime.ts';
import { fillNumbers } from './autonumbers/fill-numbers.ts';
import { rollUpsOf } from './roll-ups/read-roll-ups.ts';
import type { RollUpService } from './roll-ups/service.ts';

/** A start waits so long for values to be made; after that it goes on without those that are still missing. */
const patience = 20_000;

export interface CatchUp {
  readonly runtime: Runtime;
  readonly rollUps: RollUpService;
  readonly timeZone: string;
  readonly log: Logger;
}

/** Makes the values that definitions ask for and stored records do not have yet. Resolves once they are made, or when that takes too long to wait for. */
export async function catchUp(source: CatchUp): Promise<void> {
  const { log } = source;
  const work = makeMissing(source).catch((error: unknown) =>
    log.error({ err: error }, 'Making the values of new autonumbers and roll-ups failed; the next start tries again, and for roll-ups "objectos rollups recompute" too.'),
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      log.warn({}, 'Values of new autonumbers or roll-ups are still being made; they are incomplete until that is done.');
      resolve();
    }, patience);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

/** Numbers come first: a roll-up may count them. */
async function makeMissing({ runtime, rollUps, timeZone, log }: CatchUp): Promise<void> {
  const numbers = await fillNumbers(runtime, timeZone);
  for (const { name, numbered, left } of numbers) {
    if (numbered > 0) log.info({ autonumber: name, numbered }, `Numbered ${numbered} record${numbered === 1 ? '' : 's'} that had no ${name}.`);
    if (left > 0) log.warn({ autonumber: name, left }, `${left} record${left === 1 ? ' has' : 's have'} no ${name}: a field that the number is made from is empty. Fill it, and they are numbered at the next start.`);
  }
  const made = await rollUps.backfill();
  if (made.length > 0) log.info({ rollUps: made }, `Computed ${made.length} new or changed roll-up${made.length === 1 ? '' : 's'}.`);
  const numbered = new Set(numbers.filter((number) => number.numbered > 0).map(({ name }) => name));
  const behind = rollUpsOf(runtime.catalog).all.filter(({ name, child, depends }) => !made.includes(name) && [...depends].some((field) => numbered.has(`${child.name}.${field}`)));
  for (const { name } of behind) await rollUps.recompute(name);
}
