import { GraphQLError, Kind, parse, print, validate, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { CatalogField, CatalogObject } from '../../metadata/catalog.ts';

export interface RecordQuery {
  readonly query: string;
  /** Fields of the record itself: response key by GraphQL name. */
  readonly ownFields: ReadonlyMap<string, string>;
}

/** A document that reads one record with a selection such as `{ id name owner { name } }`. Throws a GraphQLError for what is no selection. */
export function recordQuery(object: CatalogObject, selection: string): RecordQuery {
  const document = parse(`query Webhook($id: ID!) { record: ${object.names.one}(id: $id) ${selection} }`, { noLocation: true });
  const [operation, more] = document.definitions as readonly OperationDefinitionNode[];
  const [record, other] = operation?.selectionSet.selections ?? [];
  if (more !== undefined || other !== undefined || record?.kind !== Kind.FIELD || !record.selectionSet) throw new GraphQLError('A selection such as { id name } is expected.');
  const own = record.selectionSet.selections.flatMap((field) => (field.kind === Kind.FIELD && !field.selectionSet ? [[field.name.value, field.alias?.value ?? field.name.value] as const] : []));
  return { query: print(document), ownFields: new Map(own) };
}

/** What the schema has against the selection. */
export const selectionProblems = (query: string, schema: GraphQLSchema): readonly string[] => validate(schema, parse(query), undefined, { maxErrors: 5 }).map(({ message }) => message);

/** All fields that the record has itself. */
export const wholeSelection = (object: CatalogObject): string => selectionOf([...object.fields.values()].filter(isPlain));

export const selectionOf = (fields: readonly CatalogField[]): string => `{ ${[...new Set(['id', ...fields.map(({ graphqlName }) => graphqlName)])].join(' ')} }`;

/** Selected by its name alone. */
export function isPlain(field: CatalogField): boolean {
  return !field.internal && field.type.confidential !== true && field.type.graphql(field).kind !== 'embedded';
}
