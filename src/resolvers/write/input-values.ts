import type { CatalogField } from '../../metadata/catalog.ts';
import type { ValueProblem } from '../../metadata/field-type.ts';

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** GraphQL spelling of a value → the spelling that is stored: enum names become option values, sub-fields machine names. */
export function storedSpelling(value: unknown, field: CatalogField): unknown {
  const shape = field.type.graphql(field);
  switch (shape.kind) {
    case 'enum':
      return mapItems(value, (item) => field.options.find((option) => option.graphqlName === item)?.value ?? item);
    case 'embedded':
      return field.subfields.size === 0 ? value : mapItems(value, (item) => renameSubfields(item, field));
    default:
      return value;
  }
}

function mapItems(value: unknown, map: (item: unknown) => unknown): unknown {
  return Array.isArray(value) ? value.map(map) : map(value);
}

function renameSubfields(value: unknown, field: CatalogField): unknown {
  if (!isRecord(value)) return value;
  const names = new Map([...field.subfields.values()].map((subfield) => [subfield.graphqlName, subfield]));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const subfield = names.get(name);
      return subfield ? [subfield.name, item === null ? null : storedSpelling(item, subfield)] : [name, item];
    }),
  );
}

/** A field's part in the value of a compound key. */
export function nameInside(value: unknown, field: CatalogField): unknown {
  return isRecord(value) ? (value[field.graphqlName] ?? value[field.name]) : undefined;
}

/** Where inside a value the problem is, in the names the client used. */
export function problemPath({ path = [] }: ValueProblem, field: CatalogField): (string | number)[] {
  let inside: CatalogField | undefined = field;
  return path.map((step) => {
    if (typeof step === 'number') return step;
    inside = inside?.subfields.get(step);
    return inside?.graphqlName ?? step;
  });
}
