import { ObjectosError } from '../../errors.ts';
import type { CatalogField } from '../../metadata/catalog.ts';
import { resolveDefault } from '../../metadata/field-types/defaults.ts';
import type { RequestContext } from '../request.ts';
import { groupBy } from './group-by.ts';
import type { HookStage } from './object-plan.ts';
import type { Change, MutationContext, MutationPhase, ReportProblem } from './phase.ts';
import type { ProblemList } from './problems.ts';
import type { Row, Values } from './rows.ts';
import type { RunState } from './run-state.ts';

/** A row as hooks see it: always its present state. */
class RowChange implements Change {
  readonly row: Row;

  constructor(row: Row) {
    this.row = row;
  }

  get kind(): Change['kind'] {
    return this.row.kind;
  }
  get object(): string {
    return this.row.plan.name;
  }
  get id(): string {
    return this.row.id;
  }
  get previous(): Change['previous'] {
    return this.row.previous;
  }
  get values(): Values {
    return this.row.values;
  }
  get record(): Change['record'] {
    return this.row.written ?? { id: this.row.id, ...this.row.previous, ...this.row.values };
  }
  get refused(): Change['refused'] {
    return this.row.refused;
  }
  get path(): Change['path'] {
    return this.row.path;
  }
}

export function changeOf(row: Row): Change {
  row.change ??= new RowChange(row);
  return row.change;
}

/** Rows of which nothing is wrong so far: hooks are spared values that were refused. */
export function soundRows(rows: readonly Row[], { problems }: RunState): readonly Row[] {
  if (problems.size === 0) return rows;
  return rows.filter((row) => !problems.of(row.root).some(({ path }) => concerns(path, row)));
}

/** A problem of the row, of one that holds it, or of a record that it points to. Records of its lists are checked for themselves. */
function concerns(path: readonly (string | number)[], { path: place, plan }: Row): boolean {
  const common = Math.min(path.length, place.length);
  if (!samePath(path.slice(0, common), place.slice(0, common))) return false;
  const entry = plan.inputs.get(String(path[place.length]));
  return entry?.kind !== 'relation' || entry.relation.kind === 'one';
}

/**
 * Rows of which nothing is wrong but single values: what does not look at these can be checked all the same. Not where hooks change
 * records first, since they were spared these rows: the rules would judge a record that nobody meant to write. And whoever may not write a
 * record, or a value of it, is told nothing of its rules.
 */
function partlySound(rows: readonly Row[], { problems }: RunState): readonly Row[] {
  return rows.filter((row) => {
    const { before, compute, defaults } = row.plan.hooks;
    if (before.length + compute.length + (row.kind === 'create' ? defaults.length : 0) > 0) return false;
    const wrong = problems.of(row.root).filter(({ path }) => concerns(path, row));
    const names = wrong.map(({ path, code }) => (path.length > row.path.length && code !== 'FORBIDDEN' ? fieldAt(path[row.path.length], row) : undefined));
    if (wrong.length === 0 || names.includes(undefined)) return false;
    row.refused = new Set(names.filter((name) => name !== undefined));
    return true;
  });
}

/** Machine name of the field that an entry of the input writes. */
function fieldAt(step: string | number | undefined, { plan }: Row): string | undefined {
  const entry = plan.inputs.get(String(step));
  switch (entry?.kind) {
    case 'field': return entry.field.name;
    case 'ids': return entry.relation.link.field;
    case 'relation': return entry.relation.kind === 'one' ? entry.relation.field : undefined;
    default: return undefined;
  }
}

export async function runDefaults(rows: readonly Row[], state: RunState): Promise<void> {
  if (rows[0]?.kind === 'create') await runStage('defaults', rows, state, (phase, changes, context) => phase.defaults?.(changes, context));
}

export async function runBefore(rows: readonly Row[], state: RunState): Promise<void> {
  await runStage('before', rows, state, (phase, changes, context) => phase.before?.(changes, context));
}

export async function runCompute(rows: readonly Row[], state: RunState): Promise<void> {
  await runStage('compute', rows, state, (phase, changes, context) => phase.compute?.(changes, context));
}

export async function runAfter(rows: readonly Row[], state: RunState): Promise<void> {
  for (const group of groupBy(rows, ({ plan }) => plan).values()) {
    await runStage('after', group, state, (phase, changes, context) => phase.after?.(changes, context));
  }
}

export async function runFollowed(rows: readonly Row[], state: RunState): Promise<void> {
  for (const group of groupBy(rows, ({ plan }) => plan).values()) {
    for (const phase of group[0]?.plan.hooks.followed ?? []) {
      const heard = group.filter(({ values }) => phase.hears?.some((name) => name in values));
      if (heard.length > 0) await phase.followed?.(heard.map(changeOf), state.mutation);
    }
  }
}

/** `complete`: those of the rows that lack no required value, and none of whose values was refused. */
export async function runValidate(rows: readonly Row[], state: RunState, complete = rows): Promise<void> {
  const report = reportTo(state);
  const run: Run = (phase, changes, context) => phase.validate?.(changes, context, report);
  const phases = rows[0]?.plan.hooks.validate ?? [];
  const [all, sound] = [rows.map(changeOf), complete === rows ? undefined : complete.map(changeOf)];
  for (const phase of phases) await runPhase(phase, phase.incomplete === true ? all : (sound ?? all), state, run);
}

