import { relationFieldNames } from '../metadata/naming.ts';
import { hasGroups } from './aggregates.ts';
import { allows, relationsOf, type Api, type ApiObject } from './api.ts';
import { aggregateArguments, groupArguments, listArguments } from './arguments.ts';
import { describe } from './descriptions.ts';
import { semanticNonNull } from './directives.ts';
import type { OutputField, OutputFields } from './spec.ts';
import { declareApiFieldTypes, outputField } from './value-types.ts';

/** `Account`, `AccountConnection`, `AccountEdge`. */
export function declareRecordTypes(api: Api, self: ApiObject): void {
  const { registry } = api;
  const { type, owner, object } = self;
  declareApiFieldTypes(api, self);
  registry.declare(type.type, owner, () => ({
    kind: 'object',
    role: 'record',
    object: object.name,
    description: describe(object.label, object.description),
    interfaces: allows(self, 'get') ? ['Node'] : [],
    fields: () => recordFields(api, self),
  }));
  registry.declare(type.connection, owner, () => ({
    kind: 'object',
    role: 'connection',
    object: object.name,
    description: `A page of ${object.pluralLabel}.`,
    fields: () => ({
      nodes: { type: `[${type.type}!]!`, source: { kind: 'connection', part: 'nodes' } },
      edges: { type: `[${type.edge}!]!`, source: { kind: 'connection', part: 'edges' } },
      pageInfo: { type: 'PageInfo!', source: { kind: 'connection', part: 'pageInfo' } },
      totalCount: { type: 'Int!', description: 'Number of records on all pages.', source: { kind: 'connection', part: 'totalCount' } },
    }),
  }));
  registry.declare(type.edge, owner, () => ({
    kind: 'object',
    role: 'edge',
    object: object.name,
    fields: (): OutputFields => ({
      node: { type: `${type.type}!`, source: { kind: 'edge', part: 'node' } },
      cursor: { type: 'String!', description: 'Place of the record in the list, for `after` and `before`.', source: { kind: 'edge', part: 'cursor' } },
      ...(object.searchFields.length > 0 && { rank: { type: 'Float', description: 'How well the record matches `search`.', source: { kind: 'edge', part: 'rank' } } }),
    }),
  }));
}

function recordFields(api: Api, self: ApiObject): OutputFields {
  const result: Record<string, OutputField> = {};
  for (const field of self.faces) result[field.graphqlName] = outputField(self.type.type, field);
  for (const { relation, target, name, deprecated } of relationsOf(api, self)) {
    if (relation.kind === 'one') {
      const field = self.object.fields.get(relation.field);
      result[name] = {
        type: target.type.type,
        description: describe(relation.label, field?.description),
        deprecated,
        directives: field?.required === true ? semanticNonNull : undefined,
        source: { kind: 'one', relation: relation.name },
      };
      continue;
    }
    const names = relationFieldNames(name);
    if (allows(target, 'list')) {
      result[names.records] = { type: `${target.type.connection}!`, description: relation.label, deprecated, args: listArguments(target), source: { kind: 'many', relation: relation.name } };
    }
    if (allows(target, 'aggregate')) {
      result[names.aggregate] = { type: `${target.type.aggregate}!`, description: `Figures over ${relation.label}.`, deprecated, args: aggregateArguments(target), source: { kind: 'manyAggregate', relation: relation.name } };
    }
    if (hasGroups(target)) {
      result[names.groups] = { type: `[${target.type.group}!]!`, description: `${relation.label} in groups.`, deprecated, args: groupArguments(target), source: { kind: 'manyGroups', relation: relation.name } };
    }
  }
  return result;
}
