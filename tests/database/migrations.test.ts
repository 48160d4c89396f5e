import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { migrateDeploy, migrateDev, migrateDiff, migrateStatus } from '../../src/database/migrations/migrate.ts';
import { syncSchema } from '../../src/database/migrations/sync-schema.ts';
import { describeEachDatabase } from '../support/database.ts';
import { catalogOf, sql } from './support.ts';

type Objects = Parameters<typeof catalogOf>[0];

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function migrationsFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'objectos-migrations-'));
  folders.push(folder);
  return folder;
}

const sync = async (database: Database, objects: Objects, acceptDataLoss: boolean | string[] = false): Promise<boolean> =>
  syncSchema({ database, catalog: await catalogOf(objects), acceptDataLoss });

async function insert(database: Database, table: string, row: Readonly<Record<string, unknown>>): Promise<string> {
  const columns = Object.keys(row);
  const { rows } = await database.query<{ id: string }>(
    sql(`insert into ${table} (id${columns.map((column) => `, "${column}"`).join('')}) values (gen_random_uuid()${columns.map((_, index) => `, $${index + 1}`).join('')}) returning id`, ...Object.values(row)),
  );
  return rows[0]?.id ?? '';
}

async function values(database: Database, table: string, column: string): Promise<unknown[]> {
  const { rows } = await database.query<{ value: unknown }>(sql(`select "${column}" as value from ${table} order by 1`));
  return rows.map(({ value }) => value);
}

const text = { type: 'text' };
const contact: Objects = { contact: { name: text, age: text } };

