import { ObjectosError, type Problem } from '../../errors.ts';
import type { RequestContext } from '../request.ts';
import { RefusedByConstraint } from './constraint-problems.ts';
import { makeWay } from './make-way.ts';
import type { ObjectPlan } from './object-plan.ts';
import type { RootRows } from './root-rows.ts';
import type { Row } from './rows.ts';
import { attempt, RefusedRows, type RunResult } from './run.ts';
import type { WriteTools } from './tools.ts';
import type { Told, WriteRequest, WriteResult, WriteRow } from './writer.ts';

/** How often an upsert looks again when another writer created its record in between, or a number is made that is in use. */
const maxAttempts = 4;

/** Runs the stages for all rows together; in PARTIAL mode again without those that were refused. */
export async function attemptRows(plan: ObjectPlan, request: WriteRequest, { count, source }: RootRows, tools: WriteTools, context: RequestContext): Promise<WriteResult> {
  if (count > tools.settings.maxRows) throw new ObjectosError('LIMIT_EXCEEDED', `One write may touch at most ${tools.settings.maxRows} records. Split it into several.`);
  const step = `${request.operation} ${plan.name}`;
  const isUpsert = request.operation === 'upsert' || request.operation === 'upsertMany';
  const once = (roots: readonly number[] | undefined): Promise<RunResult> => repeat(request, context, () => attempt(source, roots, tools, context, { step, sole: request.options.sole === true && !isUpsert && request.options.mode !== 'PARTIAL' }));
  const roots = Array.from({ length: count }, (_, root) => root);
  if (request.options.mode !== 'PARTIAL') {
    const results = await once(undefined).then((result) => [result]).catch((error: unknown) => {
      // A statement looks at unique values row by row, in an order of its own. After a failed one only the owner of the transaction can go on.
      if (!isFreed(error) || count === 1 || (request.options.sole === true && context.database.inTransaction)) throw error;
      return context.database.transaction(() => inOrder(roots, once));
    });
    return { rows: results.flatMap(({ rows }) => rows).map(writeRow), warnings: results.flatMap(({ warnings }) => warnings), told: results.flatMap(({ told }) => told) };
  }

  const results: WriteRow[] = [];
  const allWarnings: Problem[] = [];
  const allTold: Told[] = [];
  const refuse = (root: number, problems: readonly Problem[]) => results.push({ index: root, id: undefined, created: false, problems });
  const work = async (some: readonly number[]): Promise<void> => {
    if (some.length === 0) return;
    try {
      const { rows, warnings, told } = await once(some);
      results.push(...rows.map(writeRow));
      allWarnings.push(...warnings);
      allTold.push(...told);
      return;
    } catch (error) {
      const refused = refusals(error, some);
      for (const [root, problems] of refused ?? []) refuse(root, problems);
      const waiting = error instanceof RefusedRows ? error.list.waiting : [];
      const rest = some.filter((root) => refused?.has(root) !== true && !waiting.includes(root));
      // Stages name all rows they refuse, the database only the first: halves find the others in few attempts.
      const parts = error instanceof RefusedRows ? 1 : 2;
      const size = Math.ceil(rest.length / parts);
      for (let start = 0; start < rest.length; start += size) await work(rest.slice(start, start + size));
      await work(waiting);
    }
  };
  await context.database.transaction(() => {
    results.length = 0;
    allWarnings.length = 0;
    allTold.length = 0;
    return work(roots);
  });
  return { rows: results.sort((left, right) => left.index - right.index), warnings: allWarnings, told: allTold };
}

/** The rows that an error blames; undefined when it could be any of several. Errors that no row is to blame for go on. */
function refusals(error: unknown, roots: readonly number[]): ReadonlyMap<number, readonly Problem[]> | undefined {
  if (error instanceof RefusedRows) return new Map([...error.list.roots].map((root) => [root, error.list.of(root)]));
  if (!(error instanceof ObjectosError) || !blamesRows.has(error.code)) throw error;
  const [only] = roots;
  const problems = error.problems ?? [{ path: [], code: error.code, message: error.message }];
  if (error instanceof RefusedByConstraint && error.root !== undefined && (roots.length === 1 || !error.freed)) return new Map([[error.root, problems]]);
  return roots.length === 1 && only !== undefined ? new Map([[only, problems]]) : undefined;
}

const isFreed = (error: unknown): boolean => error instanceof RefusedByConstraint && error.freed;

/** One row after the other: each finds what those before it left. */
async function inOrder(roots: readonly number[], once: (roots: readonly number[]) => Promise<RunResult>): Promise<readonly RunResult[]> {
  const results: RunResult[] = [];
  for (const root of roots) results.push(await once([root]));
  return results;
}

const blamesRows: ReadonlySet<string> = new Set(['VALIDATION_FAILED', 'CONFLICT', 'NOT_FOUND', 'FORBIDDEN', 'BAD_REQUEST']);

async function repeat(request: WriteRequest, context: RequestContext, run: () => Promise<RunResult>): Promise<RunResult> {
  const isUpsert = request.operation === 'upsert' || request.operation === 'upsertMany';
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await run();
    } catch (error) {
      const raced = isUpsert && error instanceof RefusedByConstraint && error.violation.kind === 'unique';
      if (attempts >= maxAttempts || !((await makeWay(error, request, context)) || raced)) throw error;
    }
  }
}

function writeRow({ root, id, kind }: Row): WriteRow {
  return { index: root, id, created: kind === 'create', problems: [] };
}
