import type { JobRun } from '../../../kernel/jobs.ts';
import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { ExpressionEnvironment } from '../../../resolvers/expressions/environment.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import type { Run } from '../runs/store.ts';
import type { Action } from '../rule.ts';
import type { Tools } from '../tools.ts';
import { callHttp } from './call-http.ts';
import { handle } from './handle.ts';
import { notify } from './notify.ts';
import { runScript } from './run-script.ts';
import { writeRecords, type Told } from './write-records.ts';

/** A run while one of its actions is done. */
export interface Doing {
  readonly run: Run;
  readonly object: CatalogObject | undefined;
  readonly environment: ExpressionEnvironment;
  /** With the rights of the run. */
  readonly context: RequestContext;
  readonly job: JobRun;
  /** A transaction in which the step counts as done, with what `work` does. Each action ends with exactly one. */
  together(work?: () => Promise<Told>): Promise<void>;
}

/** Does one action. What it does to the database happens once; what it does elsewhere at least once, under the same key each time. */
export async function doAction(action: Action, doing: Doing, tools: Tools): Promise<void> {
  const { run, object, environment, context, job, together } = doing;
  switch (action.type) {
    case 'field_update': case 'create_record': case 'update_record':
      return together(async () => (await writeRecords(action, [{ id: run.record ?? undefined, environment }], object, tools.runtime.writer, context))[0] ?? {});
    case 'http_call': {
      const told = await callHttp(action, run.id, environment, tools.settings.allowPrivateAddresses);
      return together(() => Promise.resolve(told));
    }
    case 'notification':
      return together(() => notify(action, doing, tools.services.find('notifications')));
    case 'connector_action': {
      const input = action.input.of(environment);
      const answer: unknown = await tools.connectors.call(action.connector, action.action, { input, idempotencyKey: `${run.id}:${action.name}`, signal: job.signal, log: job.log });
      // Through JSON, which is what the run keeps.
      const output = { result: answer === undefined ? null : (JSON.parse(JSON.stringify(answer)) as unknown) };
      return together(() => Promise.resolve({ input: { connector: action.connector, action: action.action }, output }));
    }
    case 'custom_script':
      return runScript(action, doing, tools);
    case 'handler':
      return handle(action.handler, doing, tools);
  }
}
