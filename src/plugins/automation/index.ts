import type { Plugin } from '../../kernel/plugin.ts';
import type { MutationPhase } from '../../resolvers/write/phase.ts';
import { readRules, workflowKind, workflowKeys } from './definitions/read-rules.ts';
import type { Surroundings } from './fires.ts';
import { createInterventions, type Interventions } from './interventions.ts';
import { runObject } from './objects.ts';
import type { Rule } from './rule.ts';
import { runner } from './run.ts';
import { extendWithRuns } from './schema.ts';
import { setFields } from './set-fields.ts';
import { automationSettings, type AutomationSettingsInput } from './settings.ts';
import { startRuns, type StartTools } from './start-runs.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    automation: true;
  }
}
declare module '../../kernel/jobs.ts' {
  interface JobTypes {
    'automation.run': { readonly run: string };
  }
}

export interface AutomationOptions extends AutomationSettingsInput {
  /** Of days and clocks in expressions; UTC by default. */
  readonly timeZone?: string | undefined;
}

/** Carries out workflow rules: what follows from a change as data, in its transaction or durably after it. */
export function automation({ timeZone = 'UTC', ...given }: AutomationOptions = {}): Plugin {
  const settings = automationSettings.parse(given);
  const surroundings: Surroundings = { timeZone, env: Object.fromEntries(settings.env.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))) };
  let rules: readonly Rule[] = [];
  let tools: StartTools | undefined;
  let interventions: Interventions | undefined;
  const started = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('The plugin automation is not initialised.');
    return value;
  };

  return {
    name: 'automation',
    version: '1.0.0',
    description: 'Carries out workflow rules when records change.',
    requires: ['jobs', 'users'],
    metadata: {
      objects: [runObject],
      objectKeys: workflowKeys,
      kinds: [workflowKind],
      check(catalog, report, documents) {
        rules = readRules(catalog, report, documents);
      },
    },
    schema: { extend: (schema) => extendWithRuns(schema, () => started(interventions)) },
    /** Asked whenever definitions were loaded. */
    get mutation() {
      return phasesOf(rules, surroundings, () => started(tools));
    },
    lifecycle: {
      init({ services }) {
        const runtime = services.get('runtime');
        const jobs = services.get('jobs');
        tools = { runtime, jobs, surroundings, maxChain: settings.maxChain };
        interventions = createInterventions(runtime, jobs);
        // The runs count their attempts themselves.
        jobs.register('automation.run', { queue: 'automation', attempts: 1_000, handler: runner({ runtime, services, jobs, settings, surroundings }) });
      },
    },
  };
}

/** Hooks for the objects and kinds of changes that have rules: others cost nothing. */
function phasesOf(rules: readonly Rule[], surroundings: Surroundings, tools: () => StartTools): readonly MutationPhase[] {
  const phases: MutationPhase[] = [];
  for (const name of new Set(rules.map(({ object }) => object.name))) {
    const of = (runIn: Rule['runIn']) => rules.filter((rule) => rule.object.name === name && rule.runIn === runIn);
    const kinds = (list: readonly Rule[]) => [...new Set(list.flatMap(({ events }) => [...events]))];
    const within = of('transaction');
    const afterwards = of('commit');
    if (within.length > 0) phases.push({ objects: [name], kinds: kinds(within), pure: true, before: (changes, context) => setFields(within, changes, context, surroundings) });
    if (afterwards.length > 0) phases.push({ objects: [name], kinds: kinds(afterwards), after: (changes, context) => startRuns(afterwards, changes, context, tools()) });
  }
  return phases;
}

