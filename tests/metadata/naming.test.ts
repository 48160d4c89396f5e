import { describe, expect, it } from 'vitest';
import * as naming from '../../src/metadata/naming.ts';

describe('object names', () => {
  it.each([
    ['account', { type: 'Account', one: 'account', many: 'accounts' }],
    ['opportunity_line', { type: 'OpportunityLine', one: 'opportunityLine', many: 'opportunityLines' }],
    ['sys_user', { type: 'User', one: 'user', many: 'users' }],
    ['category', { type: 'Category', one: 'category', many: 'categories' }],
    ['news', { type: 'News', one: 'news', many: 'newsList' }],
  ])('%s', (object, expected) => expect(naming.objectNames(object)).toEqual(expected));

  it('gives one and many their own root fields even when the word is its own plural', () => {
    const names = Object.values(naming.rootFieldNames(naming.objectNames('equipment')));
    expect(new Set(names).size).toBe(names.length);
  });

  it('makes every derived type once', () => {
    const names = Object.values(naming.objectTypeNames('Account'));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('lookups', () => {
  it.each([
    ['account', false, { relation: 'account', ids: 'accountId' }, 'account_id'],
    ['account_id', false, { relation: 'account', ids: 'accountId' }, 'account_id'],
    ['reports_to', false, { relation: 'reportsTo', ids: 'reportsToId' }, 'reports_to_id'],
    ['tags', true, { relation: 'tags', ids: 'tagIds' }, undefined],
    ['category_ids', true, { relation: 'categories', ids: 'categoryIds' }, undefined],
    ['attendee', true, { relation: 'attendees', ids: 'attendeeIds' }, undefined],
  ])('%s multiple=%s', (field, multiple, names, column) => {
    expect(naming.lookupNames(field, multiple)).toEqual(names);
    if (column !== undefined) expect(naming.columnName(field, true)).toBe(column);
  });

  it.each([
    [{ child: 'contact', field: 'account', parent: 'account', ambiguous: false }, 'contacts'],
    [{ child: 'contact', field: 'account_id', parent: 'account', ambiguous: true }, 'contacts'],
    [{ child: 'contact', field: 'billing_account', parent: 'account', ambiguous: true }, 'contactsByBillingAccount'],
    [{ child: 'contact', field: 'billing_account', parent: 'account', ambiguous: false }, 'contacts'],
    [{ child: 'account', field: 'parent', parent: 'account', ambiguous: false }, 'children'],
    [{ child: 'contact', field: 'reports_to', parent: 'contact', ambiguous: false }, 'contactsByReportsTo'],
    [{ child: 'contact', field: 'account', parent: 'account', ambiguous: false, relatedName: 'all_people' }, 'allPeople'],
  ])('reverse of %o is %s', (lookup, name) => expect(naming.reverseName(lookup)).toBe(name));

  it('names what a to-many relation adds', () => {
    expect(naming.relationFieldNames('children')).toEqual({ records: 'children', aggregate: 'childrenAggregate', groups: 'childGroups', count: 'childrenCount' });
  });
});

describe('enum values', () => {
  it.each([
    ['Active Customer', 'ACTIVE_CUSTOMER'],
    ['active', 'ACTIVE'],
    ['10-50', '_10_50'],
    ['500+', '_500_PLUS'],
    ['C#', 'C_SHARP'],
    ['R&D', 'R_AND_D'],
    ['inProgress', 'IN_PROGRESS'],
    ['Café', 'CAFE'],
    ['A+', 'A_PLUS'],
    ['A-', 'A_MINUS'],
    ['客户', 'U5BA2_U6237'],
    ['!', '_'],
  ])('%s → %s', (value, name) => {
    expect(naming.enumValueName(value)).toBe(name);
    expect(name).toMatch(/^[A-Z_][A-Z0-9_]*$/);
  });
});

describe('keys and tables', () => {
  it('names keys after their fields', () => {
    expect(naming.keyNames([{ field: 'email', isLookup: false }])).toEqual({ name: 'email', enumName: 'EMAIL' });
    expect(naming.keyNames([{ field: 'order', isLookup: true }, { field: 'sku', isLookup: false }])).toEqual({ name: 'orderAndSku', enumName: 'ORDER_AND_SKU' });
    expect(naming.keyNames([{ field: 'account', isLookup: true }])).toEqual({ name: 'accountId', enumName: 'ACCOUNT_ID' });
    expect(naming.compoundKeyTypeName('Account', 'orderAndSku')).toBe('AccountOrderAndSkuKey');
  });

  it('keeps long names apart within the limit of PostgreSQL', () => {
    const [a, b] = ['a', 'b'].map((end) => naming.sqlName(`${'x'.repeat(80)}${end}`));
    expect(a).not.toBe(b);
    expect(a).toHaveLength(63);
  });
});
