import { isDeepStrictEqual } from 'node:util';
import { ObjectosError } from '../../../errors.ts';
import type { HandledEvent } from '../service.ts';
import type { Tools } from '../tools.ts';
import type { Doing } from './do-action.ts';

const events: Readonly<Record<string, HandledEvent>> = { create: 'created', update: 'updated', delete: 'deleted' };

/** Calls the handler of a plugin. */
export async function handle(name: string, { run, context, job, together }: Doing, { handlers, runtime }: Tools): Promise<void> {
  const registered = handlers.get(name);
  if (!registered) throw new ObjectosError('NOT_FOUND', `No plugin has the handler "${name}" any more.`);
  const { record, previous } = run.trigger;
  let settled = false;
  await registered.handler({
    id: run.id,
    object: registered.object,
    event: events[run.event] ?? 'updated',
    recordId: run.record ?? '',
    record: record ?? {},
    previous: previous ?? undefined,
    changedFields: previous ? Object.keys({ ...previous, ...record }).filter((field) => !isDeepStrictEqual(previous[field], record?.[field])) : [],
    attempt: run.attempts,
    log: job.log.child({ handler: name, run: run.id }),
    signal: job.signal,
    context,
    async complete(work) {
      let answer: Awaited<ReturnType<typeof work>> | undefined;
      await together(async () => {
        answer = await work(runtime.writer, context);
        return {};
      });
      settled = true;
      return answer as Awaited<ReturnType<typeof work>>;
    },
  });
  if (!settled) await together();
}
