import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, parse, print, validateSchema, type DefinitionNode, type DocumentNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { buildSchema, complete } from '../../src/builder/build-schema.ts';
import { printSchema } from '../../src/builder/print-schema.ts';
import { loadCatalog } from '../../src/metadata/load-catalog.ts';
import type { DefinitionInput } from '../../src/metadata/phase.ts';

const unused = () => {
  throw new Error('Nothing is executed here.');
};

async function schemaOf(definitions: readonly DefinitionInput[]) {
  const { catalog, diagnostics } = await loadCatalog({ definitions });
  expect(diagnostics).toEqual([]);
  return buildSchema({ catalog, plugins: [], resolvers: { query: unused, mutation: unused, linked: () => unused } });
}

/** What `sdl` has and `base` has not, without descriptions: types, and fields of the root types. */
function added(sdl: DocumentNode, base: DocumentNode): string {
  const known = new Set(base.definitions.map((definition) => print(definition)));
  const fields = new Set(base.definitions.flatMap((definition) => ('fields' in definition ? (definition.fields ?? []).map((field) => print(field)) : [])));
  return sdl.definitions
    .filter((definition) => !known.has(print(definition)))
    .map((definition) => {
      const isRoot = definition.kind === Kind.OBJECT_TYPE_DEFINITION && ['Query', 'Mutation'].includes(definition.name.value);
      return print(isRoot ? ({ ...definition, fields: definition.fields?.filter((field) => !fields.has(print(field))) } as DefinitionNode) : definition);
    })
    .map((text) => text.replaceAll(/^ *"""[\s\S]*?"""\n/gm, ''))
    .join('\n\n');
}

describe('what definitions become', async () => {
  const base = parse(printSchema(await schemaOf([])));

  it.each(readdirSync(import.meta.dirname).filter((file) => file.endsWith('.yml')))('%s', async (file) => {
    const path = join(import.meta.dirname, file);
    const schema = await schemaOf(parseAllDocuments(readFileSync(path, 'utf8')).map((document) => document.toJS() as DefinitionInput));
    expect(validateSchema(complete(schema))).toEqual([]);
    await expect(`${added(parse(printSchema(schema)), base)}\n`).toMatchFileSnapshot(path.replace('.yml', '.graphql'));
  });

  it('hundreds of objects are built when they are asked for, and stay valid', async () => {
    const definitions = Array.from({ length: 300 }, (_, index) => ({
      name: `thing_${index}`,
      fields: {
        name: { type: 'text', required: true },
        amount: { type: 'currency' },
        state: { type: 'select', options: ['open', 'closed'] },
        ...(index > 0 && { previous: { type: 'lookup', reference: `thing_${index - 1}`, relatedName: 'following' } }),
      },
    }));
    const schema = await schemaOf(definitions);
    const query = schema.getQueryType()?.getFields() ?? {};
    expect(query['thing299']?.type.toString()).toBe('Thing299');
    expect(Object.keys(query).length).toBeGreaterThan(1000);
    expect(validateSchema(complete(schema))).toEqual([]);
  }, 60_000);
});
