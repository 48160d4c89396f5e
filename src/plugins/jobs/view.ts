import { createHash } from 'node:crypto';
import type { Database } from '../../database/database.ts';
import { jobPriorities } from '../../kernel/jobs.ts';

const priority = `(ARRAY[${jobPriorities.map((name) => `'${name}'`).join(', ')}])[least(greatest(j.priority, 0), ${jobPriorities.length - 1}) + 1]`;

/** The rows of `sys_job`, from the table that pg-boss keeps. */
const viewOf = (schema: string): string => `
SELECT j.id, j.data->>'name' AS name, j.name AS queue,
  CASE j.state WHEN 'created' THEN 'waiting' WHEN 'retry' THEN 'retrying' WHEN 'active' THEN 'running' ELSE j.state::text END AS status,
  ${priority} AS priority, j.data->>'key' AS key,
  j.retry_count + CASE WHEN j.started_on IS NULL THEN 0 ELSE 1 END AS attempts, j.retry_limit + 1 AS max_attempts,
  CASE j.state WHEN 'completed' THEN 100 WHEN 'active' THEN (j.output->'progress'->>'percent')::int END AS progress,
  CASE j.state WHEN 'active' THEN j.output->'progress'->>'message' END AS progress_message,
  j.start_after AS run_at, j.started_on AS started_at, j.completed_on AS finished_at,
  CASE WHEN j.state IN ('completed', 'failed') THEN (extract(epoch FROM j.completed_on - j.started_on) * 1000)::int END AS duration,
  j.data->'data' AS input, CASE j.state WHEN 'completed' THEN j.output->'result' END AS output,
  CASE WHEN j.state IN ('retry', 'failed') THEN coalesce(j.output->>'message', j.output->'value'->>'message') END AS error,
  j.created_on AS created_at, NULL::uuid AS created_by, coalesce(j.completed_on, j.started_on, j.created_on) AS updated_at, NULL::uuid AS updated_by, j.retry_count + 1 AS version
FROM ${schema}.job j WHERE j.data ? 'name'`;

/** Makes the view where it is missing or of another version. Tables of the app do not depend on it, so migrations leave it alone. */
export async function createJobView(database: Database, schema: string): Promise<void> {
  const sql = viewOf(schema);
  const fingerprint = createHash('sha256').update(sql).digest('hex');
  const { rows } = await database.query<{ found: string | null }>({ text: `SELECT obj_description(to_regclass('"sys_job"')) AS found`, values: [] });
  if (rows[0]?.found === fingerprint) return;
  await database.transaction(() => database.exec(`SELECT pg_advisory_xact_lock(hashtext('${schema}')); DROP VIEW IF EXISTS "sys_job"; CREATE VIEW "sys_job" AS ${sql}; COMMENT ON VIEW "sys_job" IS '${fingerprint}'`));
}
