import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { buildSchema, isScalarType, isSpecifiedScalarType, parse, print, validate, type GraphQLSchema } from 'graphql';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import * as objectos from '../../src/index.ts';
import { makeFolder } from '../support/cli.ts';
import { blocksOf, root } from './blocks.ts';
import { runModule } from './load-block.ts';

const file = 'docs/clients/types.md';
const block = (page: string, language: string, tag: string): string => blocksOf(page).find((each) => each.language === language && each.tags.includes(tag))?.text ?? '';
const sdl = readFileSync(join(root, 'schema/schema.graphql'), 'utf8');
let schema: GraphQLSchema;
beforeAll(() => {
  schema = buildSchema(sdl);
});

/** Problems of the page's file beside generated ones, and of a file that uses it wrongly. */
function typeCheck(generated: Readonly<Record<string, string>>, sample: string): readonly (readonly string[])[] {
  const at = (name: string): string => join(root, 'tests/docs/of-clients', name);
  const wrong = "import type { Account } from './accounts';\nexport const sum = (account: Account): number => account.annualRevenue;\n";
  const files = new Map(Object.entries({ ...generated, 'accounts.ts': sample, 'wrong.ts': wrong }).map(([name, text]) => [at(name), text]));
  const options: ts.CompilerOptions = { strict: true, noEmit: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'], module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, allowImportingTsExtensions: true, types: [] };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.directoryExists = (path) => [...files.keys()].some((name) => name.startsWith(`${path}/`)) || ts.sys.directoryExists(path);
  host.getSourceFile = (path, target) => {
    const text = host.readFile(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, target);
  };
  const program = ts.createProgram(['accounts.ts', 'wrong.ts'].map(at), options, host);
  return ['accounts.ts', 'wrong.ts'].map((name) => program.getSemanticDiagnostics(program.getSourceFile(at(name))).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')));
}

const isRefused = [[], [`Type 'string | null' is not assignable to type 'number'.\n  Type 'null' is not assignable to type 'number'.`]];

describe('the schema of the CRM', () => {
  it('has types for all its scalars', () => {
    const names = Object.values(schema.getTypeMap()).filter((type) => isScalarType(type) && !isSpecifiedScalarType(type)).map(({ name }) => name);
    expect(Object.keys(objectos.scalarTypes)).toEqual(expect.arrayContaining(names));
    for (const name of names.filter((each) => each !== '_Any')) {
      expect(block(file, 'typescript', 'tada')).toContain(`${name}: `);
      expect(block('docs/clients/relay.md', 'json', 'relay')).toContain(`"${name}": `);
    }
  });

  it('gives the client preset of GraphQL Code Generator precise types', async () => {
    const { default: config } = runModule(block(file, 'js', 'client-preset')) as { readonly default: { readonly generates: Readonly<Record<string, { readonly config: object }>> } };
    const sample = block(file, 'typescript', 'client-preset');
    const rawSDL = /graphql\(`([^`]+)`\)/.exec(sample)?.[1] ?? '';
    const sections = await preset.buildGeneratesSection({
      baseOutputDir: 'gql/', config: config.generates['src/gql/']?.config ?? {}, presetConfig: {}, schema: parse(sdl), schemaAst: schema,
      documents: [{ location: 'src/accounts.ts', document: parse(rawSDL), rawSDL }], plugins: [], pluginMap: {}, documentTransforms: [],
    });
    const files = await Promise.all(sections.filter(({ filename }) => /\/(graphql|gql)\.ts$/.test(filename)).map(async (section) => [section.filename, await codegen(section)] as const));
    expect(typeCheck(Object.fromEntries(files), sample)).toEqual(isRefused);
  });

  it('gives gql.tada precise types', async () => {
    const folder = await makeFolder({ 'tsconfig.json': block(file, 'json', 'tada').replace('./schema/schema.graphql', join(root, 'schema/schema.graphql')) });
    await promisify(execFile)(process.execPath, [join(root, 'node_modules/gql.tada/bin/cli.js'), 'generate-output', '-c', join(folder, 'tsconfig.json')], { cwd: folder });
    expect(typeCheck({ 'graphql-env.d.ts': readFileSync(join(folder, 'graphql-env.d.ts'), 'utf8') }, block(file, 'typescript', 'tada'))).toEqual(isRefused);
  });
});

describe('the artifacts of the compiler of Relay', () => {
  const folder = join(root, 'tests/docs/relay');
  const artifacts = readdirSync(join(folder, '__generated__')).map((name) => readFileSync(join(folder, '__generated__', name), 'utf8'));

  it('are made of the documents of the page, with its settings (npx relay-compiler relay.config.json in tests/docs/relay)', () => {
    const documents = block('docs/clients/relay.md', 'typescript', 'relay');
    expect(readFileSync(join(folder, 'accounts.ts'), 'utf8').trim()).toBe(documents);
    expect(readFileSync(join(folder, 'relay.config.json'), 'utf8').trim()).toBe(block('docs/clients/relay.md', 'json', 'relay'));
    const hashes = Array.from(documents.matchAll(/graphql`([^`]*)`/g), ([, text = '']) => createHash('md5').update(print(parse(text))).digest('hex'));
    expect(new Set(artifacts.map((text) => /\.hash = "(\w+)"/.exec(text)?.[1]))).toEqual(new Set(hashes));
  });

  it('ask what the schema has', () => {
    const texts = artifacts.flatMap((text) => /"text": (".*")/.exec(text)?.[1] ?? []).map((text) => JSON.parse(text) as string);
    expect(texts).toHaveLength(7);
    for (const text of texts) expect(validate(schema, parse(text))).toEqual([]);
  });
});
