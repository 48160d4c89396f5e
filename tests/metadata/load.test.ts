import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from '../support/fast-check.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { StartupError } from '../../src/errors.ts';
import { compileCatalog } from '../../src/metadata/compile.ts';
import { DefinitionError, printDiagnostics } from '../../src/metadata/diagnostic.ts';
import { fieldTypes } from '../../src/metadata/field-types/index.ts';
import { loadCatalog } from '../../src/metadata/load-catalog.ts';
import { compile, diagnose, problems } from './support/compile.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

async function write(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'definitions-'));
  folders.push(folder);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  return folder;
}

describe('a folder of definitions', () => {
  it('is read with all folders below, YAML and JSON alike', async () => {
    const directory = await write({
      'objects/account.object.yml': 'fields:\n  name: text\n',
      'objects/sales/deal.object.yaml': 'fields:\n  account: { type: lookup, reference: account }\n',
      'objects/tag.object.json': '{\n\t"name": "tag",\n\t"fields": { "name": { "type": "text" } }\n}\n',
      'data/account.data.yml': '- name: Acme\n',
      'schemas/object.schema.json': '{}',
      'schema.graphql': 'type Query',
      '.hidden/x.object.yml': 'name: [',
      'README.md': '# x',
    });
    const { catalog, seeds, diagnostics } = await loadCatalog({ directory });
    expect([...catalog.objects.keys()]).toEqual(['account', 'deal', 'tag']);
    expect(catalog.objects.get('deal')?.source?.file).toBe('objects/sales/deal.object.yaml');
    expect(seeds).toMatchObject([{ object: 'account', externalId: 'name', mode: 'upsert', env: [], records: [{ name: 'Acme' }] }]);
    expect(diagnostics).toEqual([]);
  });

  it('that is missing stops the start with its name', async () => {
    await expect(loadCatalog({ directory: '/nowhere/schema' })).rejects.toThrow(StartupError);
    await expect(loadCatalog({ directory: '/nowhere/schema' })).rejects.toThrow('/nowhere/schema');
  });

  it('is not needed: definitions may be given as values', async () => {
    const { catalog, seeds } = await loadCatalog({
      definitions: [{ name: 'account', fields: { name: 'text', parent: { type: 'tree' } } }],
      seeds: [{ object: 'account', records: [{ id: '1', parent_id: '2' }] }],
    });
    expect(catalog.objects.get('account')?.relations.has('children')).toBe(true);
    expect(catalog.objects.get('account')?.source).toBeUndefined();
    expect(seeds[0]?.records).toEqual([{ id: '1', parent: '2' }]);
  });

  it('may hold several objects in one file', () => {
    const { catalog } = compile({ 'all.object.yml': 'name: a\nfields:\n  x: text\n---\nname: b\nfields:\n  y: text\n' });
    expect([...catalog.objects.keys()]).toEqual(['a', 'b']);
    expect(catalog.objects.get('b')?.fields.get('y')?.source?.line).toBe(7);
  });

  it('gives an empty Catalog when there is nothing', () => {
    expect(compile({}).catalog.objects.size).toBe(0);
  });
});

describe('seed data', () => {
  const account = { 'account.object.yml': 'name: account\nfields:\n  code: { type: text, unique: true }\n  total: { type: formula, formula: "1" }\n' };

  it('comes as one set, several sets, or plain records', () => {
    const { seeds } = compile({
      ...account,
      'a.data.yml': 'object: Account\nexternalId: code\nmode: insert\nenv: [dev]\nrecords: [{ code: a, total: 4 }]\n',
      'b.data.yml': '- object: account\n  records: [{ code: b }]\n- object: account\n  data: [{ code: c }]\n',
      'accounts.data.json': '[{ "code": "d" }]',
    });
    expect(seeds.map(({ object, externalId, mode, env, records }) => ({ object, externalId, mode, env, records }))).toEqual([
      { object: 'account', externalId: 'code', mode: 'insert', env: ['dev'], records: [{ code: 'a' }] },
      { object: 'account', externalId: 'id', mode: 'upsert', env: [], records: [{ code: 'd' }] },
      { object: 'account', externalId: 'id', mode: 'upsert', env: [], records: [{ code: 'b' }] },
      { object: 'account', externalId: 'id', mode: 'upsert', env: [], records: [{ code: 'c' }] },
    ]);
  });

  it('knows the place of each value, for whoever writes it', () => {
    const { seeds } = compile({ ...account, 'a.data.yml': 'object: account\nrecords:\n  - code: a\n  - code: b\n', 'account.data.yml': '- code: x\n' });
    expect(seeds.map((set) => set.locate([set.records.length - 1, 'code']))).toEqual([
      { file: 'a.data.yml', line: 4, column: 5 },
      { file: 'account.data.yml', line: 1, column: 3 },
    ]);
  });
});

