import type { Catalog, CatalogField } from '../../metadata/catalog.ts';
import type { CheckedExpression, ReadField } from '../../metadata/expressions/checked.ts';
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
