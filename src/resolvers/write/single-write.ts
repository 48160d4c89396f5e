import type { Statement } from '../../database/database.ts';
import type { RequestContext } from '../request.ts';
import { rowValues } from './execute.ts';
import { noteValues, partsNoted } from './notes.ts';
import { columnOf, showsImage, type ObjectPlan } from './object-plan.ts';
import type { Row, Values } from './rows.ts';
import { manyInput } from './sql/input-rows.ts';
import { insertKey, insertStatement, type InsertShape } from './sql/insert.ts';
import { requestColumn } from './sql/parts.ts';
import type { WriteStatement } from './sql/statement-cache.ts';
import { updateKey, updateStatement, type UpdateShape } from './sql/update.ts';
import type { FollowUp } from './statement-part.ts';
import type { WriteTools } from './tools.ts';
import type { Returning } from './writer.ts';

/** One record that passed all stages before its statement. */
interface PreparedRow {
  readonly plan: ObjectPlan;
  readonly row: Row;
  /** Machine names of the values that it sets. */
  readonly given: readonly string[];
  readonly followUps: readonly FollowUp[];
  readonly returning: Returning | undefined;
  readonly context: RequestContext;
}

/** The same, and which statement it takes. */
export interface SingleWrite extends PreparedRow {
  /** Equal for writes that one statement could do, if the values agree that come from their callers. */
  readonly key: string;
  readonly shape: Shape;
}

type Shape = { readonly kind: 'create'; readonly insert: InsertShape } | { readonly kind: 'update'; readonly update: UpdateShape };

export function singleWrite(prepared: PreparedRow, tools: WriteTools): SingleWrite {
  const shape = shapeOf(prepared, false, tools);
  return { ...prepared, shape, key: shapeKey(prepared, shape) };
}

/** The statement that writes this record alone. */
export function statementOf(write: SingleWrite, tools: WriteTools): Statement {
  const { plan, row, given, shape, key, context } = write;
  const brought = row.kind === 'create' ? plan.parts.flatMap((part) => (part.insert?.extra ?? []).map(([name]) => row.computed[name] ?? null)) : [wantedVersion(row)];
  const notes = Object.values(noteValues(partsNoted([row]), row)).map((note) => JSON.stringify(note));
  return tools.statements.run(key, () => statementFor(write, shape), context, { values: [row.id, ...rowValues(plan, given, row.values), ...brought, ...notes] });
}

/** The statement that writes all of these, of different records and of one key, at the moment of the last. */
export function statementOfAll(writes: readonly SingleWrite[], tools: WriteTools): Statement {
  const [first] = writes;
  if (!first) throw new Error('There is nothing to write.');
  const { plan, given } = first;
  const rows = writes.map(({ row }) => row);
  const notes = partsNoted(rows);
  const input = writes.map(({ row, context }) => ({ values: { ...row.values, id: row.id }, extra: { ...extraOf(row, context), ...noteValues(notes, row) } }));
  const moment = writes.reduce((last, { context: { now } }) => (now > last ? now : last), first.context.now);
  const columns = ['id', ...given].map((name) => columnOf(plan, name));
  const shape = shapeOf(first, true, tools);
  const context = Object.create(first.context, { now: { value: moment } }) as RequestContext;
  return tools.statements.run(shapeKey(first, shape), () => statementFor(first, shape), context, manyInput(columns, input));
}

/** Tells what the statement of several, of the key of this one, takes from who asks. */
export function sharedValues(write: SingleWrite, tools: WriteTools): (context: RequestContext) => readonly unknown[] {
  const shape = shapeOf(write, true, tools);
  const binds = tools.statements.bindsOf(shapeKey(write, shape), () => statementFor(write, shape));
  return (context) => binds.shared(context);
}

function extraOf(row: Row, { requestId }: RequestContext): Values {
  const [request] = requestColumn;
  return { [request]: requestId, ...(row.kind === 'create' ? row.computed : { '#version': wantedVersion(row) }) };
}

/** What hooks saw must be what is changed. */
function wantedVersion({ ifVersion, previous }: Row): unknown {
  return ifVersion ?? previous?.['version'] ?? null;
}

function shapeOf({ plan, row, given, followUps, returning, context: { access } }: PreparedRow, gathered: boolean, { catalog, heard }: WriteTools): Shape {
  const notes = partsNoted([row]);
  const shape = { catalog, access, asSystem: false, checkReferences: true, many: gathered, gathered, withLinks: false, image: showsImage(plan, row.kind), returning, followUps, heard, notes };
  if (row.kind === 'create') return { kind: 'create', insert: { ...shape, fields: ['id', ...given], lists: [] } };
  return { kind: 'update', update: { ...shape, fields: given, locked: false } };
}

function shapeKey({ plan, context: { access } }: PreparedRow, shape: Shape): string {
  return shape.kind === 'create' ? insertKey(plan, shape.insert, access) : updateKey(plan, shape.update, access);
}

function statementFor({ plan }: PreparedRow, shape: Shape): WriteStatement {
  return shape.kind === 'create' ? insertStatement(plan, shape.insert) : updateStatement(plan, shape.update);
}
