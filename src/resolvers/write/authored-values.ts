import type { CatalogField } from '../../metadata/catalog.ts';

/** Turns a value as authored in a data file into what a GraphQL client would send: option values become enum names, keys camel case. */
export function toInputValue(value: unknown, field: CatalogField, report: (message: string) => void): unknown {
  if (value === null || value === undefined) return null;
  const shape = field.type.graphql(field);
  if (shape.kind === 'relation') return value;
  if (shape.list === true) return (Array.isArray(value) ? value : [value]).map((item) => toItem(item, field, report));
  return toItem(value, field, report);
}

function toItem(value: unknown, field: CatalogField, report: (message: string) => void): unknown {
  const shape = field.type.graphql(field);
  switch (shape.kind) {
    case 'enum':
      return toEnumName(value, field, report);
    case 'embedded':
      return toEmbedded(value, field, report);
    case 'scalar':
      // The scalars that carry exact numbers travel as text.
      return (shape.scalar === 'Decimal' || shape.scalar === 'BigInt') && typeof value === 'number' ? String(value) : value;
    case 'relation':
      return value;
  }
}

function toEnumName(value: unknown, field: CatalogField, report: (message: string) => void): unknown {
  const text = String(value);
  const option =
    field.options.find((candidate) => candidate.value === text) ??
    field.options.find((candidate) => candidate.value.toLowerCase() === text.toLowerCase()) ??
    field.options.find((candidate) => candidate.graphqlName === text);
  if (option) return option.graphqlName;
  report(`${field.object}.${field.name}: "${text}" is not an option. Options: ${field.options.map((candidate) => candidate.value).join(', ')}.`);
  return null;
}

function toEmbedded(value: unknown, field: CatalogField, report: (message: string) => void): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report(`${field.object}.${field.name}: an object with ${[...field.subfields.keys()].join(', ')} is expected.`);
    return null;
  }
  const result: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) {
    const subfield = field.subfields.get(key) ?? [...field.subfields.values()].find(({ graphqlName }) => graphqlName === key);
    if (subfield) result[subfield.graphqlName] = toInputValue(part, subfield, report);
    else report(`${field.object}.${field.name} has no part "${key}". Parts: ${[...field.subfields.keys()].join(', ')}.`);
  }
  return result;
}
