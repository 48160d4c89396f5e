import { ObjectosError } from '../../errors.ts';
import type { Plugin } from '../../kernel/plugin.ts';
import type { Catalog } from '../../metadata/catalog.ts';
import type { RequestContext } from '../request.ts';
import { GatheredWrites } from './gathered-writes.ts';
import { planObjects, planOf } from './object-plan.ts';
import type { MutationContext } from './phase.ts';
import { attemptRows } from './attempt-rows.ts';
import { heardIn } from './follow-ups.ts';
import { rootSource } from './root-rows.ts';
import { writeSingle } from './single.ts';
import { ChangeSignal } from './change-log/signal.ts';
import { StatementCache } from './sql/statement-cache.ts';
import { defaultWriteSettings, type WriteSettings, type WriteTools } from './tools.ts';
import type { Writer, WriteRequest, WriteResult } from './writer.ts';

export interface WriterOptions {
  readonly catalog: Catalog;
  /** In order; those without a mutation phase are passed over. */
  readonly plugins: readonly Pick<Plugin, 'mutation'>[];
  readonly settings?: Partial<WriteSettings> | undefined;
}

/** The write path for one Catalog. Makes nothing that would have to be closed. */
export function createWriter({ catalog, plugins, settings }: WriterOptions): Writer {
  const plans = planObjects(catalog, plugins.flatMap(({ mutation }) => mutation ?? []));
  const writer: Writer = {
    async write(request, context) {
      const plan = plans.get(request.object);
      if (!plan) throw new ObjectosError('BAD_REQUEST', `There is no object "${request.object}".`);
      requireMeaning(request);
      if (!request.options.dryRun) return run(request, context);
      return context.database.transaction(() => run(request, context), { rollback: true });
    },
  };
  const tools: WriteTools = { catalog, plans, statements: new StatementCache(), settings: { ...defaultWriteSettings, ...settings }, writer, signal: new ChangeSignal(), heard: heardIn(plans), gathered: new GatheredWrites() };

  async function run(request: WriteRequest, context: RequestContext): Promise<WriteResult> {
    const plan = planOf(plans, request.object);
    const result = (await writeSingle(plan, request, tools, context)) ?? (await attemptRows(plan, request, await rootSource(plan, request, tools, context), tools, context));
    const { tell } = context as Partial<MutationContext>;
    if (tell) for (const { topic, item, ready } of result.told) tell(topic, item, ready);
    if (tools.settings.notify) context.database.afterCommit(() => tools.signal.send(context.database));
    return result;
  }
  return writer;
}

function requireMeaning({ operation, options }: WriteRequest): void {
  const { ifVersion } = options;
  if (ifVersion !== undefined && operation !== 'update' && operation !== 'delete') {
    throw new ObjectosError('BAD_REQUEST', `ifVersion belongs to update and delete; ${operation} takes it per row or not at all.`);
  }
}
