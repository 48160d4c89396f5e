import { validate as isUuid } from 'uuid';
import type { SchemaExtension } from '../../builder/phase.ts';
import type { OutputField } from '../../builder/spec.ts';
import { ObjectosError } from '../../errors.ts';
import { fieldTypeNames, objectTypeNames } from '../../metadata/naming.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import type { FieldSource } from '../../resolvers/source.ts';
import { runTable } from './objects.ts';
import type { Interventions } from './runs/interventions.ts';
import { shownSteps, shownTrigger, type Shown } from './runs/shown.ts';
import { objectNamed, type SqlScope } from '../../resolvers/filter/scope.ts';
import { rowCondition, visibleRows, whereClause } from '../../resolvers/filter/visible-rows.ts';
import { BindList } from '../../resolvers/sql/binds.ts';
import { startedTopic, type Started } from './started.ts';

/** `automations` in the payloads of all objects whose records can be written. */
export function extendPayloads({ catalog, addType, addFields, hasType }: SchemaExtension): void {
  const { names } = catalog.objects.get(runTable) ?? {};
  if (!names) return;
  const part = (name: Exclude<keyof Started, 'record'>): FieldSource => ({ kind: 'toldPart', part: name, ...(name === 'run' && { object: runTable }) });
  addType('StartedAutomation', {
    kind: 'object',
    role: 'shared',
    description: 'What a write started.',
    fields: () => ({
      rule: { type: 'String!', description: 'Name of the rule or handler.', source: part('rule') },
      status: { type: `${fieldTypeNames(names.type, 'status').type}!`, description: 'COMPLETED as a part of the write, PENDING when it follows, SCHEDULED when its time comes later.', source: part('status') },
      run: { type: names.type, description: 'The run as it is now; null for what was a part of the write, and for callers who may not see runs.', source: part('run') },
    }),
  });
  const started: OutputField = { type: '[StartedAutomation!]!', description: 'Automations that the write started.', source: { kind: 'told', topic: startedTopic } };
  for (const object of catalog.objects.values()) {
    const { payload, bulkPayload } = objectTypeNames(object.names.type);
    for (const type of [payload, bulkPayload]) if (hasType(type)) addFields(type, { [startedTopic]: started });
  }
}

/** What runs show of their records, and mutations on runs for whoever may edit them: holders of `manage_automation`. */
export function extendRuns({ addFields, addRecordField }: SchemaExtension, interventions: () => Interventions): void {
  const shown = (name: string, description: string, needs: readonly string[], resolve: Shown): void => addRecordField({ object: runTable, name, type: 'JSON', description, needs, resolve: (run, _args, context) => resolve(run, context) });
  shown('trigger', 'The record as it was written, as it was before, and its organization. Values that you may not read are masked.', ['object', 'trigger'], shownTrigger);
  shown('steps', 'What was done, step by step, with input and output. Secrets, and values that you may not read, are masked.', ['object', 'trigger', 'steps'], shownSteps);

  const field = (description: string, work: (interventions: Interventions, id: string) => Promise<boolean>, wanted: string): OutputField => ({
    type: 'ID!',
    description,
    args: { id: { type: 'ID!', description: 'The run.' } },
    resolve: async (_parent, args, context) => {
      const id = String((args as { readonly id: string }).id);
      await requireRight(context, id);
      if (!(await work(interventions(), id))) throw new ObjectosError('CONFLICT', `There is no run ${id} that ${wanted}.`);
      return id;
    },
  });
  addFields('Mutation', {
    retryRun: field('Begins a failed or cancelled automation run again, after the steps that were done. For holders of manage_automation.', ({ retry }, id) => retry(id), 'failed or was cancelled'),
    cancelRun: field('Cancels an automation run that is not over; steps that were done stay. For holders of manage_automation.', ({ cancel }, id) => cancel(id), 'is not over'),
  });
}

/** Refuses who may not change the run; of runs that a caller may not see, it tells nothing. */
async function requireRight(context: RequestContext, id: string): Promise<void> {
  const { read, edit } = context.access.object(runTable);
  if (read === false || edit === false) throw new ObjectosError('FORBIDDEN', 'You may not change automation runs: that takes the system permission manage_automation.');
  if ((read === true && edit === true) || !isUuid(id)) return;
  const binds = new BindList();
  const scope: SqlScope = { object: objectNamed(context.catalog, runTable), alias: 'o', catalog: context.catalog, access: context.access, binds };
  const conditions = [`o."id" = ${binds.add(() => id, 'uuid')}`, ...visibleRows(scope), rowCondition(edit, scope) ?? 'true'];
  const { rows } = await context.database.query({ text: `SELECT 1 FROM ${runTable} o${whereClause(conditions)}`, values: binds.values(context) });
  if (rows.length === 0) throw new ObjectosError('NOT_FOUND', `There is no automation run ${id}.`);
}
