import { appendFileSync } from 'node:fs';
import { openDatabase } from '../../../src/database/open-database.ts';
import { startWorking } from './support.ts';

/** A further process on the same server: `child.ts <schema> <file>`. Its jobs write a line each into the file. */
const [, , schema = '', file = ''] = process.argv;
const database = await openDatabase({ url: process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres', schema, pool: 4 });
const say = (line: string): void => appendFileSync(file, `${line}\n`);

await startWorking(
  database,
  (jobs) => {
    jobs.register('tick', { schedule: { cron: '* * * * * *' }, handler: () => say(`tick ${process.pid}`) });
    jobs.register('hang', {
      retryDelay: 0,
      handler: async ({ attempt, data }) => {
        say(`hang ${String(data['n'])} ${attempt}`);
        if (attempt === 1) await new Promise((done) => setTimeout(done, 600_000));
      },
    });
    jobs.register('echo', { handler: ({ data }) => say(`echo ${String(data['n'])}`) });
  },
  { settings: { leaseSeconds: 2 } },
);
process.send?.('ready');
