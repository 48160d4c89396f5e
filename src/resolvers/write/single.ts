import { validate as isUuid } from 'uuid';
import type { Statement } from '../../database/database.ts';
import { isConflict } from '../../database/errors.ts';
import { newId } from '../../kernel/new-id.ts';
import type { RequestContext } from '../request.ts';
import { explainConstraint, RefusedByConstraint } from './constraint-problems.ts';
import { rowValues } from './execute.ts';
import { followUpsOf, leavesWork } from './follow-ups.ts';
import { loadPrevious } from './load-previous.ts';
import { notesInput, partsNoted, takeNotes, tellNotes } from './notes.ts';
import { showsImage, type ObjectPlan } from './object-plan.ts';
import { readInput, type WriteNode } from './read-input.ts';
import { newRow, type Row } from './rows.ts';
import { reportFlags, type Answer } from './report-flags.ts';
import { createState, notifyCommitted } from './run.ts';
import type { RunState } from './run-state.ts';
import { insertKey, insertStatement } from './sql/insert.ts';
import { updateKey, updateStatement } from './sql/update.ts';
import { applyDefaults, checkRequired, checkRows, prepareComputed, runBefore, runCompute, runDefaults } from './stages.ts';
import { makeWay } from './make-way.ts';
import type { FollowUp } from './statement-part.ts';
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
      answer = await execute(plan, row, statementFor(plan, row, given, followUps, request, tools, context), request, context);
    } catch (error) {
      if (attempt < attempts && (await makeWay(error, request, context))) continue;
      // As above, unless the transaction failed with the statement.
      if (error instanceof RefusedByConstraint && pointsElsewhere(plan, node) && !(request.options.sole === true && context.database.inTransaction)) return undefined;
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

function statementFor(plan: ObjectPlan, row: Row, given: readonly string[], followUps: readonly FollowUp[], { options }: WriteRequest, tools: WriteTools, context: RequestContext): Statement {
  const { access } = context;
  const image = showsImage(plan, row.kind);
  const notes = partsNoted([row]);
  const noted = notesInput(notes, [row], false);
  const shape = { catalog: tools.catalog, access, asSystem: false, checkReferences: true, many: false, withLinks: false, image, returning: options.returning, followUps, heard: tools.heard, notes };
  const values = [row.id, ...rowValues(plan, given, row.values)];
  if (row.kind === 'create') {
    const insert = { ...shape, fields: ['id', ...given], lists: [] };
    const extra = plan.parts.flatMap((part) => (part.insert?.extra ?? []).map(([name]) => row.computed[name] ?? null));
    return tools.statements.run(insertKey(plan, insert, access), () => insertStatement(plan, insert), context, { values: [...values, ...extra], ...noted });
  }
  const update = { ...shape, fields: given, locked: false };
  // What hooks saw must be what is changed.
  const version = row.ifVersion ?? row.previous?.['version'] ?? null;
  return tools.statements.run(updateKey(plan, update, access), () => updateStatement(plan, update), context, { values: [...values, version], ...noted });
}

async function execute(plan: ObjectPlan, row: Row, statement: Statement, { options }: WriteRequest, { database }: RequestContext): Promise<Answer | undefined> {
  const run = () => database.query<Answer>(statement);
  try {
    const { rows } = await (database.inTransaction && !options.sole ? database.transaction(run) : run());
    return rows[0];
  } catch (error) {
    // Outside of a transaction nobody else repeats a statement that lost a deadlock.
    if (isConflict(error) && !database.inTransaction) return (await database.transaction(run)).rows[0];
    throw explainConstraint(error, plan, [row]);
  }
}
