import type { CatalogField } from '../metadata/catalog.ts';
import type { AggregateFunction } from '../metadata/field-type.ts';
import type { ObjectTypeNames } from '../metadata/naming.ts';
import { allows, relationsOf, type Api, type ApiObject } from './api.ts';
import { describeField } from './descriptions.ts';
import { filterTypeOfScalar } from './filters.ts';
import type { InputField, InputFields, OutputField, OutputFields } from './spec.ts';
import { measureType, outputType } from './value-types.ts';
import { enumerableFields } from './where.ts';

export type MeasureFunction = Exclude<AggregateFunction, 'count'>;

const functions = {
  countDistinct: 'Number of different values.',
  sum: 'Sum of the values.',
  avg: 'Mean of the values.',
  min: 'Smallest value.',
  max: 'Greatest value.',
} as const satisfies Record<MeasureFunction, string>;
const functionNames = Object.keys(functions) as readonly MeasureFunction[];

const havingName = (type: ObjectTypeNames, fn: MeasureFunction): string => type[`${fn}Having`];

function measures(self: ApiObject, fn: MeasureFunction): readonly CatalogField[] {
  return self.faces.filter((field) => {
    const { kind, list } = field.type.graphql(field);
    if (kind === 'embedded' || list === true) return false;
    return field.type.aggregates.includes(fn) || (fn === 'countDistinct' && field.type.groupable);
  });
}

/** Fields of which there are figures. */
export function measuresOf(self: ApiObject): readonly CatalogField[] {
  return functionNames.flatMap((fn) => measures(self, fn));
}

export function groupableFields(self: ApiObject): readonly CatalogField[] {
  return enumerableFields(self).filter((field) => field.type.groupable);
}

/** Whether `accountGroups` exists. */
export function hasGroups(self: ApiObject): boolean {
  return allows(self, 'aggregate') && groupableFields(self).length > 0;
}

/** Types of `accountsAggregate` and `accountGroups`, and the inputs that filter and sort by aggregates. */
export function declareAggregates(api: Api, self: ApiObject): void {
  if (!allows(self, 'aggregate')) return;
  const { registry } = api;
  const { type, owner, object } = self;
  const present = functionNames.map((fn) => ({ fn, fields: measures(self, fn) })).filter(({ fields }) => fields.length > 0);

  for (const { fn, fields } of present) {
    registry.declare(type[fn], owner, () => ({
      kind: 'object',
      role: 'measures',
      object: object.name,
      fields: () => Object.fromEntries(fields.map((field) => [field.graphqlName, measureField(type.type, field, fn)])),
    }));
    registry.declare(havingName(type, fn), owner, () => ({
      kind: 'input',
      description: functions[fn],
      fields: () => Object.fromEntries(fields.map((field) => [field.graphqlName, { type: filterTypeOfScalar(measureType(type.type, field, fn)), description: field.label, deprecated: field.deprecated, source: { kind: 'field', field: field.name } }])),
    }));
  }

  const summary = (): OutputFields => ({
    count: { type: 'Int!', description: 'Number of records.', source: { kind: 'count' } },
    ...Object.fromEntries(present.map(({ fn }): [string, OutputField] => [fn, { type: `${type[fn]}!`, description: functions[fn], source: { kind: 'measures', function: fn } }])),
  });
  const conditions = (): InputFields => ({
    count: { type: 'IntFilter', description: 'Number of records.' },
    ...Object.fromEntries(present.map(({ fn }): [string, InputField] => [fn, { type: havingName(type, fn), description: functions[fn] }])),
  });

  registry.declare(type.aggregate, owner, () => ({ kind: 'object', role: 'aggregate', object: object.name, description: `Figures over ${object.pluralLabel}.`, fields: summary }));
  registry.declare(type.aggregateWhere, owner, () => ({
    kind: 'input',
    description: `Conditions on figures over related ${object.pluralLabel}.`,
    fields: () => ({ where: { type: type.where, description: 'Which of them count.' }, ...conditions() }),
  }));
  if (!hasGroups(self)) return;
  declareGroups(api, self, summary, conditions);
  declareGroupOrder(api, self, present);
}

function measureField(owner: string, field: CatalogField, fn: MeasureFunction): OutputField {
  return { type: measureType(owner, field, fn), description: describeField(field), deprecated: field.deprecated, source: { kind: 'measure', field: field.name } };
}

function declareGroups(api: Api, self: ApiObject, summary: () => OutputFields, conditions: () => InputFields): void {
  const { registry } = api;
  const { type, owner, object } = self;
  registry.declare(type.group, owner, () => ({
    kind: 'object',
    role: 'group',
    object: object.name,
    description: `${object.pluralLabel} that have the grouped fields in common.`,
    fields: () => ({ key: { type: `${type.groupKey}!`, description: 'What they have in common.', source: { kind: 'groupKey' } }, ...summary() }),
  }));
  registry.declare(type.groupKey, owner, () => ({
    kind: 'object',
    role: 'groupKey',
    object: object.name,
    description: 'Values of the grouped fields; fields that were not grouped by are null.',
    fields: () => groupKeyFields(api, self),
  }));
  registry.declare(type.groupBy, owner, () => ({
    kind: 'input',
    fields: () => ({ field: { type: `${type.field}!` }, unit: { type: 'DateUnit', description: 'For dates and moments: cut them to the beginning of this unit, in UTC.' } }),
  }));
  registry.declare(type.having, owner, () => ({
    kind: 'input',
    description: 'Conditions on groups; all must hold.',
    fields: () => ({ and: { type: `[${type.having}!]` }, or: { type: `[${type.having}!]` }, not: { type: type.having }, ...conditions() }),
  }));
}

function groupKeyFields(api: Api, self: ApiObject): OutputFields {
  const groupable = groupableFields(self);
  const result: Record<string, OutputField> = {};
  for (const field of groupable) {
    result[field.graphqlName] = { type: outputType(self.type.type, field), description: describeField(field), deprecated: field.deprecated, source: { kind: 'field', field: field.name } };
  }
  const names = new Set(groupable.map((field) => field.name));
  for (const { relation, target, name, deprecated } of relationsOf(api, self)) {
    if (relation.kind === 'one' && names.has(relation.field)) {
      result[name] = { type: target.type.type, description: relation.label, deprecated, source: { kind: 'one', relation: relation.name } };
    }
  }
  return result;
}

function declareGroupOrder(api: Api, { type, owner }: ApiObject, present: readonly { readonly fn: MeasureFunction; readonly fields: readonly CatalogField[] }[]): void {
  const { registry } = api;
  registry.declare(type.groupOrderBy, owner, () => ({
    kind: 'input',
    oneOf: true,
    description: 'One sort key of groups.',
    fields: () => ({
      key: { type: type.field, description: 'A grouped field, ascending.' },
      keyDesc: { type: type.field, description: 'A grouped field, descending.' },
      count: { type: 'SortOrder', description: 'Number of records.' },
      ...Object.fromEntries(present.map(({ fn }): [string, InputField] => [fn, { type: type.measureOrder, description: functions[fn] }])),
    }),
  }));
  if (present.length === 0) return;
  registry.declare(type.measureOrder, owner, () => ({
    kind: 'input',
    oneOf: true,
    fields: () =>
      Object.fromEntries(
        present.flatMap(({ fields }) => fields).map((field) => [field.graphqlName, { type: 'SortOrder', description: field.label, deprecated: field.deprecated, source: { kind: 'field', field: field.name } } satisfies InputField]),
      ),
  }));
}
