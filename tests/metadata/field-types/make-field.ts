import type { CatalogField, CatalogOption } from '../../../src/metadata/catalog.ts';
import { fieldTypes } from '../../../src/metadata/field-types/index.ts';
import { columnName, enumValueName, fieldName } from '../../../src/metadata/naming.ts';

export type Definition = Readonly<Record<string, unknown>> & { readonly type: string };

/** A linked field from its definition, without the loader: canonical spelling only. */
export function makeField(definition: Definition, name = 'value'): CatalogField {
  const type = fieldTypes.get(definition.type);
  if (type === undefined) throw new Error(`no field type ${definition.type}`);
  const options = (definition['options'] ?? []) as readonly string[];
  const subfields = (definition['fields'] ?? {}) as Readonly<Record<string, Definition>>;
  const reference = definition['reference'] as string | undefined;
  const draft: CatalogField = {
    object: 'thing',
    name,
    graphqlName: fieldName(name),
    type,
    label: name,
    description: undefined,
    column: undefined,
    required: definition['required'] === true,
    unique: definition['unique'] === true,
    multiple: definition['multiple'] === true,
    defaultValue: definition['defaultValue'],
    options: options.map((value): CatalogOption => ({ value, graphqlName: enumValueName(value), label: value, color: undefined, deprecated: undefined })),
    reference: reference === undefined ? undefined : { object: reference, onDelete: (definition['deleteBehavior'] as 'cascade' | undefined) ?? 'set_null' },
    searchable: false,
    sortable: type.sortable,
    externalId: definition['externalId'] === true,
    hidden: false,
    readonly: false,
    internal: false,
    system: false,
    trackHistory: false,
    renamedFrom: undefined,
    aliases: [],
    deprecated: undefined,
    subfields: new Map([
      ...Object.entries(subfields).map(([key, inner]) => [key, makeField(inner, key)] as const),
      ...(type.subfields ?? []).map((inner) => [inner.name, { ...makeField({ type: inner.type }, inner.name), graphqlName: inner.name }] as const),
    ]),
    source: undefined,
    definition,
  };
  const shape = type.graphql(draft);
  const linked = { ...draft, multiple: shape.list === true };
  return { ...linked, column: type.column(linked) === undefined ? undefined : columnName(name, shape.kind === 'relation') };
}
