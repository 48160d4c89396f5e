import { describe, expect, it } from 'vitest';
import { composeServices as composeWithApollo } from '@apollo/composition';
import { composeServices as composeWithHive } from '@theguild/federation-composition';
import { readFile } from 'node:fs/promises';
import { parse } from 'graphql';
import { DefinitionError, type Diagnostic } from '../../../src/metadata/diagnostic.ts';
import { federation } from '../../../src/plugins/federation/index.ts';
import { cli, makeFolder } from '../../support/cli.ts';
import { openEmpty } from '../../support/database.ts';
import { startPlatform } from '../../support/platform.ts';
import { compileYaml, sdlOf } from './compile-yaml.ts';

async function diagnostics(yaml: string, on = true): Promise<readonly string[]> {
  const shown = (found: readonly Diagnostic[]) => found.map(({ severity, subject, message }) => `${severity} ${subject}: ${message}`);
  try {
    return shown((await compileYaml(yaml, { on })).loaded.diagnostics);
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return shown(error.diagnostics);
  }
}

describe('the SDL of a subgraph', () => {
  it('has what definitions say of a supergraph, and composes', async () => {
    const sdl = await sdlOf(`name: product
federation: { keys: [id, sku], tags: [public], interfaceObject: true }
fields:
  sku: { type: text, unique: true }
  ean: { type: text, unique: true, federation: { inaccessible: true } }
  name: { type: text, federation: { override: { from: legacy, label: percent(10) }, tags: [public, partner] } }
  price: { type: number, federation: { shareable: true } }
  place: { type: address }
---
name: memo
federation: { entity: false, inaccessible: true }
fields: { title: text }`);
    expect(sdl).toContain('import: ["@key", "@shareable", "@inaccessible", "@tag", "@override", "@interfaceObject"]');
    expect(sdl).toContain('type Product implements Node @key(fields: "id") @key(fields: "sku") @interfaceObject @tag(name: "public") {');
    expect(sdl).toContain('name: String @override(from: "legacy", label: "percent(10)") @tag(name: "public") @tag(name: "partner")');
    expect(sdl).toContain('ean: String @inaccessible');
    expect(sdl).toContain('price: Float @shareable');
    expect(sdl).toContain('type Address @shareable {');
    expect(sdl).toContain('type Memo implements Node @inaccessible {');
    expect(sdl).not.toMatch(/_entities|_service|_Any|_Entity|@oneOf|semanticNonNull/);
    // The interface that the object stands for is another subgraph's.
    const alone = sdl.replace(' @interfaceObject', '').replace(', "@interfaceObject"', '');
    for (const compose of [composeWithApollo, composeWithHive]) {
      const { errors, supergraphSdl = '' } = compose([{ name: 'crm', typeDefs: parse(alone) }]);
      expect(errors).toBeUndefined();
      expect(supergraphSdl).toMatch(/memos\([^)]*\)[^\n]*@inaccessible/);
    }
  });

  it('leaves out root fields, and the types that only they lead to', async () => {
    const sdl = await sdlOf('name: memo\nfields: { title: text }', { leaveOut: ['Query.metadata', 'Query.node', 'Query.nodes'] });
    expect(sdl).not.toMatch(/\b(metadata|nodes?)\(/);
    expect(sdl).not.toContain('type Metadata');
    expect(sdl).toContain('interface Node');
    await expect(sdlOf('name: memo\nfields: { title: text }', { leaveOut: ['Query.memoes'] })).rejects.toThrow('federation.leaveOut names Query.memoes, which does not exist. Did you mean Query.memos?');
  });

  it('is for the router alone in production, unless it is public', async () => {
    const yaml = 'name: memo\nfields: { title: text }';
    const answers = [];
    const database = await openEmpty();
    for (const settings of [{}, { sdl: 'public' }] as const) {
      const app = await startPlatform({ yaml, database, plugins: [federation({ mode: 'production', federation: settings })] });
      const { data, errors } = await app.query('{ _service { sdl } }');
      answers.push([typeof (data as { readonly _service: { readonly sdl: string } } | null)?._service.sdl, errors?.[0]?.extensions?.['code']]);
      await app.close();
    }
    await database.close();
    expect(answers).toEqual([['undefined', 'FORBIDDEN'], ['string', undefined]]);
  });

  it('of the sample app composes', async () => {
    const typeDefs = parse(await readFile('schema/subgraph.graphql', 'utf8'));
    for (const compose of [composeWithApollo, composeWithHive]) expect(compose([{ name: 'crm', typeDefs }]).errors).toBeUndefined();
  });
});

