import type { Catalog } from '../../metadata/catalog.ts';
import type { Database } from '../database.ts';
import type { PlatformTable } from '../phase.ts';
import { migrating, runSteps } from './apply.ts';
import { refuseLosses, type DataLoss } from './data-loss.ts';
import { type MigrationPlan, planMigration, type SchemaState } from './plan-migration.ts';
import { hashOf, readHash, readState, stateOf, writeState } from './schema-state.ts';

export interface SyncOptions {
  readonly database: Database;
  readonly catalog: Catalog;
  readonly tables?: readonly PlatformTable[] | undefined;
  readonly acceptDataLoss?: DataLoss | undefined;
}

/** Plans for empty databases, by hash: tests start the same app many times. */
const fresh = new Map<string, MigrationPlan>();

/**
 * Brings the tables to what the definitions ask for, without migration files: for embedded databases of an app that has
 * none, and for tests. Costs two small queries when nothing changed. Answers whether something did.
 */
export async function syncSchema({ database, catalog, tables, acceptDataLoss }: SyncOptions): Promise<boolean> {
  const to = stateOf(catalog, tables);
  const hash = hashOf(to);
  if ((await readHash(database)) === hash) return false;
  return migrating(database, async () => {
    const from = await readState(database);
    if (from && hashOf(from) === hash) return false;
    const plan = from ? await planMigration(from, to, catalog) : await freshPlan(hash, to);
    refuseLosses(plan, acceptDataLoss);
    await runSteps(database, plan.steps, 'The change of the tables');
    await writeState(database, to);
    return true;
  });
}

async function freshPlan(hash: string, to: SchemaState): Promise<MigrationPlan> {
  const known = fresh.get(hash);
  if (known) return known;
  const plan = await planMigration(undefined, to);
  if (fresh.size >= 20) fresh.clear();
  fresh.set(hash, plan);
  return plan;
}
