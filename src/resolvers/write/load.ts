import type { RequestContext } from '../request.ts';
import { BindList } from '../sql/binds.ts';
import { identifier } from '../sql/identifier.ts';
import { connectableRows, rowCondition, visibleRows } from '../filter/visible-rows.ts';
import type { ObjectPlan } from './object-plan.ts';
import { fieldChecks, flagColumns, sqlScope, type Check } from './sql/checks.ts';
import { imageOf } from './sql/parts.ts';
import type { Image } from './rows.ts';
import type { WriteTools } from './tools.ts';

export interface LoadShape {
  readonly right: 'edit' | 'delete';
  readonly trash: 'EXCLUDE' | 'INCLUDE' | 'ONLY';
  /** Fields that shall be set, for rights on fields that depend on the row. */
  readonly fields: readonly string[];
  readonly asSystem: boolean;
  /** False only looks: the write that follows compares the version. */
  readonly lock: boolean;
}

export interface Loaded {
  readonly id: string;
  readonly current: number | null;
  readonly image: Image;
  /** By check: `visible`, `edit`, `field:amount`. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** Locks records in the order of their ids (so that two writers cannot block each other) and reads their old image. */
export async function loadRecords(plan: ObjectPlan, ids: readonly string[], shape: LoadShape, tools: WriteTools, context: RequestContext): Promise<ReadonlyMap<string, Loaded>> {
  const key = `l${shape.lock ? '' : 'u'} ${plan.name} ${shape.right} ${shape.trash} ${shape.asSystem ? '' : context.access.fingerprint} ${shape.fields.join()}`;
  const statement = tools.statements.run(key, () => loadStatement(plan, shape, tools, context), context, { ids });
  const { rows } = await context.database.query<{ id: string; current: number | null; image: Image } & Record<string, unknown>>(statement);
  return new Map(rows.map(({ id, current, image, ...flags }) => [id, { id, current, image, flags }]));
}

function loadStatement(plan: ObjectPlan, shape: LoadShape, { catalog }: WriteTools, { access }: RequestContext) {
  const binds = new BindList();
  const ids = binds.add((_, locals) => locals['ids'], 'uuid[]');
  const checkScope = { catalog, access, asSystem: shape.asSystem, fields: shape.fields, many: true, checkReferences: false };
  const scope = sqlScope(plan, checkScope, 'o', binds);
  const visible = visibleRows(scope, shape.trash);
  const rights = access.object(plan.name);
  const right = shape.asSystem ? undefined : rowCondition(rights[shape.right], { ...scope, known: rights.read });
  const checks: Check[] = [
    ...(visible.length > 0 ? [{ name: 'visible', sql: visible.join(' AND ') }] : []),
    ...(right === undefined ? [] : [{ name: 'edit', sql: right }]),
    ...fieldChecks(plan, checkScope, 'o', binds),
  ];
  const version = plan.columns.has('version') ? 'o."version"' : 'NULL::int4';
  const flags = checks.length > 0 ? `, ${flagColumns(checks)}` : '';
  const lock = !shape.lock ? '' : shape.right === 'delete' ? ' FOR UPDATE' : ' FOR NO KEY UPDATE';
  const text = `SELECT o."id", ${version} AS "current", ${imageOf(plan, 'o')} AS "image"${flags} FROM ${plan.table} o WHERE o."id" = ANY(${ids}) ORDER BY o."id"${lock}`;
  return { text, binds };
}

/** Which of these ids name records that the caller may connect. */
export async function connectableIds(plan: ObjectPlan, ids: readonly string[], tools: WriteTools, context: RequestContext, asSystem = false): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const key = `x ${plan.name} ${asSystem ? '' : context.access.fingerprint}`;
  const make = () => {
    const binds = new BindList();
    const wanted = binds.add((_, locals) => locals['ids'], 'uuid[]');
    const conditions = connectableRows(sqlScope(plan, { catalog: tools.catalog, access: context.access, asSystem, many: true }, 'o', binds));
    return { text: `SELECT o."id" FROM ${plan.table} o WHERE ${[`o."id" = ANY(${wanted})`, ...conditions].join(' AND ')}`, binds };
  };
  const { rows } = await context.database.query<{ id: string }>(tools.statements.run(key, make, context, { ids: [...new Set(ids)] }));
  return new Set(rows.map(({ id }) => id));
}

/** Ids of the rows of an object whose column holds one of these values, by that value. */
export async function idsByColumn(plan: ObjectPlan, column: string, values: readonly string[], { live }: { live: boolean }, context: RequestContext): Promise<readonly { id: string; parent: string }[]> {
  if (values.length === 0) return [];
  const trash = live && plan.deletedAt !== undefined ? ` AND o.${plan.deletedAt} IS NULL` : '';
  const text = `SELECT o."id", o.${identifier(column)}::text AS "parent" FROM ${plan.table} o WHERE o.${identifier(column)} = ANY($1::uuid[])${trash} ORDER BY o."id"`;
  const { rows } = await context.database.query<{ id: string; parent: string }>({ text, values: [values] });
  return rows;
}