describe('definitions of federation', () => {
  it.each([
    ['an unknown key', 'name: memo\nfederation: { keys: [slug] }\nfields: { title: text }', 'error memo: memo has no key "slug"'],
    ['keys of no entity', 'name: memo\nfederation: { entity: false, keys: [id] }\nfields: { title: text }', 'error memo: an object that is no entity has no keys for other subgraphs'],
    ['an interface that is no entity', 'name: memo\nfederation: { entity: false, interfaceObject: true }\nfields: { title: text }', 'error memo: an interface object must be an entity'],
    ['an own type', 'name: memo\nfields: { memo_id: { type: lookup, reference: { subgraph: x, type: Memo, key: id } } }', 'error memo.memo_id: Memo is the type of the object memo of this app'],
    ['a value that is no key', 'name: memo\nfields: { product_sku: { type: boolean, entity: { subgraph: x, type: Product, key: sku } } }', 'error memo.product_sku: a value of type boolean cannot be the key sku: String of Product'],
    ['a name that is taken', 'name: memo\nfields: { product: text, product_sku: { type: lookup, reference: { subgraph: x, type: Product, key: sku } } }', 'error memo.product_sku: Memo has a field "product" already, which is to lead to the entity'],
    ['an incomplete reference', 'name: memo\nfields: { product_sku: { type: lookup, reference: { type: Product } } }', 'error memo.product_sku: '],
    ['a tag that is none', 'name: memo\nfederation: { tags: ["no tag"] }\nfields: { title: text }', 'error memo: '],
  ])('are refused: %s', async (_what, yaml, problem) => {
    const found = await diagnostics(yaml);
    expect(found[0]).toContain(problem);
    expect(found.every((text) => text.startsWith('error'))).toBe(true);
  });

  it('warn where the plugin is off', async () => {
    const found = await diagnostics('name: memo\nfederation: { entity: false }\nfields: { product_sku: { type: lookup, reference: { subgraph: x, type: Product, key: sku } } }', false);
    expect(found).toHaveLength(2);
    expect(found.every((text) => text.startsWith('warning'))).toBe(true);
  });

  it('may name the key, its type and the field', async () => {
    const sdl = await sdlOf('name: memo\nfields: { article: { type: lookup, reference: { subgraph: shop, type: Article, key: number, keyType: Int, as: shopArticle } } }');
    expect(sdl).toContain('shopArticle: Article');
    expect(sdl).toMatch(/type Article @key\(fields: "number", resolvable: false\) {\s+number: Int!\s+}/);
    expect(sdl).toMatch(/\barticle: Int\b/);
  });
});

describe('objectos subgraph', () => {
  const app = {
    'objectos.config.yml': 'plugins: [open-access, federation]\n',
    'schema/objects/memo.object.yml': 'name: memo\nfields: { title: text, product_sku: { type: lookup, reference: { subgraph: catalog, type: Product, key: sku } } }\n',
    'catalog.graphql': 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\ntype Query { products: [Product] }\ntype Product @key(fields: "sku") { sku: String! }\n',
    'clash.graphql': 'type Query { memos: Int }\n',
  };

  it('prints it, composes it, and compares it with an earlier version', async () => {
    const folder = await makeFolder(app);
    const at = ['-C', folder];
    const { out: sdl, code } = await cli(['subgraph', 'print', ...at]);
    expect([code, sdl]).toEqual([0, expect.stringContaining('type Memo implements Node @key(fields: "id")')]);
    const composed = await cli(['subgraph', 'check', ...at, '--name', 'memos', '--with', `catalog=${folder}/catalog.graphql`]);
    expect([composed.code, composed.out]).toEqual([0, 'ok memos, catalog compose.\n']);
    const clash = await cli(['subgraph', 'check', ...at, '--with', `other=${folder}/clash.graphql`]);
    expect(clash.code).toBe(1);
    expect(clash.error).toContain('memos');
    const earlier = await makeFolder({ 'earlier.graphql': sdl.replace('title: String', 'title: String\n  gone: Int') });
    const broken = await cli(['subgraph', 'check', ...at, '--against', `${earlier}/earlier.graphql`]);
    expect([broken.code, broken.out]).toEqual([1, expect.stringContaining('breaking Memo.gone was removed.')]);
    expect((await cli(['subgraph', 'check', ...at, '--with', 'nonsense'])).code).toBe(2);
  });

  it('says what to do where the app is none', async () => {
    const folder = await makeFolder({ ...app, 'objectos.config.yml': 'plugins: [open-access]\n' });
    const { code, error } = await cli(['subgraph', 'print', '-C', folder]);
    expect([code, error]).toEqual([1, expect.stringContaining('Add "federation" to the plugins')]);
  });
});

describe('objectos schema', () => {
  it('compares the schema with an earlier one', async () => {
    const folder = await makeFolder({ 'objectos.config.yml': 'plugins: [open-access]\n', 'schema/objects/memo.object.yml': 'name: memo\nfields: { title: text }\n' });
    const { out: sdl } = await cli(['schema', 'print', '-C', folder]);
    const files = await makeFolder({ 'same.graphql': sdl, 'old.graphql': sdl.replace('title: String', 'title: String\n  gone: Int') });
    expect(await cli(['schema', 'diff', '-C', folder, `${files}/same.graphql`])).toMatchObject({ code: 0, out: 'ok Nothing changed that clients could meet.\n' });
    expect(await cli(['schema', 'diff', '-C', folder, `${files}/old.graphql`])).toMatchObject({ code: 1, out: expect.stringContaining('breaking Memo.gone was removed.') as string });
    expect(await cli(['schema', 'diff', '-C', folder, 'missing.graphql'])).toMatchObject({ code: 1, error: expect.stringContaining('missing.graphql cannot be read') as string });
  });
});
