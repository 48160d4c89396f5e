import { ObjectosError, StartupError } from '../errors.ts';
import { sqlState } from './errors.ts';

/** Why a server's database could not be opened, as the person who set its address needs it; other errors stay as they are. */
export function cannotOpen(error: unknown, url: string): unknown {
  const { host, database, user } = partsOf(url);
  const state = sqlState(error);
  const explain = (problem: string): StartupError => new StartupError(`${problem} Check DATABASE_URL, or leave it out to use the embedded database.`, { cause: error });
  switch (state) {
    case '3D000':
      return explain(`There is no database "${database}" on ${host}; make it with: createdb ${database}.`);
    case '28P01':
      return explain(`${host} refuses the password of "${user}".`);
    case '28000':
      return explain(`${host} does not let "${user}" in.`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return explain(`No machine is known as ${host}.`);
  }
  if (state?.startsWith('57P') === true || state?.startsWith('53') === true) return explain(`The PostgreSQL server at ${host} takes no connection now.`);
  if (error instanceof ObjectosError && error.code === 'UNAVAILABLE') return explain(`No PostgreSQL server answers at ${host}${state === undefined ? '' : ` (${state})`}.`);
  return error instanceof Error && /SSL|certificate/i.test(error.message) ? explain(`The connection to ${host} is not secured as asked: ${error.message}.`) : error;
}

function partsOf(url: string): { readonly host: string; readonly database: string; readonly user: string } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return { host: parsed?.host ?? 'the server', database: decodeURIComponent(parsed?.pathname.slice(1) ?? ''), user: decodeURIComponent(parsed?.username ?? '') };
}
