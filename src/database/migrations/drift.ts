import { randomBytes } from 'node:crypto';
import type { Database } from '../database.ts';
import { quoteName } from '../listener.ts';
import { planMigration, type SchemaState, statementsOf } from './plan-migration.ts';
import { bookkeepingTables } from './schema-state.ts';

/** One way in which the database is not as the migrations left it. */
export interface Drift {
  readonly kind: 'missing' | 'unexpected' | 'different';
  /** `column contact.age`, `index contact_email_key` */
  readonly subject: string;
  readonly expected?: string;
  readonly found?: string;
}

interface Found {
  readonly subject: string;
  /** The table that the subject belongs to; a table that differs as a whole is one difference. */
  readonly owner: string;
  readonly definition: string;
}

const catalogQuery = `
WITH tables AS (SELECT c.oid, c.relname FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p'))
SELECT 'table ' || relname AS subject, relname AS owner, '' AS definition FROM tables
UNION ALL
SELECT 'column ' || t.relname || '.' || a.attname, t.relname,
  format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
UNION ALL
SELECT 'index ' || i.relname, t.relname, regexp_replace(pg_get_indexdef(i.oid), ' ON (ONLY )?[^ ]+ USING', ' USING')
FROM tables t JOIN pg_index x ON x.indrelid = t.oid JOIN pg_class i ON i.oid = x.indexrelid
UNION ALL
SELECT 'constraint ' || k.conname, t.relname, pg_get_constraintdef(k.oid) FROM tables t JOIN pg_constraint k ON k.conrelid = t.oid WHERE k.contype <> 'n'`;

/**
 * Compares the database with the state that its migrations describe. That state is built anew in a schema of its own, in a
 * transaction that is rolled back, so that PostgreSQL itself spells both sides.
 */
export async function findDrift(database: Database, state: SchemaState): Promise<readonly Drift[]> {
  const shadow = `objectos_shadow_${randomBytes(6).toString('hex')}`;
  const statements = statementsOf(await planMigration(undefined, state));
  return database.transaction(
    async () => {
      await database.exec(`SET LOCAL statement_timeout = 0`);
      const { rows } = await database.query<{ name: string }>({ text: 'SELECT current_schema() AS name', values: [] });
      const current = rows[0]?.name ?? 'public';
      const found = await read(database, current);
      await database.exec(`CREATE SCHEMA ${quoteName(shadow)}; SET LOCAL search_path = ${quoteName(shadow)}`);
      await database.exec(statements.join(';\n'));
      return compare(await read(database, shadow), found);
    },
    { rollback: true, timeout: 600_000 },
  );
}

/** Definitions name other tables with their schema unless it is in the search path, so each side is read from within. */
async function read(database: Database, schema: string): Promise<ReadonlyMap<string, Found>> {
  const { rows } = await database.query<Found>({ text: catalogQuery, values: [quoteName(schema)] });
  return new Map(rows.filter(({ owner }) => !bookkeepingTables.has(owner)).map((row) => [`${row.owner} ${row.subject}`, row]));
}

function compare(expected: ReadonlyMap<string, Found>, found: ReadonlyMap<string, Found>): Drift[] {
  const table = ({ owner }: Found): string => `${owner} table ${owner}`;
  const isTable = (one: Found): boolean => one.subject === `table ${one.owner}`;
  const drift: Drift[] = [];
  for (const [key, one] of expected) {
    const other = found.get(key);
    if (other === undefined) {
      if (isTable(one) || found.has(table(one))) drift.push({ kind: 'missing', subject: one.subject, ...(one.definition !== '' && { expected: one.definition }) });
    } else if (other.definition !== one.definition) drift.push({ kind: 'different', subject: one.subject, expected: one.definition, found: other.definition });
  }
  for (const [key, one] of found) {
    if (!expected.has(key) && (isTable(one) || expected.has(table(one)))) drift.push({ kind: 'unexpected', subject: one.subject, ...(one.definition !== '' && { found: one.definition }) });
  }
  return drift.sort((a, b) => (a.subject < b.subject ? -1 : 1));
}
