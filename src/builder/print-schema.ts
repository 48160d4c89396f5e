import { getDocumentNodeFromSchema } from '@graphql-tools/utils';
import { Kind, print, type DefinitionNode, type GraphQLSchema } from 'graphql';
import { complete } from './build-schema.ts';

/**
 * SDL of the whole schema with applied directives: directives, root types, then all types by name; fields stand in the order of
 * their definition. Equal schemas print equal text.
 */
export function printSchema(schema: GraphQLSchema): string {
  const { definitions } = getDocumentNodeFromSchema(complete(schema));
  return printDefinitions(definitions.filter((node) => node.kind !== Kind.SCHEMA_DEFINITION));
}

/** In the order of `printSchema`; what extends the schema comes first. */
export function printDefinitions(definitions: readonly DefinitionNode[]): string {
  return `${definitions.toSorted((a, b) => compare(sortKey(a), sortKey(b))).map((node) => print(node)).join('\n\n')}\n`;
}

const roots = ['Query', 'Mutation', 'Subscription'];

function sortKey(node: DefinitionNode): string {
  if (node.kind === Kind.SCHEMA_EXTENSION) return '';
  const name = 'name' in node ? (node.name?.value ?? '') : '';
  if (node.kind === Kind.DIRECTIVE_DEFINITION) return `0${name}`;
  const root = roots.indexOf(name);
  return root === -1 ? `2${name}` : `1${String(root)}`;
}

/** Not by locale: the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
