import type { CatalogField } from '../../metadata/catalog.ts';
import { defaultToken, resolveDefault } from '../../metadata/field-types/defaults.ts';

/**
 * The default of a column, as Prisma attribute: what rows get that are written around the API, and rows that exist when a
 * required column is added. Undefined when there is none, or none that is the same for all rows.
 */
export function defaultAttribute(field: CatalogField, prismaType: string): string | undefined {
  if (field.type.confidential === true) return undefined;
  if (defaultToken(field) !== undefined) return defaultToken(field) === 'now' && field.type.filters(field) === 'datetime' ? '@default(now())' : undefined;
  const value = resolveDefault(field, { now: new Date(0), userId: undefined });
  const literal = value === undefined || value === null ? undefined : prismaLiteral(value, prismaType);
  return literal === undefined ? undefined : `@default(${literal})`;
}

function prismaLiteral(value: unknown, prismaType: string): string | undefined {
  if (prismaType.endsWith('[]')) {
    if (!Array.isArray(value)) return undefined;
    const items = value.map((item) => prismaLiteral(item, prismaType.slice(0, -2)));
    return items.every((item) => item !== undefined) ? `[${items.join(', ')}]` : undefined;
  }
  switch (prismaType) {
    case 'String':
      return typeof value === 'string' ? JSON.stringify(value) : undefined;
    case 'Boolean':
      return typeof value === 'boolean' ? String(value) : undefined;
    case 'Int':
    case 'BigInt':
    case 'Float':
    case 'Decimal':
      return /^-?\d+(\.\d+)?$/.test(String(value)) ? String(value) : undefined;
    case 'Json':
      return JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value));
    default:
      return undefined;
  }
}