function reportTo({ problems, warnings }: RunState): ReportProblem {
  return (change, { field, at = [], code, message, rule, severity = 'error', because }) => {
    if (!(change instanceof RowChange)) throw new TypeError('Report problems with the change that the hook was given.');
    const { row } = change;
    const name = field === undefined ? undefined : (row.plan.object.fields.get(field)?.graphqlName ?? field);
    const problem = { path: name === undefined ? row.path : [...row.path, name, ...at], code, message, ...(rule !== undefined && { rule }) };
    if (severity === 'error') problems.add(row.root, problem, 'VALIDATION_FAILED', undefined, because instanceof RowChange ? because.row.root : undefined);
    else warnings.push({ ...problem, severity });
  };
}

type Run = (phase: MutationPhase, changes: readonly Change[], context: MutationContext) => void | Promise<void>;

async function runStage(stage: HookStage, rows: readonly Row[], state: RunState, run: Run): Promise<void> {
  const phases = rows[0]?.plan.hooks[stage];
  if (!phases || phases.length === 0) return;
  const changes = soundRows(rows, state).map(changeOf);
  for (const phase of phases) await runPhase(phase, changes, state, run);
}

async function runPhase(phase: MutationPhase, changes: readonly Change[], { mutation }: RunState, run: Run): Promise<void> {
  const { kinds } = phase;
  const meant = kinds ? changes.filter(({ kind }) => kinds.includes(kind)) : changes;
  if (meant.length > 0) await run(phase, meant, mutation);
}

/** Required values and validation: what hooks see has passed everything before. */
export async function checkRows(rows: readonly Row[], state: RunState): Promise<void> {
  const sound = soundRows(rows, state);
  const partly = sound.length === rows.length ? [] : partlySound(rows, state);
  checkRequired(rows, state);
  await runValidate(partly.length === 0 ? sound : [...sound, ...partly], state, soundRows(sound, state));
}

export function applyDefaults(rows: readonly Row[], { context, problems }: Pick<RunState, 'context' | 'problems'>): void {
  for (const row of rows) {
    if (row.kind !== 'create') continue;
    if (row.plan.organization) giveOrganization(row, row.plan.organization, context, problems);
    for (const field of row.plan.defaults) {
      const column = row.plan.columns.get(field.name);
      if (!column || row.values[field.name] !== undefined) continue;
      const value = resolveDefault(field, { now: context.now, userId: context.caller.userId });
      if (value !== undefined) row.values[field.name] = column.isJson && typeof value === 'string' ? JSON.parse(value) : value;
    }
    for (const { initial = {} } of row.plan.parts) for (const [name, value] of Object.entries(initial)) row.values[name] ??= value;
  }
}

/** What columns that the inserting statement computes are made from. */
export function prepareComputed(rows: readonly Row[], state: RunState): void {
  const [first] = rows;
  if (first?.kind !== 'create') return;
  const report = reportTo(state);
  for (const { insert } of first.plan.parts) {
    if (insert) for (const row of soundRows(rows, state)) Object.assign(row.computed, insert.values(changeOf(row), state.mutation, report));
  }
}

/** Records belong to the organization in which their creator acts; the platform's own work may name another. */
function giveOrganization(row: Row, field: CatalogField, { caller }: RequestContext, problems: ProblemList): void {
  row.values[field.name] ??= caller.organizationId ?? null;
  if (row.values[field.name] !== null || !field.required) return;
  const message = caller.kind === 'system' ? `${field.label} is required: nothing else says to which organization ${row.plan.object.pluralLabel} of the platform belong.` : `${row.plan.object.pluralLabel} belong to an organization: switch to one first.`;
  problems.add(row.root, { path: row.path, code: 'ORGANIZATION_REQUIRED', message });
}

/** A required field has a value: on create in the whole image, on update wherever the write touches it. */
export function checkRequired(rows: readonly Row[], { problems }: { readonly problems: ProblemList }): void {
  for (const row of rows) {
    for (const field of row.plan.required) {
      if (!row.plan.columns.has(field.name) || (row.kind === 'update' && !(field.name in row.values))) continue;
      if (!isMissing(row.values[field.name])) continue;
      const path = [...row.path, field.graphqlName];
      // A value or a whole record that was refused is not missing.
      if (problems.size > 0 && problems.of(row.root).some((problem) => samePath(problem.path, path) || samePath(problem.path, row.path))) continue;
      problems.add(row.root, { path, code: 'REQUIRED', message: `${field.label} is required.` });
    }
  }
}

const samePath = (left: readonly (string | number)[], right: readonly (string | number)[]): boolean => left.length === right.length && left.every((step, index) => step === right[index]);

export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

export function recursionGuard(context: RequestContext, step: string, limit: number): { depth: number; chain: readonly string[] } {
  const { depth = 0, chain = [] } = context as Partial<MutationContext>;
  const longer = [...chain, step];
  if (depth > limit) {
    throw new ObjectosError('RECURSION_LIMIT', `Hooks wrote in a circle deeper than ${limit}: ${longer.join(' → ')}.`, { extensions: { chain: longer } });
  }
  return { depth, chain: longer };
}

