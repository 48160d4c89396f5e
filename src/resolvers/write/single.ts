import { v7 as newId, validate as isUuid } from 'uuid';
import type { Statement } from '../../database/database.ts';
import type { RequestContext } from '../request.ts';
import { explainConstraint } from './constraint-problems.ts';
import { reportFlags, rowValues, type Answer } from './execute.ts';
import type { ObjectPlan } from './object-plan.ts';
import { ProblemList } from './problems.ts';
import { readInput } from './read-input.ts';
import { newRow, type Row } from './rows.ts';
import { insertKey, insertStatement } from './sql/insert.ts';
import { updateKey, updateStatement } from './sql/update.ts';
import { applyDefaults, checkRequired } from './stages.ts';
import type { WriteTools } from './tools.ts';
import type { WriteRequest, WriteResult } from './writer.ts';

/**
 * The short way: one record without nested operations and without hooks is one statement, which checks, writes and logs.
 * Answers undefined when the write needs more.
 */
export async function writeSingle(plan: ObjectPlan, request: WriteRequest, tools: WriteTools, context: RequestContext): Promise<WriteResult | undefined> {
  if (plan.hooked || (request.operation !== 'create' && request.operation !== 'update')) return undefined;
  const problems = new ProblemList();
  const pending: Promise<void>[] = [];
  const privileged = context.caller.kind === 'system';
  const scope = { plans: tools.plans, access: context.access, problems, privileged, maxDepth: tools.settings.maxInputDepth, pending };
  const node = readInput(plan, request.input, request.operation, ['input'], 0, scope);
  if (node.ones.length > 0 || node.manys.length > 0 || linkDefaults(plan, request.operation)) return undefined;
  if (pending.length > 0) await Promise.all(pending);

  const kind = request.operation;
  if (request.operation === 'update' && (!isUuid(request.id) || (node.id !== undefined && node.id !== request.id.toLowerCase()))) return undefined;
  const id = request.operation === 'update' ? request.id.toLowerCase() : (node.id ?? newId());
  const row = newRow({ plan, kind, id, path: ['input'], root: 0, node, ifVersion: request.options.ifVersion });
  applyDefaults([row], { context });
  checkRequired([row], { problems });
  if (problems.size > 0) throw problems.toError();

  const answer = await execute(plan, row, statementFor(plan, row, tools, context), request, context);
  if (!answer) {
    problems.add(0, { path: ['input'], code: 'NOT_FOUND', message: `There is no ${plan.object.label} ${id}.` }, 'NOT_FOUND');
  } else {
    reportFlags(row, answer, { problems });
  }
  if (problems.size > 0) throw problems.toError();
  return { rows: [{ index: 0, id, created: kind === 'create', problems: [] }] };
}

function linkDefaults(plan: ObjectPlan, operation: 'create' | 'update'): boolean {
  if (operation === 'update') return false;
  return [...plan.links.keys()].some((name) => {
    const field = plan.object.fields.get(name);
    return field !== undefined && (field.defaultValue !== undefined || field.required);
  });
}

function statementFor(plan: ObjectPlan, row: Row, tools: WriteTools, context: RequestContext): Statement {
  const { access } = context;
  const given = Object.keys(row.values).filter((name) => plan.columns.has(name)).sort();
  const shape = { catalog: tools.catalog, access, asSystem: false, checkReferences: true, many: false, withLinks: false, image: false };
  const values = rowValues(plan, ['id', ...given], { ...row.values, id: row.id });
  if (row.kind === 'create') {
    const insert = { ...shape, fields: ['id', ...given] };
    return tools.statements.run(insertKey(plan, insert, access), () => insertStatement(plan, insert), context, { values });
  }
  const update = { ...shape, fields: given, locked: false };
  return tools.statements.run(updateKey(plan, update, access), () => updateStatement(plan, update), context, { values: [...values, row.ifVersion ?? null] });
}

async function execute(plan: ObjectPlan, row: Row, statement: Statement, { options }: WriteRequest, { database }: RequestContext): Promise<Answer | undefined> {
  const run = () => database.query<Answer>(statement);
  try {
    const { rows } = await (database.inTransaction && !options.sole ? database.transaction(run) : run());
    return rows[0];
  } catch (error) {
    throw explainConstraint(error, plan, [row]);
  }
}

