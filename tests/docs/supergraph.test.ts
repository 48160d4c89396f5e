import { readFile } from 'node:fs/promises';
import { Kind, parse, print, type DocumentNode, type ObjectTypeDefinitionNode } from 'graphql';
import { expect, it } from 'vitest';
import { sdlOf } from '../plugins/federation/compile-yaml.ts';
import { blocksOf } from './blocks.ts';

const blocks = blocksOf('docs/supergraph.md');
const textsOf = (language: string, tag: string): readonly string[] => blocks.filter((block) => block.language === language && block.tags.includes(tag)).map(({ text }) => text);

const typesOf = ({ definitions }: DocumentNode): readonly ObjectTypeDefinitionNode[] => definitions.filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION);
const directivesOf = ({ directives = [] }: Pick<ObjectTypeDefinitionNode, 'directives'>): readonly string[] => directives.map((directive) => print(directive)).filter((text) => !text.startsWith('@permission'));

function expectShown(shown: string, sdl: string): void {
  const types = new Map(typesOf(parse(sdl)).map((type) => [type.name.value, type]));
  for (const type of typesOf(parse(shown))) {
    const real = types.get(type.name.value);
    expect(real && directivesOf(real)).toEqual(directivesOf(type));
    const fields = real?.fields?.map(({ description: _description, ...field }) => print({ ...field, arguments: [] }));
    for (const field of type.fields ?? []) expect(fields).toContain(print(field));
  }
}

it('docs/supergraph.md shows what its definitions become', async () => {
  const [definitions, shown] = [textsOf('yaml', 'subgraph'), textsOf('graphql', 'subgraph')];
  expect([definitions.length, shown.length]).toEqual([4, 4]);
  for (const [index, yaml] of definitions.entries()) expectShown(shown[index] ?? '', await sdlOf(yaml));
});

it('docs/supergraph.md shows the sample app', async () => {
  const sdl = await readFile('schema/subgraph.graphql', 'utf8');
  const [shown = ''] = textsOf('graphql', 'of-crm');
  expect(shown).toMatch(/^type Account /);
  expectShown(shown, sdl);
});