describeEachDatabase('schema changes', (open) => {
  it('does nothing when nothing changed', async () => {
    const database = await open();
    expect(await sync(database, contact)).toBe(true);
    expect(await sync(database, contact)).toBe(false);
  });

  it('carries the data through ten changes of the definitions', async () => {
    const database = await open();
    const account = { name: { type: 'text', required: true, searchable: true } };
    await sync(database, { account });
    await insert(database, 'account', { name: 'Acme' });
    // 2: a new object that refers to the first
    await sync(database, { account, person: { name: text, account: { type: 'lookup', reference: 'account' }, fax: text } });
    await insert(database, 'person', { name: '42', fax: '1', account_id: (await values(database, 'account', 'id'))[0] });
    // 3: a required field with a default reaches the rows that exist
    const rated = { ...account, rating: { type: 'number', scale: 0, required: true, defaultValue: 3 } };
    await sync(database, { account: rated, person: { name: text, account: { type: 'lookup', reference: 'account' }, fax: text } });
    expect(await values(database, 'account', 'rating')).toEqual([3]);
    // 4: another type
    await sync(database, { account: rated, person: { name: { type: 'number', scale: 0 }, account: { type: 'lookup', reference: 'account' }, fax: text } });
    expect(await values(database, 'person', 'name')).toEqual([42]);
    // 5: fields with new names
    const renamed = { number: { type: 'number', scale: 0, renamedFrom: 'name' }, company: { type: 'lookup', reference: 'account', renamedFrom: 'account' }, fax: text };
    await sync(database, { account: rated, person: renamed });
    expect(await values(database, 'person', 'number')).toEqual([42]);
    expect(await values(database, 'person', 'company_id')).toEqual(await values(database, 'account', 'id'));
    // 6: objects with new names, a reference between them included
    const company = { ...rated, _: { renamedFrom: 'account' } };
    const contactFields = { number: { type: 'number', scale: 0 }, company: { type: 'lookup', reference: 'company' }, fax: text };
    await sync(database, { company, contact: { ...contactFields, _: { renamedFrom: 'person' } } });
    expect(await values(database, 'company', 'name')).toEqual(['Acme']);
    // 7: one value becomes several
    await sync(database, { company, contact: { ...contactFields, fax: { type: 'tags' } } });
    expect(await values(database, 'contact', 'fax')).toEqual([['1']]);
    // 8: a key, an index, soft deletion
    const keyed = { ...contactFields, fax: { type: 'tags' }, _: { softDelete: true, indexes: [{ fields: ['number', 'company'], unique: true }, { fields: ['fax'], type: 'gin' }] } };
    await sync(database, { company: { ...company, name: { type: 'text', required: true, unique: true } }, contact: keyed });
    // 9: options where any text was allowed
    await sync(database, { company: { ...company, name: { type: 'select', required: true, options: [{ value: 'Acme', label: 'Acme' }, { value: 'Other', label: 'Other' }] } }, contact: keyed });
    await expect(insert(database, 'company', { name: 'Else' })).rejects.toMatchObject({ violation: { kind: 'check' } });
    // 10: a field that goes
    await expect(sync(database, { company, contact: { number: { type: 'number', scale: 0 }, fax: { type: 'tags' } } })).rejects.toThrow('drops the column contact.company_id');
    await sync(database, { company, contact: { number: { type: 'number', scale: 0 }, fax: { type: 'tags' } } }, true);
    expect(await values(database, 'contact', 'number')).toEqual([42]);
    expect(await values(database, 'company', 'name')).toEqual(['Acme']);
  });

  it('renames the table of a multiple lookup with its object and its field', async () => {
    const database = await open();
    await sync(database, { tag: { name: text }, post: { name: text, tags: { type: 'lookup', reference: 'tag', multiple: true } } });
    const tag = await insert(database, 'tag', { name: 't' });
    const post = await insert(database, 'post', { name: 'p' });
    await database.query(sql('insert into post_tags_link (source_id, target_id) values ($1, $2)', post, tag));
    await sync(database, { tag: { name: text }, article: { name: text, labels: { type: 'lookup', reference: 'tag', multiple: true, renamedFrom: 'tags' }, _: { renamedFrom: 'post' } } });
    expect(await values(database, 'article_labels_link', 'source_id')).toEqual([post]);
  });

  it('refuses a change of type and names the rows that do not fit', async () => {
    const database = await open();
    await sync(database, contact);
    await insert(database, 'contact', { age: '41' });
    const wrong = await insert(database, 'contact', { age: 'old' });
    await insert(database, 'contact', { age: null });
    const numbers: Objects = { contact: { name: text, age: { type: 'number', scale: 0 } } };
    const failure = await sync(database, numbers).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(failure).toContain('contact.age becomes integer');
    expect(failure).toContain(`${wrong}: "old"`);
    expect(failure).not.toContain('"41"');
    expect(await values(database, 'contact', 'age')).toEqual(['41', 'old', null]);
    await database.query(sql('update contact set age = $1 where id = $2', ' 7 ', wrong));
    await sync(database, numbers);
    expect(await values(database, 'contact', 'age')).toEqual([7, 41, null]);
  });

  it('refuses to round numbers and to lose the time of day', async () => {
    const database = await open();
    await sync(database, { m: { amount: { type: 'number' }, at: { type: 'datetime' } } });
    await insert(database, 'm', { amount: 1.5, at: '2026-01-01T10:00:00Z' });
    await expect(sync(database, { m: { amount: { type: 'number', scale: 0 }, at: { type: 'datetime' } } })).rejects.toThrow('m.amount becomes integer');
    await expect(sync(database, { m: { amount: { type: 'number' }, at: { type: 'date' } } })).rejects.toThrow('m.at becomes date');
    await database.exec(`update m set amount = 2, at = '2026-01-01'`);
    await sync(database, { m: { amount: { type: 'number', scale: 0 }, at: { type: 'date' } } });
    expect(await values(database, 'm', 'at')).toEqual(['2026-01-01']);
  });

  it('refuses a new required field without default, and one whose rows have no value', async () => {
    const database = await open();
    await sync(database, contact);
    await insert(database, 'contact', { name: 'a' });
    await expect(sync(database, { contact: { ...contact['contact'], city: { type: 'text', required: true } } })).rejects.toThrow(/contact\.city is new and required[\s\S]*defaultValue/);
    await expect(sync(database, { contact: { name: text, age: { type: 'text', required: true } } })).rejects.toThrow('contact.age becomes required');
    await sync(database, { contact: { name: text, age: { type: 'text', required: true, defaultValue: 'unknown' } } });
    expect(await values(database, 'contact', 'age')).toEqual(['unknown']);
  });

  it('names the rows that a new check refuses', async () => {
    const database = await open();
    await sync(database, contact);
    const id = await insert(database, 'contact', { age: 'old' });
    await expect(sync(database, { contact: { name: text, age: { type: 'select', options: ['young'] } } })).rejects.toThrow(`${id}: "old"`);
  });

  it('drops what goes only when each loss is accepted', async () => {
    const database = await open();
    await sync(database, { ...contact, other: { name: text } });
    const less: Objects = { contact: { name: text } };
    await expect(sync(database, less)).rejects.toThrow(/drops the column contact\.age[\s\S]*drops the table other/);
    await expect(sync(database, less, ['contact.age'])).rejects.toThrow('drops the table other');
    await sync(database, less, ['contact.age', 'other']);
    await expect(values(database, 'other', 'name')).rejects.toThrow();
  });

  it('lets deleted records give up their unique values', async () => {
    const database = await open();
    await sync(database, { item: { code: { type: 'text', unique: true }, _: { softDelete: true } } });
    await insert(database, 'item', { code: 'a', deleted_at: '2026-01-01' });
    await insert(database, 'item', { code: 'a' });
    await expect(insert(database, 'item', { code: 'a' })).rejects.toMatchObject({ violation: { kind: 'unique', constraint: 'item_code_key', columns: ['code'] } });
  });
});

