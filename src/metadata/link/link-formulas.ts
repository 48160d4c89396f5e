import type { CatalogField, CatalogKey } from '../catalog.ts';
import { compileExpression } from '../expressions/check.ts';
import type { Checked, CheckedExpression } from '../expressions/checked.ts';
import { ExpressionError, type ExpressionSource, type Span } from '../expressions/expression.ts';
import { describeProblem } from '../expressions/report.ts';
import type { ExpressionObject } from '../expressions/scope.ts';
import { childrenOf } from '../expressions/summarize.ts';
import { describeType, type ExpressionType } from '../expressions/types.ts';
import { external } from '../field-types/external.ts';
import { isMapping, type Report } from '../report.ts';
import type { Mutable, ObjectBuild } from './build.ts';

/** Parts that a formula may have once those that it reads are put into it. */
const largest = 5000;
/** What a LOOKUP counts for among them: it is a search in an index. */
const partsOfFind = 100;

const expected: Readonly<Record<string, ExpressionType>> = {
  number: { kind: 'number' }, currency: { kind: 'number' }, percent: { kind: 'number' }, text: { kind: 'text' }, boolean: { kind: 'boolean' }, date: { kind: 'date' }, datetime: { kind: 'datetime' },
};

/** Checks the expressions of formulas and gives each the type of its result; those that others read come first. */
export function linkFormulas(builds: ReadonlyMap<string, ObjectBuild>, keysOf: (object: string) => readonly CatalogKey[], report: Report): void {
  const objects = new Map([...builds].map(([name, build]) => [name, expressionObject(build, keysOf(name))]));
  const sizes = new Map<CatalogField, number>();
  const path: CatalogField[] = [];
  const link = (field: Mutable<CatalogField>): void => {
    const build = builds.get(field.object);
    const part = build?.drafts.get(field.name)?.part;
    const source = expressionOf(field);
    if (!build || !part || source === undefined || field.type.ofResult === undefined) return;
    path.push(field);
    const result = compileExpression(source, { catalog: { objects }, object: objects.get(build.name), finds: true, external: true, expects: expectedOf(field), beforeRead });
    path.pop();
    const subject = `${field.object}.${field.name}`;
    const text = typeof source === 'string' ? source : source.source;
    if ('problems' in result) {
      for (const problem of result.problems) {
        const { message, hint } = describeProblem(text, problem);
        report.error(part, ['expression'], subject, message, hint);
      }
      sizes.set(field, 0);
      return;
    }
    const { checked } = result;
    if (field.definition['returnType'] === undefined && expected[checked.type.kind] === undefined) {
      report.error(part, ['expression'], subject, `a formula cannot give ${describeType(checked.type)}`, 'Compute a number, a text, a boolean or a date.');
    }
    const size = sizeOf(checked, sizes);
    sizes.set(field, size);
    if (size > largest) report.error(part, ['expression'], subject, `with the formulas that it reads, the expression has ${size} parts; ${largest} are accepted`, 'Store an intermediate result in a field.');
    const sortable = field.definition['sortable'] !== false;
    const type = field.type.ofResult(checked.type.kind, field);
    field.type = checked.reads.some(({ field: read }) => read.type.external !== undefined) ? external(type) : type;
    field.sortable = sortable && field.type.sortable;
  };
  const beforeRead = (field: CatalogField, span: Span): void => {
    if (field.type.ofResult === undefined) return;
    const start = path.indexOf(field);
    if (start >= 0) {
      const chain = [...path.slice(start), field].map((step) => `${step.object}.${step.name}`).join(' → ');
      throw new ExpressionError(`formulas go in a circle: ${chain}`, span, 'Let one of them read fields that are stored.');
    }
    if (!sizes.has(field)) link(field);
    if (sizes.get(field) === 0) throw new ExpressionError(`the formula ${field.object}.${field.name} has a mistake of its own`, span);
  };
  for (const build of builds.values()) {
    for (const field of build.fields.values()) if (field.type.ofResult !== undefined && !sizes.has(field)) link(field);
  }
}

function expressionObject({ name, fields, relations, draft }: ObjectBuild, keys: readonly CatalogKey[]): ExpressionObject {
  return { name, fields, relations, keys, organizationField: draft.organization?.name, system: draft.system, view: draft.part.value['view'] === true };
}

/** The expression of a formula, as text or with its dialect. */
function expressionOf(field: CatalogField): ExpressionSource | undefined {
  const given = field.definition['expression'];
  if (typeof given === 'string' && given !== '') return given;
  if (typeof given === 'number' || typeof given === 'boolean') return String(given);
  if (!isMapping(given) || typeof given['source'] !== 'string') return undefined;
  return { source: given['source'], dialect: typeof given['dialect'] === 'string' ? given['dialect'] : undefined };
}

/** Compiles the expression of a formula of a finished Catalog, where it is known to be right. */
export function formulaExpression(field: CatalogField, catalog: Parameters<typeof compileExpression>[1]['catalog']): CheckedExpression {
  const source = expressionOf(field);
  const result = source === undefined ? undefined : compileExpression(source, { catalog, object: catalog.objects.get(field.object), finds: true, external: true, expects: expectedOf(field) });
  if (!result || 'problems' in result) throw new Error(`The formula ${field.object}.${field.name} cannot be compiled.`);
  return result.checked;
}

function expectedOf(field: CatalogField): ExpressionType | undefined {
  return expected[String(field.definition['returnType'])];
}

function sizeOf({ root }: CheckedExpression, sizes: ReadonlyMap<CatalogField, number>): number {
  const own = (node: Checked): number => (node.kind === 'find' ? partsOfFind : 1) + (node.kind === 'field' || node.kind === 'find' ? (sizes.get(node.field) ?? 0) : 0);
  const visit = (node: Checked): number => childrenOf(node).reduce((sum, child) => sum + visit(child), own(node));
  return visit(root);
}
