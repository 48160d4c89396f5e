import { describe, expect, it } from 'vitest';
import { compile, historian, problems } from './support/compile.ts';
import type { Files } from './support/compile.ts';

/** Definitions as other tools of the vocabulary write them: other spellings, other casing, keys for other parts of a platform. */
const sales: Files = {
  'lead.object.json': JSON.stringify(
    {
      name: 'lead',
      label: 'Lead',
      labelPlural: 'Leads',
      icon: 'user-plus',
      enable: { searchable: true, trackHistory: true, apiEnabled: true, apiMethods: ['get', 'list', 'create', 'update'], files: true, trash: true, mru: true },
      fields: {
        first_name: { type: 'text', label: 'First Name', max_length: 40 },
        company: { type: 'text', label: 'Company', required: true, searchable: true, maxlength: 120 },
        status: {
          type: 'select',
          label: 'Status',
          required: true,
          options: [
            { label: 'New', value: 'New', color: '#808080', default: true },
            { label: 'Active Customer', value: 'Active Customer' },
            { label: 'Closed', value: 'closed' },
          ],
        },
        rating: { type: 'select', options: ['Hot', 'Very Warm'], default: 'hot' },
        annual_revenue: { type: 'currency', precision: 2, currency_code: 'USD' },
        owner_id: { type: 'lookup', reference_to: 'users', on_delete: 'setNull' },
        converted_account: { type: 'lookup', referenceTo: 'Account', cascadeDelete: true },
        agreement: { type: 'lookup', reference: 'SLATemplate', help_text: 'What was agreed.' },
        employees: { type: 'number', min: 0, read_only: true, audit: true },
        extra: { type: 'object', blackbox: true },
      },
    },
    null,
    2,
  ),
  'account.object.yml': `
name: account
displayNameField: number
highlightFields: [name, number]
searchableFields: [name]
features: { audit: true }
enable_audit: true
fields:
  - name: number
    type: text
    external_id: true
  - name: name
    type: text
`,
  'sla_template.object.yml': 'label: Agreement\nfields:\n  name: text\n',
  'users.object.yml': 'name: sys_user\nfields:\n  name: text\n',
};

describe('definitions in the spellings of the vocabulary', () => {
  const { catalog } = compile(sales, [historian]);
  const lead = catalog.objects.get('lead');
  const account = catalog.objects.get('account');

  it('load with few warnings, all of them true', () => {
    expect(problems(sales, [historian])).toEqual([
      'lead.object.json:16:5 warning lead.enable: "files": accepted by the vocabulary, but nothing acts on it | A plugin may act on it; none that is installed does.',
    ]);
  });

  it('mean the same as in canonical spelling', () => {
    expect(lead?.pluralLabel).toBe('Leads');
    expect(lead?.fields.get('first_name')?.definition['maxLength']).toBe(40);
    expect(lead?.fields.get('company')?.definition['maxLength']).toBe(120);
    expect(lead?.fields.get('status')?.defaultValue).toBe('New');
    expect(lead?.fields.get('status')?.options.map(({ graphqlName }) => graphqlName)).toEqual(['NEW', 'ACTIVE_CUSTOMER', 'CLOSED']);
    expect(lead?.fields.get('rating')).toMatchObject({ defaultValue: 'hot', options: [{ value: 'hot', label: 'Hot' }, { value: 'very_warm', label: 'Very Warm' }] });
    expect(lead?.fields.get('annual_revenue')?.definition['currencyConfig']).toEqual({ defaultCurrency: 'USD' });
    expect(lead?.fields.get('employees')).toMatchObject({ readonly: true, trackHistory: true });
    expect(lead?.fields.get('extra')?.type.name).toBe('json');
    expect(lead?.softDelete).toBe('deleted_at');
  });

  it('find the objects they mean', () => {
    const references = ['owner_id', 'converted_account', 'agreement'].map((name) => lead?.fields.get(name)?.reference);
    expect(references).toEqual([
      { object: 'sys_user', onDelete: 'set_null' },
      { object: 'account', onDelete: 'cascade' },
      { object: 'sla_template', onDelete: 'set_null' },
    ]);
  });

  it('name objects after their file and fields in a list by their name', () => {
    expect(catalog.objects.get('sla_template')?.label).toBe('Agreement');
    expect(account).toMatchObject({ nameField: 'number', searchFields: ['name'], trackHistory: true });
    expect(account?.keys.map(({ name }) => name)).toEqual(['id', 'number']);
  });

  it('are located where they are written, under the spelling of the author', () => {
    const wrong = { 'a.object.yml': 'name: a\nfields:\n  - name: b\n    type: text\n    max_length: ten\n  - name: b\n    type: text\n  - type: text\n' };
    expect(problems(wrong)).toEqual([
      'a.object.yml:5:5 error a.b: "maxLength" must be a number, found "ten"',
      'a.object.yml:6:5 error a.b: the field "b" is defined twice',
      'a.object.yml:8:5 error a: a field in a list needs a "name"',
    ]);
  });
});
