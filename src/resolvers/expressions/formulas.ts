import { entryOf } from '../../kernel/entry-of.ts';
import type { Catalog, CatalogField } from '../../metadata/catalog.ts';
import type { Checked, CheckedExpression, ReadField } from '../../metadata/expressions/checked.ts';
import { summarize } from '../../metadata/expressions/summarize.ts';
import { fieldType } from '../../metadata/expressions/types.ts';
import { formulaExpression } from '../../metadata/link/link-formulas.ts';

const compiled = new WeakMap<CatalogField, CheckedExpression>();

/** The expression of a formula field; undefined for every other field. */
export function formulaOf(field: CatalogField, catalog: Catalog): CheckedExpression | undefined {
  if (field.type.resultColumn === undefined) return undefined;
  let expression = compiled.get(field);
  if (!expression) {
    expression = formulaExpression(field, catalog);
    compiled.set(field, expression);
  }
  return expression;
}

/** Every stored field that these expressions read, also by way of formulas. */
export function storedReads(expressions: readonly CheckedExpression[], catalog: Catalog): readonly ReadField[] {
  const found = new Map<string, ReadField>();
  const visit = (read: ReadField): void => {
    const formula = formulaOf(read.field, catalog);
    if (formula) for (const inner of formula.reads) visit({ ...inner, root: read.root, steps: [...read.steps, ...inner.steps] });
    else found.set([read.root, ...read.steps.map(({ name }) => name), read.field.name].join('.'), read);
  };
  for (const { reads } of expressions) for (const read of reads) visit(read);
  return [...found.values()];
}

/** Whether records have to be found by a key for its value, also by way of formulas. */
export function findsRecords({ reads, finds }: CheckedExpression, catalog: Catalog): boolean {
  return finds.length > 0 || reads.some(({ field }) => {
    const formula = formulaOf(field, catalog);
    return formula !== undefined && findsRecords(formula, catalog);
  });
}

/** The parts of these expressions that find records by a key, themselves or in formulas, each as an expression of its own. */
export function searchesOf(expressions: readonly CheckedExpression[], catalog: Catalog): readonly CheckedExpression[] {
  return expressions.flatMap(({ source, reads, finds }) => {
    const formulas = reads.flatMap((read): readonly Checked[] => {
      const [formula, type] = [formulaOf(read.field, catalog), fieldType(read.field)];
      return formula && type && findsRecords(formula, catalog) ? [{ ...read, type }] : [];
    });
    return [...finds, ...formulas].map((root) => ({ source, type: root.type, root, ...summarize(root) }));
  });
}

/** Stored fields that these expressions read of other records than their own, by object. */
export function fieldsBehind(expressions: readonly CheckedExpression[], catalog: Catalog): ReadonlyMap<string, ReadonlySet<string>> {
  const fields = new Map<string, Set<string>>();
  const add = ({ object, name }: CatalogField): void => void entryOf(fields, object, () => new Set<string>()).add(name);
  const visit = ({ reads, finds }: Pick<CheckedExpression, 'reads' | 'finds'>, own: boolean): void => {
    for (const { steps: [first, ...rest], field } of reads) {
      if (first && !own) add(first);
      for (const step of rest) add(step);
      value(field, own && !first);
    }
    for (const { field, organization } of finds) {
      if (organization && !own) add(organization.own);
      value(field, false);
    }
  };
  const value = (field: CatalogField, own: boolean): void => {
    const formula = formulaOf(field, catalog);
    if (formula) visit(formula, own);
    else if (!own) add(field);
  };
  for (const expression of expressions) visit(expression, true);
  return fields;
}
