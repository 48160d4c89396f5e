import { StartupError } from '../../errors.ts';
import type { JobService } from '../../kernel/jobs.ts';
import type { Plugin } from '../../kernel/plugin.ts';
import type { Catalog } from '../../metadata/catalog.ts';
import { createConnectors } from './connectors.ts';
import { readRules, workflowKind, workflowKeys } from './definitions/read-rules.ts';
import { createHandlers } from './handlers.ts';
import { runObject } from './objects.ts';
import { createOutbox } from './outbox/outbox.ts';
import { outboxTables } from './outbox/table.ts';
import type { Rule } from './rule.ts';
import { cleanRuns } from './runs/clean.ts';
import { dueRunner } from './runs/due.ts';
import { createInterventions, type Interventions } from './runs/interventions.ts';
import type { Way } from './runs/new-runs.ts';
import { runner } from './runs/run.ts';
import { extendPayloads, extendRuns } from './schema.ts';
import { createSandbox } from './scripts/sandbox.ts';
import { handledEvents } from './service.ts';
import { automationSettings, type AutomationSettingsInput } from './settings.ts';
import type { Surroundings } from './sight.ts';
import type { Tools } from './tools.ts';
import { startIncoming } from './triggers/incoming.ts';
import { phasesOf } from './triggers/phases.ts';
import { scheduleJob, startScheduled } from './triggers/schedules.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    automation: true;
  }
}
declare module '../../kernel/jobs.ts' {
  interface JobTypes {
    /** Runs of one rule. */
    'automation.run': { readonly runs: readonly string[]; readonly way?: Way };
    /** A time trigger. */
    'automation.due': { readonly run: string };
  }
}

export interface AutomationOptions extends AutomationSettingsInput {
  /** Of days and clocks in expressions and schedules; UTC by default. */
  readonly timeZone?: string | undefined;
}

/** Carries out workflow rules and handlers: what follows from a change as data or code, in its transaction or durably after it. */
export function automation({ timeZone = 'UTC', ...given }: AutomationOptions = {}): Plugin {
  const settings = automationSettings.parse(given);
  const surroundings: Surroundings = { timeZone, env: Object.fromEntries(settings.env.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))) };
  const rules = new WeakMap<Catalog, readonly Rule[]>();
  const [handlers, connectors, sandbox] = [createHandlers(), createConnectors(), createSandbox(settings.scriptWorkers)];
  /** Objects whose writes are planned: a handler that comes later would never be called. */
  const planned = new Set<string>();
  let tools: Tools | undefined;
  let interventions: Interventions | undefined;
  const started = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('The plugin automation is not initialised.');
    return value;
  };

  return {
    name: 'automation',
    version: '1.0.0',
    description: 'Carries out workflow rules and handlers when records change, when their time comes and on schedules.',
    requires: ['jobs', 'users'],
    after: ['notifications'],
    database: { tables: outboxTables },
    metadata: {
      objects: [runObject],
      objectKeys: workflowKeys,
      kinds: [workflowKind],
      check(catalog, report, documents) {
        const read = readRules(catalog, report, documents, timeZone);
        // At a reload it is known by then what plugins registered.
        if (tools) connectors.check(read);
        if (tools) for (const object of catalog.objects.values()) handlers.rulesOf(object, catalog);
        rules.set(catalog, read);
      },
    },
    schema: {
      extend(schema) {
        extendPayloads(schema);
        extendRuns(schema, () => started(interventions));
      },
    },
    mutation: phasesOf({
      surroundings,
      tools: () => started(tools),
      rulesOf(object, catalog) {
        planned.add(object.name);
        return [...(rules.get(catalog) ?? []).filter((rule) => rule.object === object), ...handlers.rulesOf(object, catalog)];
      },
    }),
    lifecycle: {
      init({ services, log }) {
        const runtime = services.get('runtime');
        const jobs = services.get('jobs');
        tools = { runtime, services, jobs, settings, surroundings, outbox: createOutbox({ runtime, jobs }, log), handlers, connectors, sandbox };
        interventions = createInterventions(tools);
        // The runs count their attempts themselves.
        jobs.register('automation.run', { queue: 'automation', attempts: 1_000, handler: runner(tools) });
        jobs.register('automation.due', { queue: 'automation', attempts: 1_000, handler: dueRunner(tools) });
        jobs.register('automation.clean', { schedule: { cron: '23 * * * *' }, attempts: 1, priority: 'background', handler: () => cleanRuns(runtime.database, settings.keepDays) });
        const current = (): readonly Rule[] => rules.get(runtime.catalog) ?? [];
        registerSchedules(current, jobs, tools);
        services.register('automation', {
          on(object, event, handler, { name = `${object}.${event}`, runAs = 'system', criteria } = {}) {
            const known = runtime.catalog.objects.get(object);
            if (!known) throw new StartupError(`The handler "${name}" is for the object "${object}", which does not exist.`);
            if (planned.has(object)) throw new StartupError(`The handler "${name}" comes too late: records of ${object} were written already. Register handlers in init.`);
            if (current().some((rule) => rule.name === name)) throw new StartupError(`The handler "${name}" is called as a rule is. Give it another name: automation.on(…, …, handler, { name }).`);
            handlers.add({ name, object, event: handledEvents[event], runAs, criteria, handler });
            handlers.rulesOf(known, runtime.catalog);
          },
          start: (name, message) => startIncoming(current().find((rule) => rule.name === name), name, message, started(tools)),
          connector: (id, connector) => connectors.add(id, connector),
        });
      },
      start({ services }) {
        connectors.check(rules.get(services.get('runtime').catalog) ?? []);
        started(tools).outbox.start();
      },
      async stop() {
        await tools?.outbox.stop();
        await sandbox.stop();
      },
    },
  };
}

/** A job for each rule on a schedule. Those of later definitions run from the next start on. */
function registerSchedules(current: () => readonly Rule[], jobs: JobService, tools: Tools): void {
  for (const { name, schedule } of current()) {
    if (!schedule) continue;
    jobs.register(scheduleJob(name), {
      queue: 'automation',
      schedule,
      async handler(job) {
        const rule = current().find((each) => each.name === name);
        if (rule?.schedule) await startScheduled(rule, job, tools);
      },
    });
  }
}
