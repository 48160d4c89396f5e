import { StartupError } from '../../errors.ts';
import type { Database } from '../database.ts';
import { fitsFunction } from './cast.ts';
import type { Step } from './plan-migration.ts';
import { bookkeeping } from './schema-state.ts';

/** A migration that was refused or failed. Nothing of it remains. */
export class MigrationError extends StartupError {}

/** A day: migrations of large tables take their time. */
const timeout = 24 * 60 * 60 * 1_000;

/**
 * Runs `work` in a transaction that no other migration of this database schema shares, nor `prisma migrate`. Several
 * processes that start at once come here one after the other, so `work` must look again at what there is to do.
 */
export function migrating<T>(database: Database, work: () => Promise<T>): Promise<T> {
  return database.transaction(
    async () => {
      await database.exec(
        `SELECT set_config('statement_timeout', '0', true), set_config('client_min_messages', 'warning', true), pg_advisory_xact_lock_shared(72707369), pg_advisory_xact_lock(72707369, hashtext(current_schema()))`,
      );
      await database.exec(bookkeeping);
      return work();
    },
    { timeout },
  );
}

/** Runs the steps; statements between two checks go in one call. */
export async function runSteps(database: Database, steps: readonly Step[], subject: string): Promise<void> {
  let batch: string[] = [];
  const flush = async (): Promise<void> => {
    const statements = batch;
    batch = [];
    if (statements.length > 0) await runStatements(database, statements, subject);
  };
  for (const step of steps) {
    if ('sql' in step) batch.push(step.sql);
    else {
      await flush();
      if (step.check === fitsFunction) await database.exec(step.check);
      else await check(database, step);
    }
  }
  await flush();
}

async function check(database: Database, { problem, hint, check: text }: Exclude<Step, { readonly sql: string }>): Promise<void> {
  const { rows } = await database.query<{ id: string; sample: string | null }>({ text, values: [] });
  if (rows.length === 0) return;
  const listed = rows.map(({ id, sample }) => `  ${id}${sample === null ? '' : `: ${JSON.stringify(sample)}`}`);
  throw new MigrationError([`${problem}:`, ...listed, ...(rows.length === 5 ? ['  …'] : []), hint].join('\n'));
}

/** All at once, because that is fast; when that fails, one by one to find which. */
export async function runStatements(database: Database, statements: readonly string[], subject: string): Promise<void> {
  if (statements.length === 0) return;
  try {
    await database.transaction(() => database.exec(statements.join(';\n')));
  } catch {
    for (const statement of statements) {
      try {
        await database.exec(statement);
      } catch (error) {
        throw new MigrationError(`${subject} failed and was undone.\nStatement: ${statement}\nReason: ${reason(error)}`, { cause: error });
      }
    }
  }
}

/** The database's own words: the reader is an operator, not a client. */
function reason(error: unknown): string {
  let at: unknown = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  if (!(at instanceof Error)) return String(at);
  const { detail, hint } = at as { detail?: string; hint?: string };
  return [at.message, ...(detail === undefined ? [] : [`(${detail})`]), ...(hint === undefined ? [] : [hint])].join(' ');
}
