import { ObjectosError } from '../../../errors.ts';
import type { Rule } from '../rule.ts';
import { createRuns, newRun } from '../runs/new-runs.ts';
import type { IncomingMessage } from '../service.ts';
import type { Tools } from '../tools.ts';

/** Starts a rule that waits for messages, in the open transaction. Answers the id of its run. */
export async function startIncoming(rule: Rule | undefined, name: string, message: IncomingMessage, tools: Tools): Promise<string> {
  if (rule?.incoming !== true) throw new ObjectosError('NOT_FOUND', `There is no rule "${name}" with triggerType webhook.`);
  const run = newRun(rule, { event: 'webhook', record: undefined, image: undefined, previous: undefined, message, caller: { userId: undefined, organizationId: undefined } });
  await tools.runtime.database.transaction(() => createRuns([run], tools));
  return run.id;
}
