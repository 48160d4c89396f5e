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
  /** Another row of the write had the value before: in their order, the rows may go through. */
  readonly freed: boolean;

  constructor(error: ConstraintError, plan: ObjectPlan, rows: readonly Row[], problem: Problem, root: number | undefined, freed: boolean) {
    super(error.code, problem.message, { problems: [problem], cause: error });
    this.root = root;
    this.violation = error.violation;
    this.plan = plan;
    this.computed = rows.map(({ computed }) => computed);
    this.freed = freed;
  }
}

/** Says in the words of the input what a constraint refused; other errors pass. */
export function explainConstraint(error: unknown, plan: ObjectPlan, rows: readonly Row[]): unknown {
  if (!(error instanceof ConstraintError)) return error;
  const { violation } = error;
  const named = [...plan.object.fields.values()].filter(({ column }) => column !== undefined && violation.columns.includes(column));
  // Unique within the organization: the other values are what was given.
  const fields = named.length > 1 ? named.filter((field) => field !== plan.organization) : named;
  const { row, freed = false } = rows.length === 1 ? { row: rows[0] } : findRow(error, plan, rows, fields);
  const base = row?.path ?? commonPath(rows);
  const [only] = fields.length === 1 ? fields : [];
  return new RefusedByConstraint(error, plan, rows, { path: only ? [...base, only.graphqlName] : base, ...describe(violation, plan, fields) }, row?.root, freed);
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

/** The row whose values the database named, and whether another gives them away. They never reach a client: they are only compared. */
function findRow(error: ConstraintError, plan: ObjectPlan, rows: readonly Row[], fields: readonly CatalogField[]): { readonly row?: Row | undefined; readonly freed?: boolean } {
  const detail = (error.cause as { readonly detail?: unknown } | undefined)?.detail;
  const named = typeof detail === 'string' ? /\)=\((.*)\) (?:already exists|is not present|is still referenced)/s.exec(detail)?.[1] : undefined;
  if (named === undefined || fields.length === 0) return {};
  const order = error.violation.columns.map((column) => [...plan.object.fields.values()].find((field) => field.column === column));
  const has = (row: Row, values: Values): boolean => order.map((field) => valueText(row, values, field)).join(', ') === named;
  const matching = rows.filter((row) => has(row, row.values));
  const freed = rows.some((row) => row.kind === 'update' && !matching.includes(row) && has(row, {}));
  // Two new rows with one value: the later one is in the way.
  return { row: matching.at(-1), freed };
}

/** Of the values, or of the record before where they do not say. */
function valueText({ id, previous }: Row, values: Values, field: CatalogField | undefined): string {
  if (!field) return '';
  return field.name === 'id' ? id : String(values[field.name] ?? previous?.[field.name]);
}

function commonPath(rows: readonly Row[]): Problem['path'] {
  const [first] = rows;
  return first?.path.slice(0, 1) ?? [];
}
