import type { CatalogField } from '../metadata/catalog.ts';
import { fieldEnumName, fieldTypeNames, relationFieldNames } from '../metadata/naming.ts';
import { allows, relationsOf, type Api, type ApiObject, type FieldFace } from './api.ts';
import { describeField } from './descriptions.ts';
import { filterTypeOf } from './filters.ts';
import type { InputField, InputFields } from './spec.ts';

/** Fields of one value that can be compared, grouped by and named in `AccountField`. */
export function enumerableFields({ faces }: ApiObject): readonly FieldFace[] {
  return faces.filter((field) => {
    const { kind, list } = field.type.graphql(field);
    return kind !== 'embedded' && list !== true && (field.type.groupable || (field.type.filters(field) ?? 'json') !== 'json');
  });
}

/** `AccountWhere`, `AccountToManyWhere`, `AccountCompare`, `AccountField`, `AccountOrderBy`. */
export function declareWhere(api: Api, self: ApiObject): void {
  const { registry } = api;
  const { type, owner, object } = self;
  registry.declare(type.where, owner, () => ({
    kind: 'input',
    description: `Conditions on ${object.pluralLabel}; all must hold, none matches everything.`,
    fields: () => whereFields(api, self),
  }));
  registry.declare(type.toManyWhere, owner, () => ({
    kind: 'input',
    description: `Conditions on related ${object.pluralLabel}.`,
    fields: () => ({
      some: { type: type.where, description: 'At least one of them matches.' },
      every: { type: type.where, description: 'All of them match; true when there are none.' },
      none: { type: type.where, description: 'None of them matches.' },
    }),
  }));
  const enumerable = enumerableFields(self);
  registry.declare(type.field, owner, () => ({
    kind: 'enum',
    description: `Fields of ${object.label}.`,
    values: Object.fromEntries(
      enumerable.map((field) => [fieldEnumName(field.alias?.name ?? field.name, field.type.graphql(field).kind === 'relation'), { description: field.label, deprecated: field.deprecated, stands: field.name }]),
    ),
  }));
  registry.declare(type.compare, owner, () => ({
    kind: 'input',
    description: `Compares two fields of the same record.`,
    fields: () => ({ left: { type: `${type.field}!` }, operator: { type: 'FieldComparison!' }, right: { type: `${type.field}!` } }),
  }));
  registry.declare(type.orderBy, owner, () => ({
    kind: 'input',
    oneOf: true,
    description: `One sort key of ${object.pluralLabel}. Equal records are ordered by id.`,
    fields: () => orderByFields(api, self),
  }));
}

function whereFields(api: Api, self: ApiObject): InputFields {
  const { type, faces } = self;
  const result: Record<string, InputField> = {
    and: { type: `[${type.where}!]`, description: 'All of these hold.' },
    or: { type: `[${type.where}!]`, description: 'At least one of these holds.' },
    not: { type: type.where, description: 'This does not hold.' },
    compare: { type: `[${type.compare}!]`, description: 'Field against field.' },
  };
  for (const field of faces) {
    const family = field.type.filters(field);
    if (family === undefined) continue;
    const filter = filterTypeOf(family, fieldTypeNames(type.type, field.name));
    result[field.graphqlName] = { type: filter, description: describeField(field), deprecated: field.deprecated, source: { kind: 'field', field: field.name } };
  }
  for (const { relation, target, name, deprecated } of relationsOf(api, self)) {
    const source = { kind: 'relation', relation: relation.name } as const;
    if (relation.kind === 'one') {
      result[name] = { type: target.type.where, description: relation.label, deprecated, source };
    } else {
      result[name] = { type: target.type.toManyWhere, description: relation.label, deprecated, source };
      if (allows(target, 'aggregate')) {
        result[relationFieldNames(name).aggregate] = { type: target.type.aggregateWhere, description: `Count and sums of ${relation.label}.`, deprecated, source: { kind: 'relationAggregate', relation: relation.name } };
      }
    }
  }
  return result;
}

export function isSortable(field: CatalogField): boolean {
  const { kind, list } = field.type.graphql(field);
  return field.sortable && field.type.sortable && kind !== 'embedded' && list !== true;
}

function orderByFields(api: Api, self: ApiObject): InputFields {
  const result: Record<string, InputField> = {};
  for (const field of self.faces) {
    if (!isSortable(field)) continue;
    result[field.graphqlName] = { type: 'SortOrder', description: field.label, deprecated: field.deprecated, source: { kind: 'field', field: field.name } };
  }
  for (const { relation, target, name, deprecated } of relationsOf(api, self)) {
    if (relation.kind === 'one') result[name] = { type: target.type.orderBy, description: relation.label, deprecated, source: { kind: 'relation', relation: relation.name } };
    else if (allows(target, 'aggregate')) {
      result[relationFieldNames(name).count] = { type: 'SortOrder', description: `Number of ${relation.label}.`, deprecated, source: { kind: 'relationAggregate', relation: relation.name } };
    }
  }
  return result;
}
