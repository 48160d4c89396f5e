import type { Database } from '../../../src/database/database.ts';
import type { JobService } from '../../../src/kernel/jobs.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import type { JobsSettingsInput } from '../../../src/plugins/jobs/settings.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

declare module '../../../src/kernel/plugin.ts' {
  interface PluginNames {
    work: true;
  }
}

export interface Working {
  readonly app: TestPlatform;
  readonly jobs: JobService;
  /** The jobs as the API shows them, oldest first. */
  list(fields?: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** A platform whose workers run the jobs that `register` brings. */
export async function startWorking(database: Database, register: (jobs: JobService) => void, { settings = {}, start = true, plugins = [] }: { settings?: JobsSettingsInput; start?: boolean; plugins?: readonly Plugin[] } = {}): Promise<Working> {
  const work: Plugin = {
    name: 'work', version: '1.0.0', description: 'Registers the jobs of a test.', requires: ['jobs'],
    lifecycle: { init: ({ services }) => register(services.get('jobs')) },
  };
  const app = await startPlatform({
    database,
    objects: [{ name: 'note', fields: { title: 'text' } }],
    plugins: [jobs({ pollSeconds: 60, ...settings }), work, ...plugins],
  });
  if (start) await app.platform.kernel.start();
  return {
    app,
    jobs: app.platform.kernel.services.get('jobs', 'the test'),
    async list(fields = 'id name status attempts error') {
      const { data, errors } = await app.query(`{ jobs(where: { not: { name: { endsWith: ".clean" } } }, orderBy: [{ createdAt: ASC }]) { nodes { ${fields} } } }`);
      if (errors) throw new Error(JSON.stringify(errors));
      return (data?.['jobs'] as { nodes: readonly Readonly<Record<string, unknown>>[] }).nodes;
    },
  };
}

/** A promise with its ends. */
export function deferred<T = void>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

/** Waits until the check passes, for so many milliseconds at most. */
export async function eventually(check: () => void | Promise<void>, patience = 30_000): Promise<void> {
  for (const end = Date.now() + patience; ; await new Promise((done) => setTimeout(done, 20))) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
