import { StartupError } from '../../errors.ts';
import type { Logger } from '../../kernel/log.ts';
import type { Plugin } from '../../kernel/plugin.ts';
import type { Catalog, CatalogObject } from '../../metadata/catalog.ts';
import { autonumberPart } from './autonumbers/statement-part.ts';
import { checkAutonumbers } from './autonumbers/check.ts';
import { counterTables } from './autonumbers/tables.ts';
import { checkHistory } from './history/check.ts';
import { extendWithHistory } from './history/schema.ts';
import { trackedNames } from './history/tracked-fields.ts';
import { hookKind } from './hooks/definition.ts';
import { createHookHandlers, requireHandlers, type HookHandlers } from './hooks/handlers.ts';
import type { Hook } from './hooks/hook.ts';
import { hooksPhase } from './hooks/hooks-phase.ts';
import { readHooks } from './hooks/read-hooks.ts';
import { catchUp } from './catch-up.ts';
import { computedFormula } from './formulas/computed-formula.ts';
import { partsOfAverages } from './roll-ups/average-parts.ts';
import { readRollUps } from './roll-ups/read-roll-ups.ts';
import { createRollUpService, type RollUpService } from './roll-ups/service.ts';
import { rollUpPart } from './roll-ups/statement-part.ts';
import { rollUpTables } from './roll-ups/tables.ts';
import { extremumIndexes } from './roll-ups/wanted-indexes.ts';
import { fieldKeys, objectKeys } from './keys.ts';
import { machinePhase } from './states/machine-phase.ts';
import type { StateMachine } from './states/machine.ts';
import { readAllMachines, stateKind } from './states/machines.ts';
import { extendWithMachines } from './states/schema.ts';
import { rulesSettings, type RulesSettingsInput } from './settings.ts';
import { createValidators, type Validators } from './validations/validators.ts';
import { checkRules, writePhases } from './write-phase.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    rules: true;
  }
  interface Services {
    rollUps: RollUpService;
    validators: Validators;
    hookHandlers: HookHandlers;
  }
}

/** The business rules of definitions: what is computed, and what a record must keep to be written. */
export function rules(settings: RulesSettingsInput = {}): Plugin {
  const { timeZone, allowPrivateAddresses, recheck } = rulesSettings.parse(settings);
  const validators = createValidators();
  const checks = { timeZone, allowPrivateAddresses, validators };
  // What was read with the definitions, for what is made of them.
  const machines = new WeakMap<Catalog, ReadonlyMap<string, readonly StateMachine[]>>();
  const hooks = new WeakMap<Catalog, ReadonlyMap<string, readonly Hook[]>>();
  const handlers = createHookHandlers();
  let logger: Logger | undefined;
  const machinesOf = ({ name }: CatalogObject, catalog: Catalog): readonly StateMachine[] => machines.get(catalog)?.get(name) ?? [];
  let running: Promise<void> = Promise.resolve();
  return {
    name: 'rules',
    version: '1.0.0',
    description: 'Computes formulas, roll-ups, numbers and defaults, and checks validation rules and conditions of fields.',
    ...(recheck !== undefined && { requires: ['jobs'] }),
    after: ['jobs'],
    metadata: {
      computes: ['formula', 'summary', 'autonumber'],
      objectKeys,
      fieldKeys,
      enableKeys: ['trackHistory'],
      kinds: [stateKind, hookKind],
      keptFields: partsOfAverages,
      indexes: extremumIndexes,
      check(catalog, report, documents) {
        readRollUps(catalog, report);
        checkAutonumbers(catalog, report);
        checkHistory(catalog, report);
        checkRules(catalog, checks, report);
        hooks.set(catalog, readHooks(catalog, report, documents.get(hookKind.suffix) ?? []));
        machines.set(catalog, readAllMachines(catalog, report, documents.get(stateKind.suffix) ?? []));
      },
    },
    read: { computed: (field, catalog) => computedFormula(field, catalog, timeZone) },
    schema: {
      extend(schema) {
        extendWithHistory(schema);
        extendWithMachines(schema, (object) => machinesOf(object, schema.catalog), timeZone);
      },
    },
    database: { tables: [...counterTables, ...rollUpTables] },
    mutation: [
      { forObject: (object, catalog) => hooksPhase(hooks.get(catalog)?.get(object.name) ?? [], catalog, { timeZone, handlers, log: () => logger }) },
      { forObject: (object, catalog) => machinePhase(machinesOf(object, catalog), catalog, timeZone) },
      {
        pure: true,
        keeps: trackedNames,
        forObject: (object, catalog) => writePhases(object, catalog, checks),
        statement: (object, catalog) => [rollUpPart(object, catalog), autonumberPart(object, timeZone)].filter((part) => part !== undefined),
      },
    ],
    lifecycle: {
      async init({ services, events, log }) {
        const runtime = services.get('runtime');
        const service = createRollUpService(runtime);
        services.register('rollUps', service);
        services.register('validators', validators);
        if (recheck !== undefined) {
          services.get('jobs').register('rules.recheck', {
            schedule: { cron: recheck, timeZone }, attempts: 1, timeout: 6 * 3_600_000, priority: 'background',
            handler: async () => {
              const mended = (await service.recompute()).filter(({ different }) => different > 0);
              if (mended.length > 0) log.warn({ mended }, 'Some roll-ups differed from their records and were mended.');
              return mended;
            },
          });
        }
        services.register('hookHandlers', handlers);
        logger = log;
        const makeMissing = (): Promise<void> => {
          running = running.then(() => catchUp({ runtime, rollUps: service, timeZone, log }));
          return running;
        };
        events.on('platform:reloaded', makeMissing);
        await makeMissing();
      },
      start({ services }) {
        const missing = validators.start();
        if (missing.length > 0) throw new StartupError(`${missing.join('\n')}\nRegister it with the service "validators" when your plugin is initialised.`);
        requireHandlers(hooks.get(services.get('runtime').catalog) ?? new Map(), handlers);
      },
      stop: () => running,
    },
  };
}
