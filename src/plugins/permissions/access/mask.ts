import type { CatalogField } from '../../../metadata/catalog.ts';
import { mask } from '../../../metadata/field-types/masking.ts';
import type { MaskStrategy } from '../rules.ts';

/** Scalars of text whose values may take any form on their way out. */
const textScalars: ReadonlySet<string> = new Set(['String', 'PhoneNumber']);

/** Masks make text of the value, so fields of other types can only become null. */
export function canMask(strategy: MaskStrategy, field: CatalogField): boolean {
  if (field.system || field.column === undefined) return false;
  if (strategy.kind === 'nullify') return true;
  const shape = field.type.graphql(field);
  return shape.kind === 'scalar' && shape.list !== true && textScalars.has(shape.scalar);
}

/** SQL of the masked value. Nothing but the parts that the strategy keeps, and whether there is a value, can be told from it. */
export function maskSql(strategy: MaskStrategy, field: CatalogField): (sql: string) => string {
  switch (strategy.kind) {
    case 'nullify': return () => 'NULL::text';
    case 'redact': return (sql) => `CASE WHEN ${sql} IS NOT NULL THEN '${mask}' END`;
    // Bound to field and record system, so that equal values of other fields do not meet.
    case 'hash': return (sql) => `encode(sha256(convert_to('${field.object}.${field.name}:' || ${sql}, 'UTF8')), 'hex')`;
    case 'partial': {
      const { keepHead, keepTail } = strategy;
      return (sql) =>
        `CASE WHEN ${sql} IS NULL THEN NULL WHEN length(${sql}) <= ${keepHead + keepTail} THEN '${mask}' ` +
        `ELSE left(${sql}, ${keepHead}) || '${mask}' || ${keepTail === 0 ? `''` : `right(${sql}, ${keepTail})`} END`;
    }
  }
}