describeEachDatabase('migration files', (open) => {
  const options = async (database: Database, directory: string, objects: Objects) => ({ database, directory, catalog: await catalogOf(objects) });

  it('writes a migration a change, which another database applies', async () => {
    const directory = await migrationsFolder();
    const database = await open();
    const first = await migrateDev(await options(database, directory, contact));
    expect(first.written).toMatch(/^\d{14}_init$/);
    await insert(database, 'contact', { name: 'Ada' });
    const wider: Objects = { contact: { ...contact['contact'], email: { type: 'email', unique: true } } };
    const second = await migrateDev({ ...(await options(database, directory, wider)), name: 'Add e-mail' });
    expect(second.written).toMatch(/^\d{14}_add_e_mail$/);
    expect(await migrateDev(await options(database, directory, wider))).toEqual({ applied: [], written: undefined });
    expect(await readFile(join(directory, second.written ?? '', 'migration.sql'), 'utf8')).toContain('ADD COLUMN     "email" TEXT');

    const other = await open();
    expect(await migrateDeploy({ directory, database: other })).toEqual({ applied: [first.written, second.written], written: undefined });
    expect(await migrateDeploy({ directory, database: other })).toEqual({ applied: [], written: undefined });
    expect(await migrateStatus(await options(other, directory, wider))).toEqual({ applied: [first.written, second.written], pending: [], edited: [], missing: [], changes: [], drift: [] });
  });

  it('leaves nothing behind when a migration fails, and says which statement and why', async () => {
    const directory = await migrationsFolder();
    const database = await open();
    await migrateDev(await options(database, directory, contact));
    await insert(database, 'contact', { name: 'same' });
    await insert(database, 'contact', { name: 'same' });
    const unique: Objects = { contact: { name: { type: 'text', unique: true }, age: text, more: text } };
    await expect(migrateDev(await options(database, directory, unique))).rejects.toThrow(/CREATE UNIQUE INDEX "contact_name_key"[\s\S]*Reason: could not create unique index/);
    expect((await readdir(directory)).filter((name) => /^\d/.test(name))).toHaveLength(1);
    const status = await migrateStatus(await options(database, directory, contact));
    expect(status).toMatchObject({ pending: [], changes: [], drift: [] });
  });

  it('shows what would change without changing it', async () => {
    const directory = await migrationsFolder();
    const database = await open();
    await migrateDev(await options(database, directory, contact));
    const diff = await migrateDiff(await options(database, directory, { contact: { name: text } }));
    expect(diff).toBe('-- drops the column contact.age\n\nALTER TABLE "contact" DROP COLUMN "age";\n');
    expect(await migrateDiff(await options(database, directory, contact))).toBe('');
  });

  it('needs no migration for a new label', async () => {
    const directory = await migrationsFolder();
    const database = await open();
    await migrateDev(await options(database, directory, contact));
    const labelled: Objects = { contact: { ...contact['contact'], _: { label: 'Person' } } };
    expect(await migrateDev(await options(database, directory, labelled))).toEqual({ applied: [], written: undefined });
    expect(await sync(database, labelled)).toBe(false);
  });

  it('reports migrations that were edited or removed after they were applied', async () => {
    const directory = await migrationsFolder();
    const database = await open();
    const { written = '' } = await migrateDev(await options(database, directory, contact));
    const path = join(directory, written, 'migration.sql');
    const original = await readFile(path, 'utf8');
    await writeFile(path, `${original}-- edited\n`);
    expect((await migrateStatus(await options(database, directory, contact))).edited).toEqual([written]);
    await expect(migrateDeploy({ directory, database })).rejects.toThrow(`changed after the database applied them: ${written}`);
    await rm(join(directory, written), { recursive: true });
    expect((await migrateStatus(await options(database, directory, contact))).missing).toEqual([written]);
    await expect(migrateDeploy({ directory, database })).rejects.toThrow('the folder does not');
  });

  it('starts migration files for a database that lived without', async () => {
    const directory = await migrationsFolder();
    const database = await open();
    await sync(database, contact);
    await insert(database, 'contact', { name: 'Ada' });
    const result = await migrateDev(await options(database, directory, { contact: { ...contact['contact'], city: text } }));
    expect(result.applied).toHaveLength(1);
    expect((await readdir(directory)).filter((name) => /^\d/.test(name))).toHaveLength(2);
    expect(await values(database, 'contact', 'name')).toEqual(['Ada']);
    const other = await open();
    await sync(other, contact);
    expect(await migrateDeploy({ directory, database: other })).toEqual({ applied: [result.written], written: undefined });
  });

  it('names every kind of drift', async () => {
    const directory = await migrationsFolder();
    const database = await open();
    const objects: Objects = { contact: { name: { type: 'text', unique: true }, age: text, kind: { type: 'select', options: ['a'] }, _: { indexes: [{ fields: ['age'] }] } }, note: { about: { type: 'lookup', reference: 'contact' } } };
    await migrateDev(await options(database, directory, objects));
    await database.exec(`
      alter table contact add column extra int;
      alter table contact drop column name;
      alter table contact alter column age type varchar(10);
      alter table contact drop constraint contact_kind_check;
      drop index contact_age_idx;
      create index contact_age_idx on contact (age, id);
      create index stray on contact (kind);
      create table stranger (id int);
      alter table note drop constraint note_about_id_fkey;
    `);
    const { drift } = await migrateStatus(await options(database, directory, objects));
    expect(drift.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
      'different column contact.age',
      'unexpected column contact.extra',
      'missing column contact.name',
      'missing constraint contact_kind_check',
      'missing constraint note_about_id_fkey',
      'different index contact_age_idx',
      'missing index contact_name_key',
      'unexpected index stray',
      'unexpected table stranger',
    ]);
    expect(drift[0]).toMatchObject({ expected: 'text', found: 'character varying(10)' });
    await database.exec('drop table note');
    expect((await migrateStatus(await options(database, directory, objects))).drift.map(({ kind, subject }) => `${kind} ${subject}`)).toContain('missing table note');
  });
});

describe('split', () => {
  it('keeps semicolons inside quotes', async () => {
    const { splitSql } = await import('../../src/database/migrations/split-sql.ts');
    expect(splitSql(`-- a; b\nselect ';' , "x;y"; do $$ begin; end $$;\n/* ; */ select 1`)).toEqual([`select ';' , "x;y"`, 'do $$ begin; end $$', 'select 1']);
  });
});
