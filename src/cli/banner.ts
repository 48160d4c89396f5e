import type { Platform } from '../platform.ts';
import type { Io } from './io.ts';
import { formatTable } from './io.ts';
import { sampleQuery } from './sample-query.ts';

/** What a person wants to know once the server listens. */
export function printBanner(io: Io, platform: Platform, url: string, milliseconds: number): void {
  const { settings, catalog, database } = platform;
  const endpoint = `${url}${settings.server.path}`;
  const objects = [...catalog.objects.values()].filter(({ system }) => !system).length;
  const store = database.kind === 'postgres' ? 'PostgreSQL' : settings.database.dataDirectory === 'memory://' ? 'embedded, in memory: nothing is kept' : `embedded, in ${settings.database.dataDirectory}`;
  const graphiql = settings.server.graphiql ?? settings.mode !== 'production';
  const rows = [
    ['GraphQL', endpoint],
    ...(graphiql ? [['GraphiQL', `${endpoint}  (open it in a browser)`]] : []),
    ['Database', store],
    ['Objects', `${objects} (${settings.mode})`],
  ];
  io.out(`\n${io.style('green', 'ObjectOS is ready')} after ${(milliseconds / 1000).toFixed(1)} s\n`);
  io.out(formatTable(rows.map(([label = '', value = '']) => [io.style('bold', label), value]), '  '));
  const query = sampleQuery(catalog);
  if (query !== undefined) io.out(`\n  Try\n\n    curl ${endpoint} -H 'content-type: application/json' \\\n      -d '{"query":"${query}"}'`);
  if (platform.accessProvider === 'open') {
    io.out(`\n${io.style('yellow', '  WARNING  Access is open: everyone who reaches this server may read and change everything.')}`);
    io.out(io.style('yellow', '           Take "open-access" out of objectos.config.yml before real data comes in.'));
  }
  io.out('\n  Ctrl+C stops it.\n');
}
