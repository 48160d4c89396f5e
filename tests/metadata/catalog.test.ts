import { describe, expect, it } from 'vitest';
import type { CatalogField, CatalogObject } from '../../src/metadata/catalog.ts';
import { compile, historian, problems } from './support/compile.ts';
import type { Files } from './support/compile.ts';

const crm: Files = {
  'account.object.yml': `
name: account
description: A company.
softDelete: { enabled: true }
enable: { trackHistory: true }
search: { fields: [description, name], language: german }
indexes:
  - { fields: [region, code], unique: true }
  - { fields: [name], type: hash }
  - { fields: [code], unique: true, partial: "code <> ''" }
fields:
  name: { type: text, required: true }
  code: text
  region: { type: lookup, reference: region }
  description: textarea
  industry:
    type: select
    defaultValue: REAL ESTATE
    options: [{ label: Technology, value: tech }, { value: Real Estate, color: red }]
  parent: { type: tree }
  owner: { type: user }
  billing_address: { type: address }
  tags: { type: lookup, multiple: true, reference: tag, relatedName: tagged_accounts }
  terms:
    type: composite
    fields:
      net_days: { type: number, scale: 0 }
      kind: { type: select, options: [{ value: net }, { value: gross }] }
`,
  'contact.object.yml': `
name: contact
fields:
  last_name: { type: text, inlineHelpText: As in the passport., description: Family name. }
  email: { type: email, unique: true }
  legacy: { type: number, scale: 0, externalId: true, deprecated: true }
  account: { type: master_detail, reference: account }
  billing_account_id: { type: lookup, reference: account, required: true }
  reports_to: { type: lookup, reference: contact, deleteBehavior: restrict }
`,
  'tag.object.yml': 'name: tag\nactive: false\nfields:\n  name: text\n',
  'region.object.yml': 'name: region\nenable: { apiMethods: [get, list, restore] }\nfields:\n  title: { type: text, searchable: true }\n  kind: { type: text, searchable: true }\n',
  'user.object.yml': 'name: sys_user\nfields:\n  name: text\n',
  'base.object.yml': 'name: base\nabstract: true\nfields: {}\n',
};

const { catalog, diagnostics } = compile(crm, [historian]);

function object(name: string): CatalogObject {
  const found = catalog.objects.get(name);
  if (!found) throw new Error(`no object ${name}`);
  return found;
}

function field(path: string): CatalogField {
  const [name = '', key = ''] = path.split('.');
  const found = object(name).fields.get(key);
  if (!found) throw new Error(`no field ${path}`);
  return found;
}

describe('objects', () => {
  it('stand in the order of their names, without the abstract ones', () => {
    expect([...catalog.objects.keys()]).toEqual(['account', 'contact', 'region', 'sys_user', 'tag']);
  });

  it('have the fields of the platform around their own', () => {
    expect([...object('tag').fields.keys()]).toEqual(['id', 'name', 'created_at', 'created_by', 'updated_at', 'updated_by', 'version']);
    expect([...object('account').fields.keys()].at(-1)).toBe('deleted_at');
    expect(field('account.version')).toMatchObject({ system: true, readonly: true, required: true });
    expect(field('account.version').type.graphql(field('account.version'))).toEqual({ kind: 'scalar', scalar: 'Int' });
    expect(field('account.id').type.column(field('account.id'))?.pgType).toBe('uuid');
  });

  it('are titled by name, title or the first text', () => {
    expect(['account', 'region', 'contact'].map((name) => object(name).nameField)).toEqual(['name', 'title', 'last_name']);
  });

  it('search the fields given, in their order, or the searchable ones with the title first', () => {
    expect(object('account')).toMatchObject({ searchFields: ['description', 'name'], searchLanguage: 'german' });
    expect(object('region')).toMatchObject({ searchFields: ['title', 'kind'], searchLanguage: 'english' });
    expect(object('tag').searchFields).toEqual([]);
  });

  it('have the methods that they can have', () => {
    expect(object('account').methods).toContain('restore');
    expect(object('contact').methods).not.toContain('restore');
    expect(object('contact').methods).not.toContain('search');
    expect([...object('region').methods]).toEqual(['get', 'list']);
    expect([...object('tag').methods]).toEqual([]);
    expect(diagnostics.map(({ subject, message }) => `${subject}: ${message}`)).toEqual(['region.enable: the method "restore" has no effect: deletion is not soft']);
  });

  it('know where they were written', () => {
    expect(object('contact').source).toEqual({ file: 'contact.object.yml', line: 2, column: 1 });
    expect(field('contact.email').source).toEqual({ file: 'contact.object.yml', line: 5, column: 3 });
  });

  it('are frozen', () => {
    expect(Object.isFrozen(field('account.industry').options[0])).toBe(true);
    expect(Object.isFrozen(object('account').definition)).toBe(true);
  });
});

describe('fields', () => {
  it('carry label, description and help', () => {
    expect(field('contact.last_name')).toMatchObject({ label: 'Last Name', description: 'Family name.\n\nAs in the passport.' });
    expect(field('contact.billing_account_id').label).toBe('Billing Account');
    expect(field('contact.legacy').deprecated).toBe('No longer supported.');
  });

  it('match a default to its option whatever the case', () => {
    expect(field('account.industry').defaultValue).toBe('Real Estate');
    expect(field('account.industry').options).toEqual([
      { value: 'tech', graphqlName: 'TECH', label: 'Technology', color: undefined },
      { value: 'Real Estate', graphqlName: 'REAL_ESTATE', label: 'Real Estate', color: 'red' },
    ]);
  });

  it('inherit history from the object', () => {
    expect([field('account.name').trackHistory, field('contact.email').trackHistory]).toEqual([true, false]);
  });

  it('have sub-fields, declared or brought by the type', () => {
    expect([...field('account.terms').subfields.values()].map(({ graphqlName, column }) => [graphqlName, column])).toEqual([['netDays', undefined], ['kind', undefined]]);
    expect([...field('account.billing_address').subfields.keys()]).toContain('postalCode');
  });
});

