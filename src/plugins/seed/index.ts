import type { Logger } from '../../kernel/log.ts';
import type { Plugin } from '../../kernel/plugin.ts';
import type { SeedSet } from '../../metadata/seed.ts';
import type { Runtime } from '../../resolvers/runtime.ts';
import { loadSeeds } from './load.ts';
import type { SeedReport } from './load.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    seed: true;
  }
  interface Services {
    seed: SeedService;
  }
}

export interface SeedService {
  /** Writes the records of all data files that count in this environment; undefined when `onlyWhenEmpty` found records. */
  load(options?: { readonly onlyWhenEmpty?: boolean }): Promise<SeedReport | undefined>;
}

export interface SeedOptions {
  /** Which data files count: those without `env`, and those that name this one. */
  readonly environment: 'prod' | 'dev' | 'test';
  /** Whether a start with empty tables loads the data files; true by default. */
  readonly atStart?: boolean;
}

/** Loads the records of data files: at the first start, and whenever `objectos seed` is run. */
export function seed({ environment, atStart = true }: SeedOptions): Plugin {
  let service: SeedService | undefined;
  return {
    name: 'seed',
    version: '1.0.0',
    description: 'Loads the records of *.data.yml files into empty tables at start, and on `objectos seed`.',
    requires: ['users'],
    lifecycle: {
      init: ({ services, log }) => {
        service = createService(services.get('runtime'), environment, log);
        services.register('seed', service);
      },
      async start() {
        if (atStart) await service?.load({ onlyWhenEmpty: true });
      },
    },
  };
}

function createService(runtime: Runtime, environment: string, log: Logger): SeedService {
  const counts = ({ env }: SeedSet): boolean => env.length === 0 || env.includes(environment);
  return {
    async load({ onlyWhenEmpty = false } = {}) {
      const sets = runtime.seeds.filter(counts);
      if (sets.length === 0) return onlyWhenEmpty ? undefined : { objects: [], duration: 0 };
      const report = await loadSeeds(sets, runtime.writer, { ...runtime.systemContext(), skipAutomations: true }, { onlyWhenEmpty });
      if (report) {
        const created = report.objects.reduce((sum, object) => sum + object.created, 0);
        const updated = report.objects.reduce((sum, object) => sum + object.updated, 0);
        log.info({ created, updated, duration: report.duration }, `Loaded ${created + updated} records of ${report.objects.length} objects from the data files.`);
      }
      return report;
    },
  };
}