describe('loading does not depend on the order of files', () => {
  const files = {
    'a.object.yml': 'name: a\nfields:\n  b: { type: lookup, reference: b }\n  second: { type: lookup, reference: b }\n  bad: { type: nope }\n',
    'b.object.yml': 'name: b\nfields:\n  name: text\n  others: { type: lookup, multiple: true, reference: c, relatedName: users }\n',
    'c.object.yml': 'name: c\nfields:\n  b: { type: master_detail, reference: b }\n',
    'x.object.yml': 'extend: b\nlabel: X\nfields:\n  name: { label: From x }\n',
    'y.object.yml': 'extend: b\nlabel: Y\nfields:\n  name: { label: From y }\n  more: text\n',
    'twice.object.yml': 'name: c\nfields: {}\n',
  };
  const good = Object.fromEntries(Object.entries(files).filter(([file]) => file !== 'twice.object.yml').map(([file, text]) => [file, text.replace(/^.*nope.*$/m, '')]));

  function shuffled(of: Readonly<Record<string, string>>): fc.Arbitrary<Readonly<Record<string, string>>> {
    return fc.shuffledSubarray(Object.entries(of), { minLength: Object.keys(of).length }).map((entries) => Object.fromEntries(entries));
  }

  it('in what it finds wrong', () => {
    const expected = problems(files);
    expect(expected.length).toBeGreaterThan(1);
    fc.assert(
      fc.property(shuffled(files), (order) => {
        expect(problems(order)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('in what it makes', () => {
    const expected = compile(good).catalog;
    expect(expected.objects.get('b')?.label).toBe('Y');
    const shape = (catalog: typeof expected) => [...catalog.objects.values()].map((object) => [object.name, [...object.fields.keys()], [...object.relations.keys()], object.indexes]);
    fc.assert(
      fc.property(shuffled(good), (order) => {
        const { catalog } = compile(order);
        expect(catalog.fingerprint).toBe(expected.fingerprint);
        expect(shape(catalog)).toEqual(shape(expected));
      }),
      { numRuns: 30 },
    );
  });
});

describe('the report', () => {
  const files = { 'b.object.yml': 'name: b\nlable: x\nfields:\n  c: { type: txt }\n', 'a.object.yml': 'name: a\nfields: 3\n' };

  it('is one error with everything in it', () => {
    expect(() => compile(files)).toThrow(DefinitionError);
    expect(() => compile(files)).toThrow(StartupError);
  });

  it('prints place, finding, advice and a summary', () => {
    expect(printDiagnostics(diagnose(files))).toBe(
      [
        'a.object.yml:2:1 error a: "fields" must be a mapping of fields by name, found 3',
        'b.object.yml:2:1 warning b: unknown key "lable"; it is kept and nothing acts on it',
        '    Did you mean "label"?',
        'b.object.yml:4:8 error b.c: there is no field type "txt"',
        '    Did you mean "text"?',
        '2 errors, 1 warning in the definitions.',
      ].join('\n'),
    );
  });

  it('is coloured for terminals on request', () => {
    expect(printDiagnostics(diagnose(files), { color: true })).toContain('\u001b[31merror\u001b[0m');
  });
});

describe('the cost of loading', () => {
  it('stays low for hundreds of objects', () => {
    const types = ['text', 'number', 'currency', 'date', 'boolean'];
    const text = (index: number): string =>
      `name: object_${index}\nfields:\n  parent: { type: lookup, reference: object_${Math.max(0, index - 1)} }\n${Array.from({ length: 14 }, (_, at) => `  field_${at}:\n    type: ${types[at % 5] ?? ''}\n    label: Field ${at}\n`).join('')}`;
    const files = Array.from({ length: 400 }, (_, index) => ({ file: `object_${index}.object.yml`, text: text(index) }));
    const start = process.cpuUsage();
    const { catalog } = compileCatalog({ files, fieldTypes });
    const { user, system } = process.cpuUsage(start);
    expect(catalog.objects.size).toBe(400);
    // Less than half a second of work; processor time, because the machine may be busy with other things.
    expect((user + system) / 1e6).toBeLessThan(2.5);
  });
});
