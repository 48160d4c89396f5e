import { parse, print } from 'graphql';
import type { DefinitionNode, DocumentNode, FieldDefinitionNode, InputValueDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { printSchema } from '../../src/builder/print-schema.ts';
import { loadCatalog } from '../../src/metadata/load-catalog.ts';
import type { DefinitionInput } from '../../src/metadata/phase.ts';
import { compile } from '../../src/platform/compile.ts';
import { loadApp } from '../../src/platform/load-app.ts';
import { loadSettings } from '../../src/platform/settings/load-settings.ts';
import type { SettingsInput } from '../../src/platform/settings/schema.ts';
import { serverSettingsOf } from '../../src/platform/settings/server-settings.ts';
import { createLog } from '../../src/server/log.ts';
import { blocksOf, blocksWith, nameOf, pages, root } from './blocks.ts';
import type { Block } from './blocks.ts';

const app = await loadApp({ directory: root, env: {} });

/** `yaml load` blocks stand alone; `yaml load app` ones build on the sample app; with `warns` they are there to show warnings. */
async function load({ text, tags }: Block) {
  const documents = parseAllDocuments(text).map((document) => document.toJS() as DefinitionInput);
  const isSeed = (document: DefinitionInput): boolean => 'records' in document;
  return loadCatalog({
    ...(tags.includes('app') && { directory: app.definitionsDirectory }),
    plugins: app.plugins,
    definitions: documents.filter((document) => !isSeed(document)),
    seeds: documents.filter(isSeed),
  });
}

function sdlOf(loaded: Awaited<ReturnType<typeof load>>): DocumentNode {
  const { schema } = compile(loaded, { settings: app.settings, serverSettings: serverSettingsOf(app.settings), plugins: app.plugins, log: createLog({ level: 'silent' }) });
  return parse(printSchema(schema));
}

const named = (blocks: readonly Block[]) => blocks.map((block) => ({ block, name: nameOf(block) }));

describe('definitions of the pages', () => {
  it.each(named(blocksWith('yaml', 'load')))('$name loads', async ({ block }) => {
    const { diagnostics } = await load(block);
    if (block.tags.includes('warns')) expect(diagnostics.length).toBeGreaterThan(0);
    else expect(diagnostics).toEqual([]);
  });

  it.each(named(blocksWith('yaml', 'settings')))('$name is a config file', async ({ block }) => {
    const overrides = parseAllDocuments(block.text)[0]?.toJS() as SettingsInput;
    await expect(loadSettings({ directory: '/nonexistent', env: {}, overrides })).resolves.toBeDefined();
  });
});

describe('schema excerpts of the pages', async () => {
  const sample = sdlOf(await loadCatalog({ directory: app.definitionsDirectory, plugins: app.plugins }));

  it.each(named(blocksWith('graphql', 'schema')))('$name is part of the schema of the sample app', ({ block }) => {
    expectPart(parse(block.text), sample);
  });

  it.each(named(blocksWith('graphql', 'becomes')))('$name is what the definition above becomes', async ({ block }) => {
    const yaml = blocksOf(block.file).findLast(({ language, tags, line }) => language === 'yaml' && tags.includes('load') && line < block.line);
    if (!yaml) throw new Error(`${nameOf(block)} follows no definition.`);
    expectPart(parse(block.text), sdlOf(await load(yaml)));
  });

  it('covers the API', () => {
    expect(pages).toContain('docs/api.md');
    expect(blocksWith('graphql', 'schema').length).toBeGreaterThan(5);
  });
});

/** Everything that the excerpt shows is there just so; the schema may hold more. */
function expectPart(excerpt: DocumentNode, whole: DocumentNode): void {
  for (const definition of excerpt.definitions) {
    const name = nameOfDefinition(definition);
    const real = whole.definitions.find((node) => node.kind === definition.kind && nameOfDefinition(node) === name);
    expect(real, `${definition.kind} ${name}`).toBeDefined();
    if (real) expect(membersOf(real), name).toEqual(expect.arrayContaining([...membersOf(definition)]));
    if (real) expect(headOf(real), name).toEqual(expect.arrayContaining([...headOf(definition)]));
  }
}

const nameOfDefinition = (node: DefinitionNode): string => ('name' in node ? (node.name?.value ?? '') : '');

function headOf(node: DefinitionNode): readonly string[] {
  const interfaces = 'interfaces' in node ? (node.interfaces ?? []).map(({ name }) => `implements ${name.value}`) : [];
  const directives = 'directives' in node ? (node.directives ?? []).map((directive) => print(directive)) : [];
  return [...interfaces, ...directives];
}

function membersOf(node: DefinitionNode): readonly string[] {
  if ('fields' in node) return (node.fields ?? []).map((field) => memberText(field));
  if ('values' in node) return (node.values ?? []).map(({ name }) => name.value);
  return [];
}

/** Without descriptions, which excerpts leave out. */
function memberText(field: FieldDefinitionNode | InputValueDefinitionNode): string {
  const args = 'arguments' in field ? (field.arguments ?? []).map((argument) => memberText(argument)).join(', ') : '';
  const directives = (field.directives ?? []).map((directive) => ` ${print(directive)}`).join('');
  return `${field.name.value}${args === '' ? '' : `(${args})`}: ${print(field.type)}${directives}`;
}
