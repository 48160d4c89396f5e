import type { SchemaExtension } from '../../../builder/phase.ts';
import type { OutputField, OutputFields } from '../../../builder/spec.ts';
import type { Catalog, CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import { fieldEnumName, objectTypeNames } from '../../../metadata/naming.ts';
import { historyName } from './check.ts';
import { actorObject, historySql, type EntryPart } from './history-sql.ts';
import { trackedFields } from './tracked-fields.ts';

/** `history` on the records of objects with tracked fields. */
export function extendWithHistory({ catalog, addType, addFields }: SchemaExtension): void {
  const tracked = [...catalog.objects.values()].flatMap((object) => {
    const fields = object.methods.has('history') ? trackedFields(object) : [];
    return fields.length > 0 ? [{ object, fields }] : [];
  });
  if (tracked.length === 0) return;
  declareShared(catalog, addType);
  for (const { object, fields } of tracked) {
    const enumName = objectTypeNames(object.names.type).historyField;
    addType(enumName, { kind: 'enum', description: `Fields of ${object.label} whose changes are kept.`, values: Object.fromEntries(fields.map((field) => [enumValue(field), { description: field.label, stands: field.name }])) });
    addFields(object.names.type, { [historyName]: historyField(object, fields, enumName) });
  }
}

const enumValue = (field: CatalogField): string => fieldEnumName(field.name, field.type.graphql(field).kind === 'relation');

function historyField(object: CatalogObject, fields: readonly CatalogField[], enumName: string): OutputField {
  return {
    type: 'HistoryConnection!',
    description: 'Who changed what, and when; the latest change comes first.',
    args: {
      fields: { type: `[${enumName}!]`, description: 'Changes of these fields alone.' },
      first: { type: 'Int', description: 'Page size, from the latest or from `after`.' },
      after: { type: 'String', description: 'Cursor that the page follows.' },
      last: { type: 'Int', description: 'Page size, from the oldest or from `before`.' },
      before: { type: 'String', description: 'Cursor that the page precedes.' },
    },
    source: { kind: 'planned', sql: (place) => historySql(place, object, fields) },
  };
}

function declareShared(catalog: Catalog, addType: SchemaExtension['addType']): void {
  const part = (name: EntryPart, type: string, description?: string): OutputFields => ({ [name]: { type, description, source: { kind: 'part', part: name } } });
  const actor = actorObject(catalog);
  addType('HistoryKind', {
    kind: 'enum',
    description: 'What happened to a record.',
    values: { CREATED: {}, UPDATED: { description: 'A field changed.' }, DELETED: { description: 'Moved to the trash.' }, RESTORED: {} },
  });
  addType('HistoryEntry', {
    kind: 'object',
    role: 'shared',
    description: 'One change of one field, or what became of the whole record.',
    fields: () => ({
      ...part('id', 'ID!'),
      ...part('kind', 'HistoryKind!'),
      ...part('at', 'DateTime!'),
      ...part('field', 'String', 'Machine name; null when the whole record is meant.'),
      ...part('label', 'String', 'Label of the field.'),
      ...part('oldValue', 'JSON', 'As the API shows the field; null when it was empty.'),
      ...part('newValue', 'JSON'),
      ...part('oldText', 'String', 'For people: the label of an option, the name of a record.'),
      ...part('newText', 'String'),
      ...part('actorId', 'ID', 'User who did it; null when the platform did, and where you may not see who.'),
      ...(actor && part('actor', actor.names.type, 'Null also where you may not read the user.')),
    }),
  });
  addType('HistoryEdge', {
    kind: 'object',
    role: 'shared',
    fields: () => ({
      node: { type: 'HistoryEntry!', source: { kind: 'edge', part: 'node' } },
      cursor: { type: 'String!', description: 'Place of the entry, for `after` and `before`.', source: { kind: 'edge', part: 'cursor' } },
    }),
  });
  addType('HistoryConnection', {
    kind: 'object',
    role: 'shared',
    description: 'A page of changes.',
    fields: () => ({
      nodes: { type: '[HistoryEntry!]!', source: { kind: 'connection', part: 'nodes' } },
      edges: { type: '[HistoryEdge!]!', source: { kind: 'connection', part: 'edges' } },
      pageInfo: { type: 'PageInfo!', source: { kind: 'connection', part: 'pageInfo' } },
      totalCount: { type: 'Int!', description: 'Number of changes on all pages.', source: { kind: 'connection', part: 'totalCount' } },
    }),
  });
}
