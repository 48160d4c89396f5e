import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Plugin } from '../../src/kernel/plugin.ts';
import { fieldTypes } from '../../src/metadata/field-types/index.ts';
import type { MetadataPhase } from '../../src/metadata/phase.ts';
import { compile, problems } from './support/compile.ts';

function plugin(name: string, metadata: MetadataPhase): Plugin {
  return { name, version: '1.0.0', description: `Brings ${name}.`, metadata };
}

const account = { 'account.object.yml': 'name: account\nvalidations: [{ name: x, condition: a }]\nenable: { feeds: true }\nfields:\n  name: { type: text, requiredWhen: "true" }\n' };

describe('a plugin', () => {
  it('brings objects of the platform, which an app extends and does not define again', () => {
    const identity = plugin('identity', { objects: [{ name: 'sys_user', fields: { name: 'text', nickname: { type: 'tags', unique: true } } }] });
    expect(problems({}, [identity])[0]).toMatch(/^plugin "identity" error sys_user.nickname: /);
    const right = plugin('identity', { objects: [{ name: 'sys_user', fields: { name: 'text' } }] });
    const { catalog } = compile({ 'user.object.yml': 'extend: user\nfields:\n  phone: phone\n' }, [right]);
    expect(catalog.objects.get('sys_user')).toMatchObject({ system: true, names: { type: 'User' } });
    expect(catalog.objects.get('sys_user')?.fields.get('phone')?.source?.file).toBe('user.object.yml');
    expect(problems({ 'user.object.yml': 'name: sys_user\nfields: {}\n' }, [right])).toEqual([
      'user.object.yml:1:1 error sys_user: the object "sys_user" is defined already: sys_user (plugin "identity") | To add to it, write "extend: sys_user" instead of "name".',
    ]);
  });

  it('gives keys a meaning: they are checked and no longer warn', () => {
    expect(problems(account)).toHaveLength(3);
    const rules = plugin('rules', { objectKeys: { validations: z.array(z.object({ name: z.string(), condition: z.string() })).optional() }, fieldKeys: { requiredWhen: z.string().optional() }, enableKeys: ['feeds'] });
    expect(problems(account, [rules])).toEqual([]);
    expect(compile(account, [rules]).catalog.objects.get('account')?.definition['validations']).toEqual([{ name: 'x', condition: 'a' }]);
    const wrong = { 'account.object.yml': 'name: account\nvalidations:\n  - name: x\nfields:\n  name: { type: text, required_when: 3 }\n' };
    expect(problems(wrong, [rules])).toEqual([
      'account.object.yml:3:5 error account: "validations.0.condition" is missing; it must be text',
      'account.object.yml:5:23 error account.name: "requiredWhen" must be text, found 3',
    ]);
  });

  it('computes fields that are left out without it', () => {
    const files = { 'a.object.yml': 'name: a\nnameField: number\nfields:\n  number: { type: autonumber, autonumberFormat: "A-{0000}" }\n' };
    expect(compile(files).catalog.objects.get('a')?.fields.has('number')).toBe(false);
    const { catalog, diagnostics } = compile(files, [plugin('rules', { computes: ['autonumber'] })]);
    expect(catalog.objects.get('a')).toMatchObject({ nameField: 'number' });
    expect(diagnostics).toEqual([]);
  });

  it('brings field types', () => {
    const text = fieldTypes.get('text');
    if (!text) throw new Error('no text');
    const files = { 'a.object.yml': 'name: a\nfields:\n  b: { type: isbn, edition: first }\n' };
    const isbn = plugin('books', { fieldTypes: [{ ...text, name: 'isbn', keys: { edition: z.int().optional() } }] });
    expect(problems(files, [isbn])).toEqual(['a.object.yml:3:20 error a.b: "edition" must be a number, found "first"']);
  });

  it('keeps fields of its own on objects, under names that are free', () => {
    const counts = plugin('counts', { keptFields: ({ name, fields }) => (name === 'a' && fields.get('b')?.['type'] === 'text' ? { b_count: { type: 'number', scale: 0, internal: true } } : {}) });
    const files = { 'a.object.yml': 'name: a\nfields:\n  b: text\n', 'c.object.yml': 'name: c\nfields:\n  b: text\n' };
    const { objects } = compile(files, [counts]).catalog;
    expect(objects.get('a')?.fields.get('b_count')).toMatchObject({ internal: true, column: 'b_count' });
    expect(objects.get('c')?.fields.has('b_count')).toBe(false);
    expect(problems({ 'a.object.yml': 'name: a\nfields:\n  b: text\n  b_count: number\n' }, [counts])).toEqual([
      'a.object.yml:4:3 error a.b_count: plugin "counts" keeps values of its own in a field of this name | Choose another name.',
    ]);
  });

  it('brings the indexes that it needs, where no other serves', () => {
    const fast = plugin('fast', { indexes: ({ objects }) => [...objects.keys()].flatMap((object) => [{ object, fields: ['b', 'c'] }, { object, fields: ['b'] }]) });
    const indexesOf = (more = '') => compile({ 'a.object.yml': `name: a\n${more}fields:\n  b: text\n  c: text\n` }, [fast]).catalog.objects.get('a')?.indexes.map(({ name }) => name);
    expect(indexesOf()).toEqual(['a_b_c_idx']);
    expect(indexesOf('indexes: [{ name: all, fields: [b, c, created_at] }]\n')).toEqual(['all']);
    expect(indexesOf('indexes: [{ fields: [b], partial: "c IS NULL" }]\n')).toEqual(['a_b_idx', 'a_b_c_idx']);
    expect(() => compile({ 'a.object.yml': 'name: a\nfields:\n  b: text\n' }, [fast])).toThrow('b, c');
  });

  it('brings kinds of files', () => {
    const rights = plugin('permissions', {
      kinds: [{ suffix: 'permission', description: 'Rights.', schema: z.object({ name: z.string(), objects: z.record(z.string(), z.object({ allowRead: z.boolean() })) }) }],
      check(catalog, _report, documents) {
        for (const document of documents.get('permission') ?? []) {
          const { objects } = document.value as { readonly objects: Readonly<Record<string, unknown>> };
          for (const name of Object.keys(objects)) if (!catalog.objects.has(name)) document.report('error', ['objects', name], 'sales', `there is no object "${name}"`);
        }
      },
    });
    const a = { 'a.object.yml': 'name: a\nfields: {}\n' };
    const { documents } = compile({ ...a, 'sales.permission.yml': 'name: sales\nobjects:\n  a: { allowRead: true }\n' }, [rights]);
    expect(documents.get('permission')).toMatchObject([{ kind: 'permission', file: 'sales.permission.yml', value: { name: 'sales' } }]);
    expect(problems({ ...a, 'sales.permission.yml': 'name: sales\nobjects:\n  a: { allowRead: 1 }\n' }, [rights])).toEqual(['sales.permission.yml:3:8 error permission: "objects.a.allowRead" must be true or false, found 1']);
    expect(problems({ ...a, 'sales.permission.yml': 'name: sales\nobjects:\n  b: { allowRead: true }\n' }, [rights])).toEqual(['sales.permission.yml:3:3 error sales: there is no object "b"']);
  });

  it('checks the linked Catalog and reports by name', () => {
    const strict = plugin('strict', { check: (_catalog, report) => report('error', 'account.name', ['type'], 'text is not allowed here', 'Use another.') });
    expect(problems({ 'account.object.yml': 'name: account\nfields:\n  name: { type: text }\n' }, [strict])).toEqual(['account.object.yml:3:11 error account.name: text is not allowed here | Use another.']);
  });

  it('cannot claim what another has claimed', () => {
    const first = plugin('first', { objectKeys: { validations: z.unknown() }, kinds: [{ suffix: 'object', description: 'x', schema: z.unknown() }] });
    const second = plugin('second', { objectKeys: { validations: z.unknown() } });
    expect(problems({}, [first, second])).toEqual([
      'plugin "first" error : plugin "first" brings the file kind "object", which the platform brings already | Remove one of them.',
      'plugin "second" error : plugin "second" brings the object key "validations", which plugin "first" brings already | Remove one of them.',
    ]);
  });
});
