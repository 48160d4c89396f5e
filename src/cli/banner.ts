import type { SignInHint } from '../server/phase.ts';
import { sampleQuery } from '../server/sample-query.ts';
import type { Io } from './io.ts';
import { formatTable } from './io.ts';
import type { Serving } from './serving.ts';

/** What a person wants to know once the server listens. */
export function printBanner(io: Io, { platform, url, duration, signIn }: Serving): void {
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
    ...(signIn ? signInRows(signIn) : []),
  ];
  io.out(`\n${io.style('green', 'ObjectOS is ready')} after ${(duration / 1000).toFixed(1)} s\n`);
  io.out(formatTable(rows.map(([label = '', value = '']) => [io.style('bold', label), value]), '  '));
  const query = sampleQuery(catalog);
  if (query !== undefined) io.out(`\n  Try\n\n${[...(signIn ? signInLines(io, endpoint, signIn) : []), ...queryLines(endpoint, query, signIn !== undefined)].map((line) => `    ${line}`).join('\n')}`);
  if (platform.accessProvider === 'open') {
    io.out(`\n${io.style('yellow', '  WARNING  Access is open: everyone who reaches this server may read and change everything.')}`);
    io.out(io.style('yellow', '           Take "open-access" out of objectos.config.yml before real data comes in.'));
  }
  io.out('\n  Ctrl+C stops it.\n');
}

function signInRows({ addresses, password }: SignInHint): string[][] {
  return [...addresses.map((address, index) => [index === 0 ? 'Sign in' : '', address]), ['Password', password]];
}

/** Puts a token into `$TOKEN`, with nothing that a shell has not. */
function signInLines({ env }: Io, endpoint: string, { addresses, newPassword }: SignInHint): string[] {
  const password = newPassword !== undefined ? `PASSWORD='${newPassword}'` : env['OBJECTOS_SAMPLE_PASSWORD'] !== undefined ? 'PASSWORD=$OBJECTOS_SAMPLE_PASSWORD' : 'read -rs PASSWORD   # type it, then Enter';
  return [
    password,
    `TOKEN=$(curl -s ${endpoint} -H 'content-type: application/json' \\`,
    `  -d '{"query":"mutation { signIn(email: \\"${addresses[0] ?? ''}\\", password: \\"'"$PASSWORD"'\\") { token } }"}' | cut -d '"' -f 8)`,
  ];
}

const queryLines = (endpoint: string, query: string, withToken: boolean): string[] => [
  `curl ${endpoint} -H 'content-type: application/json'${withToken ? ' -H "authorization: Bearer $TOKEN"' : ''} \\`,
  `  -d '{"query":"${query}"}'`,
];