describe('relations', () => {
  it('give lookups an id and a record, and the other side a collection', () => {
    expect(field('contact.account')).toMatchObject({ graphqlName: 'accountId', column: 'account_id', reference: { object: 'account', onDelete: 'cascade' } });
    expect(object('contact').relations.get('account')).toMatchObject({ kind: 'one', target: 'account', field: 'account', column: 'account_id' });
    expect(object('account').relations.get('contacts')).toMatchObject({ kind: 'many', target: 'contact', targetField: 'account', targetColumn: 'account_id', master: true });
  });

  it('tell several lookups between two objects apart', () => {
    expect([...object('account').relations.keys()].filter((name) => name.startsWith('contacts'))).toEqual(['contacts', 'contactsByBillingAccount']);
    expect(object('contact').relations.get('billingAccount')).toMatchObject({ kind: 'one', column: 'billing_account_id' });
  });

  it('connect an object with itself', () => {
    expect(object('account').relations.get('children')).toMatchObject({ kind: 'many', target: 'account', targetColumn: 'parent_id' });
    expect(object('contact').relations.get('contactsByReportsTo')).toMatchObject({ kind: 'many', target: 'contact' });
  });

  it('lead from users, whom a user field points to', () => {
    expect(object('sys_user').relations.get('accounts')).toMatchObject({ kind: 'many', targetColumn: 'owner_id' });
  });

  it('keep lists of references in a table of their own', () => {
    const link = { table: 'account_tags_link', object: 'account', field: 'tags', target: 'tag', onDelete: 'cascade' };
    expect(catalog.links).toEqual([link]);
    expect(field('account.tags')).toMatchObject({ graphqlName: 'tagIds', column: undefined, multiple: true });
    expect(object('account').relations.get('tags')).toMatchObject({ kind: 'link', from: 'source', link });
    expect(object('tag').relations.get('taggedAccounts')).toMatchObject({ kind: 'link', from: 'target', target: 'account' });
  });

  it('are protected by default where the reference is required', () => {
    const behaviors = ['contact.billing_account_id', 'contact.reports_to', 'account.region'].map((path) => field(path).reference?.onDelete);
    expect(behaviors).toEqual(['restrict', 'restrict', 'set_null']);
  });
});

describe('keys and indexes', () => {
  it('make keys of unique and external fields and of compound unique indexes', () => {
    expect(object('contact').keys).toEqual([
      { name: 'id', enumName: 'ID', fields: ['id'] },
      { name: 'email', enumName: 'EMAIL', fields: ['email'] },
      { name: 'legacy', enumName: 'LEGACY', fields: ['legacy'] },
    ]);
    expect(object('account').keys.map(({ name }) => name)).toEqual(['id', 'regionAndCode']);
  });

  it('index every lookup that no declared index serves', () => {
    const indexes = object('account').indexes.map(({ fields, unique, type, partial }) => ({ fields, unique, type, partial }));
    expect(indexes).toEqual([
      { fields: ['region', 'code'], unique: true, type: 'btree', partial: undefined },
      { fields: ['name'], unique: false, type: 'hash', partial: undefined },
      { fields: ['code'], unique: true, type: 'btree', partial: "code <> ''" },
      { fields: ['parent', 'id'], unique: false, type: 'btree', partial: undefined },
      { fields: ['owner', 'id'], unique: false, type: 'btree', partial: undefined },
    ]);
  });
});

describe('extensions', () => {
  const base = { 'a.object.yml': 'name: account\nlabel: Firm\nfields:\n  name: { type: text, maxLength: 10 }\n' };

  it('add and change, the higher priority last', () => {
    const extended = compile({
      ...base,
      'z.object.yml': 'extend: accounts\npriority: 10\nlabel: First\nfields:\n  name: { maxLength: 20, label: Low }\n  extra: text\nindexes: [{ fields: [extra] }]\n',
      'b.extension.yml': 'extend: account\nlabel: Last\nfields:\n  name: { label: High }\nindexes: [{ fields: [name] }]\n',
    }).catalog.objects.get('account');
    expect(extended?.label).toBe('Last');
    expect(extended?.fields.get('name')).toMatchObject({ label: 'High', definition: { maxLength: 20 } });
    expect(extended?.indexes.map(({ fields }) => fields)).toEqual([['extra'], ['name']]);
  });

  it('are at fault themselves when what they say is wrong', () => {
    expect(problems({ ...base, 'x.object.yml': 'extend: account\nfields:\n  name: { maxLength: many }\nindexes:\n  - { fields: [nam] }\n' })).toEqual([
      'x.object.yml:3:11 error account.name: "maxLength" must be a number, found "many"',
      'x.object.yml:5:16 error account: the index names "nam", which is no field of account | Did you mean "name"?',
    ]);
  });
});

describe('the fingerprint', () => {
  const one = (text: string): string => compile({ 'a.object.yml': text }).catalog.fingerprint;

  it('changes with what is said, not with where', () => {
    const base = one('name: a\nfields:\n  b: { type: text }\n');
    expect(one('\n\n# moved\nname: a\nfields: { b: text }\n')).toBe(base);
    expect(one('name: a\nfields:\n  b: { type: text, maxLength: 5 }\n')).not.toBe(base);
    expect(one('name: a\nlabel: B\nfields:\n  b: { type: text }\n')).not.toBe(base);
  });
});
