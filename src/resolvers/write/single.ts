import { validate as isUuid } from 'uuid';
import { isConflict } from '../../database/errors.ts';
import { newId } from '../../kernel/new-id.ts';
import type { RequestContext } from '../request.ts';
import { explainConstraint, RefusedByConstraint } from './constraint-problems.ts';
import { followUpsOf, leavesWork } from './follow-ups.ts';
import { loadPrevious } from './load-previous.ts';
import { takeNotes, tellNotes } from './notes.ts';
import type { ObjectPlan } from './object-plan.ts';
import { readInput, type WriteNode } from './read-input.ts';
import { newRow, type Row } from './rows.ts';
import { reportFlags, type Answer } from './report-flags.ts';
import { createState, notifyCommitted } from './run.ts';
import type { RunState } from './run-state.ts';
import { singleWrite, statementOf, type SingleWrite } from './single-write.ts';
import { applyDefaults, checkRequired, checkRows, prepareComputed, runBefore, runCompute, runDefaults } from './stages.ts';
import { makeWay } from './make-way.ts';
import type { WriteTools } from './tools.ts';
import { movesIn } from './trees.ts';
import type { WriteRequest, WriteResult } from './writer.ts';

type SingleRequest = Extract<WriteRequest, { operation: 'create' | 'update' }>;

/** How often an update with hooks looks at the record again when another writer was faster, before it takes a lock. */
const attempts = 3;

/**
 * The short way: one record without nested operations, whose hooks need no transaction, is one statement, which checks,
 * writes and logs (two for an update whose hooks see the old image). Answers undefined when the write needs more.
 */
export async function writeSingle(plan: ObjectPlan, request: WriteRequest, tools: WriteTools, context: RequestContext): Promise<WriteResult | undefined> {
  if ((plan.hooked && !plan.pure) || (request.operation !== 'create' && request.operation !== 'update')) return undefined;
  const state = createState(tools, context, `${request.operation} ${plan.name}`);
  const node = await readNode(plan, request, state);
  if (!node || !isSimple(node, request)) return undefined;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    state.warnings.length = 0;
    state.told.length = 0;
    const row = await prepare(plan, request, node, state);
    if (!row) {
      // Only the statement would have said which records are missing that the row points to.
      if (pointsElsewhere(plan, node)) return undefined;
      throw state.problems.toError();
    }
    // Circles are looked for behind a lock.
    if (movesIn(row, () => false).length > 0) return undefined;
    const given = Object.keys(row.values).filter((name) => name !== 'id' && plan.columns.has(name)).sort();
    const followUps = followUpsOf(plan, { kind: row.kind, fields: given, soft: false });
    if (leavesWork(followUps, tools.heard)) return undefined;
    let answer: Answer | undefined;
    try {
      answer = await execute(singleWrite({ plan, row, given, followUps, returning: request.options.returning, context }, tools), request, tools);
    } catch (error) {
      if (attempt < attempts && (await makeWay(error, request, context))) continue;
      // As above, unless the transaction failed with the statement.
      if (error instanceof RefusedByConstraint && error.violation.kind === 'unique' && pointsElsewhere(plan, node) && !(request.options.sole === true && context.database.inTransaction)) return undefined;
      throw error;
    }
    const raced = row.previous !== undefined && request.options.ifVersion === undefined && answer?.['version'] === false;
    if (raced) continue;
    if (!answer) state.problems.add(0, { path: ['input'], code: 'NOT_FOUND', message: `There is no ${plan.object.label} ${row.id}.` }, 'NOT_FOUND');
    else reportFlags(row, answer, state);
    if (state.problems.size > 0) throw state.problems.toError();
    row.touched = answer?.written === true;
    row.written = answer?.image ?? undefined;
    if (row.touched) {
      tellNotes([row], state);
      notifyCommitted([row], state);
    }
    return { rows: [{ index: 0, id: row.id, created: row.kind === 'create', problems: [], returned: answer?.returned ?? undefined }], warnings: state.warnings, told: state.told };
  }
  return undefined;
}

async function readNode(plan: ObjectPlan, request: SingleRequest, { tools, context, problems }: RunState): Promise<WriteNode | undefined> {
  const pending: Promise<void>[] = [];
  const privileged = context.caller.kind === 'system';
  const scope = { plans: tools.plans, access: context.access, problems, privileged, maxDepth: tools.settings.maxInputDepth, pending };
  const node = readInput(plan, request.input, request.operation, ['input'], 0, scope);
  if (pending.length > 0) await Promise.all(pending);
  return node;
}

function isSimple({ plan, ones, manys, id }: WriteNode, request: SingleRequest): boolean {
  if (ones.length > 0 || manys.length > 0) return false;
  if (request.operation === 'update') return isUuid(request.id) && (id === undefined || id === request.id.toLowerCase());
  return ![...plan.links.keys()].some((name) => {
    const field = plan.object.fields.get(name);
    return field !== undefined && (field.defaultValue !== undefined || field.required);
  });
}

function pointsElsewhere({ references }: ObjectPlan, { values }: WriteNode): boolean {
  return references.some(({ name }) => typeof values[name] === 'string');
}

/** The stages before the write; undefined when there are problems. */
async function prepare(plan: ObjectPlan, request: SingleRequest, node: WriteNode, state: RunState): Promise<Row | undefined> {
  const { operation: kind, options } = request;
  const id = request.operation === 'update' ? request.id.toLowerCase() : (node.id ?? newId());
  const row = newRow({ plan, kind, id, path: ['input'], root: 0, node, values: { ...node.values }, ifVersion: options.ifVersion });
  if (kind === 'update' && seesPrevious(plan) && (await loadPrevious([row], state, { lock: false })).length === 0) return undefined;
  applyDefaults([row], state);
  if (plan.hooked) {
    await runDefaults([row], state);
    await runBefore([row], state);
    await runCompute([row], state);
  }
  if (plan.hooked) await checkRows([row], state);
  else checkRequired([row], state);
  prepareComputed([row], state);
  if (state.problems.size > 0) return undefined;
  if (plan.notes.length > 0) takeNotes([row], state);
  return row;
}

/** Of an update, before it. */
function seesPrevious({ hooked, notes }: ObjectPlan): boolean {
  return hooked || notes.some(({ kinds }) => kinds.includes('update'));
}

async function execute(write: SingleWrite, { options }: WriteRequest, tools: WriteTools): Promise<Answer | undefined> {
  const { plan, row, context: { database } } = write;
  const run = async () => (await database.query<Answer>(statementOf(write, tools))).rows[0];
  try {
    if (!database.inTransaction) return await tools.gathered.run(write, tools);
    return await (options.sole ? run() : database.transaction(run));
  } catch (error) {
    // Outside of a transaction nobody else repeats a statement that lost a deadlock.
    if (isConflict(error) && !database.inTransaction) return database.transaction(run);
    throw explainConstraint(error, plan, [row]);
  }
}
