import { hasGroups } from './aggregates.ts';
import { allows, type Api, type ApiObject } from './api.ts';
import { aggregateArguments, groupArguments, listArguments } from './arguments.ts';
import { keysOf } from './keys.ts';
import { metadataField } from './metadata.ts';
import type { OutputField, OutputFields } from './spec.ts';

/** Root fields of Query that read records. */
export function queryFields(api: Api): OutputFields {
  const resolve = api.resolvers.query;
  const result: Record<string, OutputField> = {
    node: { type: 'Node', description: 'The record with this id, whatever its type.', args: { id: { type: 'ID!' } }, source: { kind: 'node' }, resolve },
    nodes: { type: '[Node]!', description: 'The records with these ids, in their order; null where there is none.', args: { ids: { type: '[ID!]!' } }, source: { kind: 'nodes' }, resolve },
  };
  result['metadata'] = metadataField(api);
  for (const self of api.objects.values()) addObject(result, self, resolve);
  return result;
}

function addObject(result: Record<string, OutputField>, self: ApiObject, resolve: OutputField['resolve']): void {
  const { object, type, root } = self;
  const { name, label, pluralLabel, deprecated } = object;
  if (allows(self, 'get')) {
    const byId = keysOf(self).length > 1 ? { id: { type: 'ID' }, by: { type: type.key, description: 'Another key than the id.' } } : { id: { type: 'ID!' } };
    result[root.one] = { type: type.type, description: `One ${label}; null when there is none that the caller may read.`, deprecated, args: byId, source: { kind: 'record', object: name }, resolve };
  }
  if (allows(self, 'list')) {
    result[root.many] = { type: `${type.connection}!`, description: `${pluralLabel}, a page at a time.`, deprecated, args: listArguments(self), source: { kind: 'list', object: name }, resolve };
  }
  if (allows(self, 'aggregate')) {
    result[root.aggregate] = { type: `${type.aggregate}!`, description: `Figures over ${pluralLabel}.`, deprecated, args: aggregateArguments(self), source: { kind: 'aggregate', object: name }, resolve };
  }
  if (hasGroups(self)) {
    result[root.groups] = { type: `[${type.group}!]!`, description: `${pluralLabel} in groups.`, deprecated, args: groupArguments(self), source: { kind: 'groups', object: name }, resolve };
  }
}
