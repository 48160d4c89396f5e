import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { extraSql } from '../../src/database/extra-sql.ts';
import { diffSchemas } from '../../src/database/migrations/differ.ts';
import { parsePrismaSchema } from '../../src/database/prisma/parse-schema.ts';
import { printPrismaSchema } from '../../src/database/prisma/print-schema.ts';
import { searchVector } from '../../src/database/search-vector.ts';
import { fieldTypes } from '../../src/metadata/field-types/index.ts';
import { catalogOf } from './support.ts';

const run = promisify(execFile);

const options = [{ value: 'A b', label: 'A' }, { value: "it's", label: 'B' }];
/** One field of every type that needs nothing but a target, options or dimensions. */
const special: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  lookup: { reference: 'tag' }, master_detail: { reference: 'tag' }, tree: { reference: 'everything' },
  select: { options, defaultValue: "it's" }, radio: { options }, multiselect: { options, defaultValue: ["it's"] }, checkboxes: { options },
  composite: { fields: { a: { type: 'text' } } }, repeater: { fields: { a: { type: 'text' } } }, record: { fields: { a: { type: 'text' } } },
  vector: { dimensions: 3 }, text: { defaultValue: 'a "quoted" \\ text' }, boolean: { defaultValue: true }, currency: { defaultValue: '1.50' }, datetime: { defaultValue: 'NOW()' },
};
const left = new Set(['formula', 'summary', 'user', 'autonumber', 'image', 'file', 'avatar', 'video', 'audio']);
const everything = Object.fromEntries([...fieldTypes.keys()].filter((type) => !left.has(type)).map((type) => [`f_${type}`, { type, ...special[type] }]));

const catalog = await catalogOf({
  everything: { ...everything, many: { type: 'lookup', reference: 'tag', multiple: true }, again: { type: 'lookup', reference: 'tag', deleteBehavior: 'restrict' }, _: { indexes: [{ fields: ['f_text', 'f_number'], unique: true }, { fields: ['f_tags'], type: 'gin' }, { fields: ['f_date'], partial: 'f_boolean' }] } },
  tag: { name: { type: 'text', required: true, unique: true, searchable: true }, note: { type: 'textarea', searchable: true } },
});

const table = { name: 'extra_table', model: 'model ExtraTable {\n  id BigInt @id @default(autoincrement())\n\n  @@map("extra_table")\n}' };

describe('schema.prisma', () => {
  it('is the same text for the same definitions', () => {
    expect(printPrismaSchema(catalog, [table])).toBe(printPrismaSchema(catalog, [table]));
    expect(printPrismaSchema(catalog, [table])).toContain('model ExtraTable');
  });

  it('is valid for Prisma and laid out as Prisma does', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'objectos-prisma-'));
    const path = join(folder, 'schema.prisma');
    const text = printPrismaSchema(catalog, [table]);
    await writeFile(path, text);
    const prisma = (command: string) =>
      run(process.execPath, ['node_modules/prisma/build/index.js', command, '--schema', path], { env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' } });
    try {
      expect((await prisma('validate')).stdout).toContain('is valid');
      await prisma('format');
      expect(await readFile(path, 'utf8')).toBe(text);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('is refused by the differ when it is not valid', async () => {
    await expect(diffSchemas(undefined, 'datasource db {\n  provider = "postgresql"\n}\nmodel A {\n  id Nothing @id\n}\n')).rejects.toThrow('Nothing');
  });

  it('is read back with the PostgreSQL types that the field types ask for', () => {
    const columns = parsePrismaSchema(printPrismaSchema(catalog)).get('everything')?.columns;
    const plain = (type: string): string => type.replaceAll(' ', '').replace(/^numeric$/, 'numeric').toLowerCase();
    for (const field of catalog.objects.get('everything')?.fields.values() ?? []) {
      const shape = field.column === undefined ? undefined : field.type.column(field);
      if (!shape || field.column === undefined) continue;
      expect([field.name, plain(columns?.get(field.column)?.pgType ?? 'none')]).toEqual([field.name, plain(shape.pgType)]);
    }
  });

  it('weights search fields by their order, in the index as in queries', () => {
    const tag = catalog.objects.get('tag');
    if (!tag) throw new Error('no tag');
    expect(searchVector(tag, 't0')).toBe(`(setweight(to_tsvector('english'::regconfig, coalesce(t0."name", '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce(t0."note", '')), 'B'))`);
    const extra = extraSql(catalog).find(({ name }) => name === 'tag_search_idx');
    expect(extra?.create).toBe(`CREATE INDEX "tag_search_idx" ON "tag" USING gin (${searchVector(tag)})`);
  });
});
