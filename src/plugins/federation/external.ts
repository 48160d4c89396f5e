import type { GraphQLObjectType } from 'graphql';
import type { Catalog, CatalogField, CatalogObject } from '../../metadata/catalog.ts';
import { emptyField } from '../../metadata/empty-field.ts';
import { familyRead } from '../../metadata/expressions/types.ts';
import type { FieldType } from '../../metadata/field-type.ts';
import { external } from '../../metadata/field-types/external.ts';
import type { DefinitionInput } from '../../metadata/phase.ts';
import { isMapping } from '../../metadata/report.ts';
import type { ComputedField } from '../../resolvers/computed.ts';
import { formulaOf, storedReads } from '../../resolvers/expressions/formulas.ts';
import { castOf } from '../../resolvers/filter/operators.ts';
import { federationOfField } from './definition.ts';

/** A field of another subgraph has no column here; types that cannot be given as one plain value stay as they are, and are refused. */
export function typeOfField(type: FieldType, { federation }: DefinitionInput): FieldType {
  return isMapping(federation) && federation['external'] === true && canBeGiven(emptyField(type)) ? external(type) : type;
}

function canBeGiven(field: CatalogField): boolean {
  const { type } = field;
  return isPlain(field) && !type.computed && type.confidential !== true && type.filters(field) !== undefined;
}

/** Shown as one scalar or enum value. */
export function isPlain(field: CatalogField): boolean {
  const shape = field.type.graphql(field);
  return (shape.kind === 'scalar' || shape.kind === 'enum') && shape.list !== true;
}

/** Whether the values of the field come from another subgraph. Formulas that read such a field are of a like type, and own. */
export const isExternal = (field: CatalogField): boolean => federationOfField(field).external === true;

/** The value that the representation of a record brought along; null elsewhere. */
export function computedExternal(field: CatalogField): ComputedField | undefined {
  if (!isExternal(field)) return undefined;
  const cast = castOf[familyRead(field) ?? 'string'];
  return { inputs: [], found: [], usesNow: false, usesCaller: false, sql: ({ given }) => given?.(field) ?? `NULL::${cast}`, value: () => null };
}

/** What a gateway must bring along for each field of the object, by GraphQL names: external fields that formulas read, and custom fields need. */
export function requiredFields(object: CatalogObject, type: GraphQLObjectType, catalog: Catalog): ReadonlyMap<string, readonly string[]> {
  const required = new Map<string, readonly string[]>();
  const note = (name: string, read: readonly CatalogField[]): void => {
    const names = new Set(read.flatMap((field) => externalsBehind(field, catalog)).map(({ graphqlName }) => graphqlName));
    if (names.size > 0) required.set(name, [...names]);
  };
  for (const field of object.fields.values()) if (!isExternal(field)) note(field.graphqlName, [field]);
  for (const [name, { extensions: { objectos: source } }] of Object.entries(type.getFields())) {
    if (source?.kind === 'custom') note(name, source.needs.flatMap((need) => object.fields.get(need) ?? []));
  }
  return required;
}

function externalsBehind(field: CatalogField, catalog: Catalog): readonly CatalogField[] {
  if (isExternal(field)) return [field];
  const formula = field.type.external === undefined ? undefined : formulaOf(field, catalog);
  return formula ? storedReads([formula], catalog).flatMap(({ field: read }) => (isExternal(read) ? [read] : [])) : [];
}
