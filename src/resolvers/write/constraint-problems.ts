import { ConstraintError, type ConstraintViolation } from '../../database/errors.ts';
import type { CatalogField } from '../../metadata/catalog.ts';
import { ObjectosError, type Problem } from '../../errors.ts';
import type { ObjectPlan } from './object-plan.ts';
import type { Row, Values } from './rows.ts';

/** A constraint refused a row. `root` is undefined when the database does not say which of several. */
export class RefusedByConstraint extends ObjectosError {
  readonly root: number | undefined;
  readonly violation: ConstraintViolation;
  readonly plan: ObjectPlan;
  /** What columns of the rows were computed from. */
  readonly computed: readonly Values[];

  constructor(error: ConstraintError, plan: ObjectPlan, rows: readonly Row[], problem: Problem, root: number | undefined) {
    super(error.code, problem.message, { problems: [problem], cause: error });
    this.root = root;
    this.violation = error.violation;
    this.plan = plan;
    this.computed = rows.map(({ computed }) => computed);
  }
}

/** Says in the words of the input what a constraint refused; other errors pass. */
export function explainConstraint(error: unknown, plan: ObjectPlan, rows: readonly Row[]): unknown {
  if (!(error instanceof ConstraintError)) return error;
  const { violation } = error;
  const named = [...plan.object.fields.values()].filter(({ column }) => column !== undefined && violation.columns.includes(column));
  // Unique within the organization: the other values are what was given.
  const fields = named.length > 1 ? named.filter((field) => field !== plan.organization) : named;
  const row = rows.length === 1 ? rows[0] : findRow(error, plan, rows, fields);
  const base = row?.path ?? commonPath(rows);
  const [only] = fields.length === 1 ? fields : [];
  return new RefusedByConstraint(error, plan, rows, { path: only ? [...base, only.graphqlName] : base, ...describe(violation, plan, fields) }, row?.root);
}

function describe({ kind, reference }: ConstraintViolation, plan: ObjectPlan, fields: readonly CatalogField[]): { code: string; message: string } {
  const labels = fields.map(({ label }) => label).join(' and ') || 'A value';
  const { label } = plan.object;
  switch (kind) {
    case 'unique':
      return { code: 'NOT_UNIQUE', message: fields.length > 0 ? `Another ${label} has this ${labels} already.` : `Another ${label} has the same unique value already.` };
    case 'foreignKey':
      return reference === 'inUse'
        ? { code: 'IN_USE', message: `${label} cannot be deleted: other records still point to it.` }
        : { code: 'NOT_FOUND', message: `The record that ${labels} names does not exist.` };
    case 'notNull':
      return { code: 'REQUIRED', message: `${labels} is required.` };
    case 'check':
      return { code: 'INVALID_VALUE', message: fields.length > 0 ? `${labels} is not allowed.` : `A value of ${label} is not allowed.` };
    case 'exclusion':
      return { code: 'CONFLICT', message: `${label} collides with another.` };
  }
}

/** The row whose values the database named. They never reach a client: they are only compared. */
function findRow(error: ConstraintError, plan: ObjectPlan, rows: readonly Row[], fields: readonly CatalogField[]): Row | undefined {
  const detail = (error.cause as { readonly detail?: unknown } | undefined)?.detail;
  const named = typeof detail === 'string' ? /\)=\((.*)\) (?:already exists|is not present|is still referenced)/s.exec(detail)?.[1] : undefined;
  if (named === undefined || fields.length === 0) return undefined;
  const order = error.violation.columns;
  const text = (row: Row) => order.map((column) => valueText(row, plan, column)).join(', ');
  const matching = rows.filter((row) => text(row) === named);
  // Two new rows with one value: the later one is in the way.
  return matching.at(-1);
}

function valueText(row: Row, plan: ObjectPlan, column: string): string {
  const field = [...plan.object.fields.values()].find((candidate) => candidate.column === column);
  if (!field) return '';
  const value = field.name === 'id' ? row.id : (row.values[field.name] ?? row.previous?.[field.name]);
  return String(value);
}

function commonPath(rows: readonly Row[]): Problem['path'] {
  const [first] = rows;
  return first?.path.slice(0, 1) ?? [];
}
