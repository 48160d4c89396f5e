import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { rest } from '../../../src/plugins/rest/index.ts';
import { openField, openObject, closedObject } from '../../../src/resolvers/access.ts';
import type { Access, FieldAccess, ObjectAccess } from '../../../src/resolvers/access.ts';
import { anonymous } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { restClient, type RestClient } from './support.ts';

const company = {
  name: 'company', softDelete: { enabled: true }, searchable: true,
  fields: {
    name: { type: 'text', required: true, searchable: true },
    code: { type: 'text', unique: true, externalId: true },
    industry: { type: 'select', options: [{ value: 'tech' }, { value: 'food' }] },
    revenue: { type: 'currency' },
    employees: { type: 'number', scale: 0, min: 0 },
    address: { type: 'address' },
    margin: { type: 'percent' },
  },
};
const person = { name: 'person', fields: { name: { type: 'text' }, company: { type: 'lookup', reference: 'company', relatedName: 'people' }, boss: { type: 'lookup', reference: 'person' } } };
const journal = { name: 'journal', enable: { apiMethods: ['get', 'list'] }, fields: { text: { type: 'text' } } };
const vault = { name: 'vault', fields: { text: { type: 'text' } } };

// Guests read companies without their margin, of which they change the names of those in food.
const margin: FieldAccess = { read: false, edit: false, filter: false, sort: false, aggregate: false };
const food = { kind: 'compare', field: 'industry', operator: 'eq', operand: { value: () => 'food' } } as const;
const companies: ObjectAccess = { ...openObject, create: false, delete: false, edit: food, field: (name) => (name === 'margin' ? margin : name === 'revenue' ? { ...openField, read: food, edit: false } : { ...openField, edit: name === 'name' }) };
const guest: Access = { fingerprint: 'guest', object: (name) => (name === 'company' ? companies : name === 'person' ? { ...openObject, create: false, edit: false, delete: false } : closedObject) };
const all: Access = { fingerprint: 'all', object: () => openObject };
const access: Plugin = {
  name: 'test-access' as Plugin['name'], version: '1.0.0', description: 'Guests see little.',
  lifecycle: { init: ({ services }) => services.register('access', { name: 'test', accessOf: ({ kind }) => (kind === 'anonymous' ? guest : all) }) },
  server: { authenticate: (request) => (request.header('authorization') === 'Bearer staff' || request.header('cookie') === 'session=staff' ? { ...anonymous, kind: 'user', userId: '0190aaaa-0000-7000-8000-000000000001' } : undefined) },
};

interface Page {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly page: { readonly hasMore: boolean; readonly next: string | null; readonly total?: number };
}

describeEachDatabase('REST', (open) => {
  let app: TestPlatform;
  let url = '';
  let staff: RestClient;
  let visitor: RestClient;
  const page = async (path: string, client = staff) => (await client.call('GET', path)).body as unknown as Page;
  const names = async (query: string) => (await page(`/api/v1/companies?${query}`)).data.map(({ name }) => name);
  const filters = (where: object) => `filters=${encodeURIComponent(JSON.stringify(where))}`;
  const problem = async (client: RestClient, method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const answer = await client.call(method, path, { body, headers, wrong: true });
    return [answer.status, answer.body['code'], ...((answer.body['errors'] ?? []) as readonly { pointer: string; code: string }[]).map(({ pointer, code }) => `${pointer} ${code}`)];
  };
  const company_ = async (name: string, more: object = {}) => (await staff.call('POST', '/api/v1/companies', { body: { name, ...more } })).body['data'] as { readonly id: string; readonly version: number };

  beforeAll(async () => {
    app = await startPlatform({
      database: await open(), objects: [company, person, journal, vault], plugins: [rest({ maxBodyBytes: 100_000 }), access], open: false,
      data: [
        { object: 'company', records: [
          { code: 'A', name: 'Acme', industry: 'tech', revenue: '1000.50', employees: 10, address: { city: 'Berlin' } },
          { code: 'B', name: 'Bakery', industry: 'food', revenue: '200.00', employees: 3 },
          { code: 'C', name: 'Cider', industry: 'food', revenue: '300.00', employees: 5 },
        ] },
        { object: 'person', records: [{ name: 'Ada', company: 'A' }, { name: 'Bob', company: 'A' }, { name: 'Cleo', company: 'B' }] },
      ],
    });
    ({ url } = await app.platform.start());
    staff = await restClient(url, { authorization: 'Bearer staff' });
    visitor = await restClient(url);
  });
  afterAll(() => app.close());

  it('is described by a valid document, of what the caller may use', async () => {
    for (const { document } of [staff, visitor]) expect(await new Validator().validate(structuredClone(document) as Record<string, unknown>)).toMatchObject({ valid: true });
    const paths = (client: RestClient) => Object.entries(client.document['paths'] as Readonly<Record<string, object>>).map(([path, item]) => `${path.replace('/api/v1/', '')} ${Object.keys(item).filter((key) => key !== 'parameters').join()}`);
    expect(paths(visitor)).toEqual(['companies get', 'companies/aggregate get', 'companies/groups get', 'companies/{id} get,patch', 'companies/batch post', 'people get', 'people/aggregate get', 'people/groups get', 'people/{id} get']);
    expect(paths(staff)).toEqual(expect.arrayContaining(['companies get,post', 'companies/{id} get,patch,delete', 'companies/batch post', 'companies/{id}/restore post', 'journals get', 'journals/{id} get', 'vaults get,post']));
    const schemas = (client: RestClient) => (client.document['components'] as { readonly schemas: Readonly<Record<string, { readonly properties: object }>> }).schemas;
    expect(schemas(staff)['Company']?.properties).toHaveProperty('margin');
    expect(schemas(visitor)['Company']?.properties).not.toHaveProperty('margin');
    expect(Object.keys(schemas(visitor)['CompanyUpdateInput']?.properties ?? {})).toEqual(['name']);
    // For upserts of what they may change.
    expect(Object.keys(schemas(visitor)['CompanyCreateInput']?.properties ?? {})).toEqual(['id', 'name']);
    expect(schemas(visitor)).not.toHaveProperty('PersonCreateInput');
    expect(JSON.stringify(visitor.document)).not.toMatch(/vault|journal/i);
  });

  it('lists with filters, sorting, fields, related records and pages', async () => {
    expect(await names('sort=-revenue')).toEqual(['Acme', 'Cider', 'Bakery']);
    expect(await names(`sort=name&${filters({ industry: { eq: 'FOOD' } })}`)).toEqual(['Bakery', 'Cider']);
    expect(await names(`${filters({ people: { some: { name: { eq: 'Cleo' } } } })}`)).toEqual(['Bakery']);
    expect(await names('search=cider')).toEqual(['Cider']);
    expect(await names('sort=name&skip=2')).toEqual(['Cider']);
    const first = await staff.call('GET', '/api/v1/companies?sort=name&limit=2&total=true');
    expect(first.body).toMatchObject({ data: [{ name: 'Acme', revenue: '1000.50', industry: 'TECH', address: { city: 'Berlin' } }, { name: 'Bakery' }], page: { hasMore: true, total: 3 } });
    const link = /^<(.*)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    expect(await page(link)).toMatchObject({ data: [{ name: 'Cider' }], page: { hasMore: false, next: null } });
    expect(await page('/api/v1/companies?fields=name,people.name&sort=name&limit=1')).toEqual({ data: [{ name: 'Acme', people: { data: [{ name: 'Ada' }, { name: 'Bob' }], hasMore: false } }], page: { hasMore: true, next: expect.any(String) as string } });
    expect((await page('/api/v1/people?include=company&sort=-company.name,name')).data.map(({ name, company: of }) => [name, (of as { name: string }).name])).toEqual([['Cleo', 'Bakery'], ['Ada', 'Acme'], ['Bob', 'Acme']]);
    expect((await page('/api/v1/people?fields=name,companyId,boss.name&limit=1&sort=name')).data).toEqual([{ name: 'Ada', companyId: expect.any(String) as string, boss: null }]);
  });

  it('refuses what it does not know, and says what there is', async () => {
    for (const [path, text] of [
      ['companies?nmae=x', 'There is no parameter "nmae". Did you mean "name"?'], ['companies?sort=nmae', 'nmae'], ['companies?fields=nmae', 'names "nmae"'], ['companies?include=peple', 'Did you mean "people"?'],
      ['companies?limit=0', 'limit'], ['companies?limit=x', 'limit'], ['companies?limit=100000', '500'], ['companies?filters=[', 'JSON object'], ['companies?filters={"nmae":{}}', 'nmae'], ['companies?after=x', 'cursor'], ['companies?total=perhaps', 'true or false'],
      ['companies/1?sort=name', 'parameter "sort"'], ['journals?trash=ONLY', 'trash'],
    ] as const) {
      const { status, body } = await staff.call('GET', `/api/v1/${path}`, { wrong: true });
      expect([path, status, body['code']]).toEqual([path, 400, expect.stringMatching(/BAD_REQUEST|LIMIT_EXCEEDED/)]);
      if (!text.startsWith('There is no parameter')) expect([path, body['detail']]).toEqual([path, expect.stringContaining(text)]);
    }
    for (const path of ['nothing', '', 'companies/1/2/3', 'companies/1/other']) expect(await problem(staff, 'GET', `/api/v1/${path}`)).toEqual([404, 'NOT_FOUND']);
    expect(await problem(staff, 'GET', '/api/v1/companies/0190aaaa-0000-7000-8000-00000000dead')).toEqual([404, 'NOT_FOUND']);
    expect(await problem(staff, 'GET', '/api/v1/companies/%zz')).toEqual([400, 'BAD_REQUEST']);
    const wrong = await staff.call('PUT', '/api/v1/companies', { wrong: true });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect(await problem(staff, 'POST', '/api/v1/journals', { text: 'x' })).toEqual([405, 'BAD_REQUEST']);
    expect(await problem(staff, 'POST', '/api/v1/companies', '{', {})).toEqual([400, 'BAD_REQUEST']);
    expect(await problem(staff, 'POST', '/api/v1/companies', '[]')).toEqual([400, 'BAD_REQUEST']);
    expect(await problem(staff, 'POST', '/api/v1/companies', { name: 'x'.repeat(100_000) })).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(await problem(staff, 'POST', '/api/v1/companies', 'name=x', { 'content-type': 'application/x-www-form-urlencoded' })).toEqual([415, 'BAD_REQUEST']);
  });

  it('creates, reads, changes, deletes and restores one record', async () => {
    const made = await staff.call('POST', '/api/v1/companies', { body: { name: 'Dairy', industry: 'FOOD', revenue: '12.30', address: { city: 'Bern' } } });
    const { id } = made.body['data'] as { readonly id: string };
    expect([made.status, made.headers.get('location'), made.headers.get('etag')]).toEqual([201, `/api/v1/companies/${id}`, expect.stringMatching(/^"1-/)]);
    const path = `/api/v1/companies/${id}`;
    expect((await staff.call('GET', `${path}?fields=name,address`)).body).toEqual({ data: { name: 'Dairy', address: expect.objectContaining({ city: 'Bern' }) as object } });
    const changed = await staff.call('PATCH', path, { body: { employees: 4, revenue: null } });
    expect([changed.status, changed.headers.get('etag'), changed.body['data']]).toEqual([200, expect.stringMatching(/^"2-/), expect.objectContaining({ employees: 4, revenue: null, name: 'Dairy' })]);
    const removed = await staff.call('DELETE', path);
    expect([removed.status, removed.body]).toEqual([204, {}]);
    expect(await problem(staff, 'GET', path)).toEqual([404, 'NOT_FOUND']);
    expect((await page('/api/v1/companies?trash=only')).data).toMatchObject([{ name: 'Dairy' }]);
    expect((await staff.call('POST', `${path}/restore`)).body['data']).toMatchObject({ name: 'Dairy' });
    expect((await staff.call('DELETE', `${path}?purge=true`)).status).toBe(204);
    expect((await page('/api/v1/companies?trash=include&sort=name')).data).toHaveLength(3);
  });

  it('tells refused values by their place in the body', async () => {
    expect(await problem(staff, 'POST', '/api/v1/companies', { name: '', employees: -1, address: { city: 'x' } })).toEqual([400, 'VALIDATION_FAILED', expect.stringContaining('#/employees OUT_OF_RANGE'), '#/name REQUIRED']);
    expect(await problem(staff, 'POST', '/api/v1/companies', { name: 'X', nmae: 'Y', people: { create: [] } })).toEqual([400, 'VALIDATION_FAILED', '#/nmae UNKNOWN_FIELD', '#/people UNKNOWN_FIELD']);
    expect(await problem(staff, 'POST', '/api/v1/companies', { name: 'X', code: 'A' })).toEqual([409, 'CONFLICT', '#/code NOT_UNIQUE']);
    expect(await problem(staff, 'POST', '/api/v1/companies', { name: 5 })).toEqual([400, 'BAD_REQUEST']);
    expect(await problem(staff, 'POST', '/api/v1/people', { companyId: '0190aaaa-0000-7000-8000-00000000dead' })).toEqual([400, 'VALIDATION_FAILED', '#/companyId NOT_FOUND']);
  });

  it('writes under conditions, once, or on trial', async () => {
    const { id } = await company_('Eel');
    const path = `/api/v1/companies/${id}`;
    const patch = (name: string, headers: Readonly<Record<string, string>>, query = '') => staff.call('PATCH', `${path}${query}`, { body: { name }, headers });
    const changed = (await patch('Eels', { 'if-match': '"1"' })).headers.get('etag') ?? '';
    expect(changed).toMatch(/^"2-/);
    expect([(await patch('Late', { 'if-match': '"1"' })).status, (await staff.call('DELETE', path, { headers: { 'if-match': '"1"' } })).status]).toEqual([412, 412]);
    expect([(await patch('Any', { 'if-match': changed })).status, (await patch('Any', { 'if-match': changed })).status]).toEqual([200, 412]);
    expect((await patch('Any', { 'if-match': '*' })).status).toBe(200);
    expect((await patch('Odd', { 'if-match': 'W/"3"' })).status).toBe(412);
    expect((await patch('Trial', {}, '?dryRun=true')).body['data']).toMatchObject({ name: 'Trial' });
    expect((await staff.call('GET', path)).body['data']).toMatchObject({ name: 'Any' });
    const headers = { 'idempotency-key': `once-${id}` };
    const [one, two] = [await staff.call('POST', '/api/v1/companies', { body: { name: 'Once' }, headers }), await staff.call('POST', '/api/v1/companies', { body: { name: 'Once' }, headers })];
    expect(two.body).toEqual(one.body);
    expect(await problem(staff, 'POST', '/api/v1/companies', { name: 'Twice' }, headers)).toEqual([409, 'CONFLICT']);
    const trial = await staff.call('POST', '/api/v1/companies?dryRun=true', { body: { name: 'Trial' } });
    expect([trial.status, trial.headers.get('location')]).toEqual([201, null]);
    for (const each of [id, (one.body['data'] as { id: string }).id]) await staff.call('DELETE', `/api/v1/companies/${each}?purge=true`);
  });

  it('tells clients that they have the answer already', async () => {
    const again = async (path: string, etag: string, client = staff) => (await client.call('GET', path, { headers: { 'if-none-match': `"other", W/${etag}` } })).status;
    const written = await staff.call('POST', '/api/v1/companies', { body: { name: 'Fig' } });
    const { id } = written.body['data'] as { readonly id: string };
    const path = `/api/v1/companies/${id}`;
    for (const each of [path, `${path}?include=people`, '/api/v1/companies?sort=name', '/api/v1/companies/aggregate?figures=sum.employees', '/api/v1/companies/groups?by=industry']) {
      const { headers } = await staff.call('GET', each);
      expect([each, headers.get('cache-control'), headers.get('vary')]).toEqual([each, 'private, no-cache', expect.stringContaining('authorization')]);
      expect([each, await again(each, headers.get('etag') ?? '')]).toEqual([each, 304]);
    }
    // What was written is what is read.
    expect(await again(path, written.headers.get('etag') ?? '')).toBe(304);
    // Neither for others, nor with other records along with it.
    expect(await again(path, written.headers.get('etag') ?? '', visitor)).toBe(200);
    const { headers } = await staff.call('GET', `${path}?include=people`);
    const { id: member } = (await staff.call('POST', '/api/v1/people', { body: { name: 'Finn', companyId: id } })).body['data'] as { readonly id: string };
    expect([await again(`${path}?include=people`, headers.get('etag') ?? ''), await again(path, written.headers.get('etag') ?? '')]).toEqual([200, 304]);
    await staff.call('PATCH', path, { body: { employees: 1 } });
    expect(await again(path, written.headers.get('etag') ?? '')).toBe(200);
    for (const each of [`/api/v1/people/${member}`, `${path}?purge=true`]) await staff.call('DELETE', each);
    for (const each of ['/api/openapi.json', '/api/discovery']) {
      const first = await fetch(`${url}${each}`);
      expect((await fetch(`${url}${each}`, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } })).status).toBe(304);
    }
  });

  it('counts and sums up, all together or in groups', async () => {
    const figures = async (path: string, client = staff) => (await client.call('GET', `/api/v1/${path}`)).body['data'];
    expect(await figures('companies/aggregate')).toEqual({ count: 3 });
    expect(await figures(`companies/aggregate?figures=count,sum.revenue,max.employees,sum.employees&${filters({ industry: { eq: 'FOOD' } })}`)).toEqual({ count: 2, sum: { revenue: '500.00', employees: '8' }, max: { employees: 5 } });
    expect(await figures('companies/aggregate?figures=countDistinct.industry&search=cider')).toEqual({ countDistinct: { industry: 1 } });
    expect(await figures('companies/groups?by=industry&figures=count,avg.employees&sort=-count')).toEqual([{ key: { industry: 'FOOD' }, count: 2, avg: { employees: 4 } }, { key: { industry: 'TECH' }, count: 1, avg: { employees: 10 } }]);
    expect(await figures('companies/groups?by=industry,name&sort=-industry,-sum.revenue&limit=2&skip=1')).toEqual([{ key: { industry: 'FOOD', name: 'Cider' }, count: 1 }, { key: { industry: 'FOOD', name: 'Bakery' }, count: 1 }]);
    expect(await figures(`companies/groups?by=industry&having=${encodeURIComponent('{"count":{"gt":1}}')}`)).toEqual([{ key: { industry: 'FOOD' }, count: 2 }]);
    expect(await figures('companies/groups?by=createdAt:year')).toEqual([{ key: { createdAt: `${new Date().getUTCFullYear()}-01-01T00:00:00.000Z` }, count: 3 }]);
    expect(await figures('people/groups?by=companyId&fields=company.name&sort=-count')).toEqual([{ key: { companyId: expect.any(String) as string, company: { name: 'Acme' } }, count: 2 }, { key: { companyId: expect.any(String) as string, company: { name: 'Bakery' } }, count: 1 }]);
    expect(await figures('people/groups?by=bossId&include=boss')).toEqual([{ key: { bossId: null, boss: null }, count: 3 }]);
    for (const [path, text] of [
      ['aggregate?figures=sum', 'names "sum"'], ['aggregate?figures=nothing', 'written like count and countDistinct.'], ['aggregate?figures=sum.name', 'names "sum.name"'], ['aggregate?figures=sum.revenu', 'Did you mean "sum.revenue"?'], ['aggregate?figures=count.x', 'names "count.x"'], ['aggregate?by=industry', 'no parameter "by"'], ['aggregate?limit=3', 'no parameter "limit"'],
      ['groups', 'by=stage'], ['groups?by=', 'by=stage'], ['groups?by=,', 'at least one'], ['groups?by=indutry', 'Did you mean "industry"?'], ['groups?by=industry:month', 'units are for dates'], ['groups?by=createdAt:decade', 'DECADE'], ['groups?by=industry&sort=name', 'not one of the keys'],
      ['groups?by=industry&sort=nothing', 'names "nothing"'], ['groups?by=industry&having=[]', 'having'], ['groups?by=industry&limit=501', '500'], ['groups?by=industry&fields=name', 'such as account.name'], ['groups?by=industry&include=people', 'no people in common'], ['groups?by=industry&after=x', 'no parameter "after"'],
    ] as const) {
      const { status, body } = await staff.call('GET', `/api/v1/companies/${path}`, { wrong: true });
      expect([path, status, body['detail']]).toEqual([path, 400, expect.stringContaining(text)]);
    }
    expect(await problem(staff, 'POST', '/api/v1/companies/aggregate', {})).toEqual([405, 'BAD_REQUEST']);
    expect(await problem(visitor, 'GET', '/api/v1/companies/aggregate?figures=sum.margin')).toEqual([403, 'FORBIDDEN']);
    expect(await problem(visitor, 'GET', '/api/v1/companies/groups?by=margin')).toEqual([403, 'FORBIDDEN']);
    expect((await visitor.call('GET', '/api/v1/vaults/aggregate', { wrong: true })).body).toEqual({ data: { count: 0 } });
    const asked = (client: RestClient) => JSON.stringify((client.document['paths'] as Readonly<Record<string, object>>)['/api/v1/companies/aggregate']);
    expect([asked(staff), asked(visitor)].map((text) => text.includes('sum.margin'))).toEqual([true, false]);
  });

  it('writes batches, whole or as far as they go', async () => {
    const batch = (body: object, query = '') => staff.call('POST', `/api/v1/companies/batch${query}`, { body });
    const made = await batch({ operation: 'create', records: [{ data: { name: 'F', code: 'F' } }, { data: { name: 'G', code: 'G' } }], options: { returnRecords: true } }, '?fields=name');
    expect(made.body).toEqual({ count: 2, results: [0, 1].map((index) => ({ index, id: expect.any(String) as string, success: true, created: true, data: { name: index === 0 ? 'F' : 'G' } })) });
    const [f, g] = (made.body['results'] as readonly { readonly id: string }[]).map(({ id }) => id);
    expect(await problem(staff, 'POST', '/api/v1/companies/batch', { operation: 'update', records: [{ id: f, data: { name: 'F2' } }, { id: g, data: { employees: -1 } }] })).toEqual([400, 'VALIDATION_FAILED', '#/records/1/data/employees OUT_OF_RANGE']);
    const partial = await batch({ operation: 'update', records: [{ id: f, data: { name: 'F2' } }, { id: g, data: { employees: -1 } }], options: { atomic: false, continueOnError: true } });
    expect(partial.body).toMatchObject({ count: 1, results: [{ success: true }, { success: false, id: null, errors: [{ pointer: '#/records/1/data/employees', code: 'OUT_OF_RANGE' }] }] });
    expect(await problem(staff, 'POST', '/api/v1/companies/batch', { operation: 'update', records: [{ id: g, version: 9, data: { name: 'G2' } }] })).toEqual([409, 'CONFLICT', expect.stringContaining('#/records/0')]);
    expect((await batch({ operation: 'upsert', by: 'CODE', records: [{ data: { name: 'F3', code: 'F' } }, { data: { name: 'H', code: 'H' } }] })).body).toMatchObject({ count: 2, results: [{ id: f, created: false }, { created: true }] });
    expect((await batch({ operation: 'delete', records: [{ id: f }, { id: g }], options: { validateOnly: true } })).body).toMatchObject({ count: 2 });
    expect(await names('sort=name')).toEqual(['Acme', 'Bakery', 'Cider', 'F3', 'G', 'H']);
    const ids = (await page(`/api/v1/companies?${filters({ code: { in: ['F', 'G', 'H'] } })}`)).data.map(({ id }) => ({ id }));
    expect((await batch({ operation: 'delete', records: ids })).body).toMatchObject({ count: 3 });
    for (const [body, text] of [
      [{ operation: 'create', records: [] }, 'records'], [{ operation: 'merge', records: [{}] }, 'operation'], [{ operation: 'create', records: [{ id: 'x', data: {} }] }, 'records.0'], [{ operation: 'delete', records: [{ id: 'x', data: {} }] }, 'records.0'],
      [{ operation: 'create', records: [{ data: {} }], options: { atomic: true, continueOnError: true } }, 'options'], [{ operation: 'create', records: [{ data: {} }], options: { atomic: false } }, 'options'], [{ operation: 'create', by: 'CODE', records: [{ data: {} }] }, 'by'],
      [{ operation: 'create', records: Array.from({ length: 201 }, () => ({ data: { name: 'x' } })) }, 'records'],
    ] as const) {
      const { status, body: answer } = await staff.call('POST', '/api/v1/companies/batch', { body, wrong: true });
      expect([text, status, answer['detail']]).toEqual([text, 400, expect.stringContaining(text)]);
    }
  });

  it('holds everybody to their rights', async () => {
    const { data, errors } = (await visitor.call('GET', `/api/v1/companies?sort=name&${filters({ code: { in: ['A', 'B', 'C'] } })}`)).body as unknown as Page & { readonly errors: readonly { readonly code: string }[] };
    expect(data.map(({ name, revenue }) => [name, revenue])).toEqual([['Acme', null], ['Bakery', '200.00'], ['Cider', '300.00']]);
    expect(data[0]).not.toHaveProperty('margin');
    expect(errors).toMatchObject([{ path: [0, 'revenue'], code: 'FORBIDDEN' }]);
    expect((await visitor.call('GET', '/api/v1/companies?fields=margin&limit=1')).body).toMatchObject({ data: [{ margin: null }], errors: [{ path: [0, 'margin'], code: 'FORBIDDEN' }] });
    expect(await problem(visitor, 'GET', `/api/v1/companies?${filters({ margin: { gt: 1 } })}`)).toEqual([403, 'FORBIDDEN']);
    expect(await problem(visitor, 'POST', '/api/v1/companies', { name: 'X' })).toEqual([403, 'FORBIDDEN', '# FORBIDDEN']);
    const [acme, bakery] = data.map(({ id }) => String(id));
    expect(await problem(visitor, 'PATCH', `/api/v1/companies/${acme}`, { name: 'X' })).toEqual([403, 'FORBIDDEN', expect.any(String)]);
    expect((await visitor.call('PATCH', `/api/v1/companies/${bakery}`, { body: { name: 'Bakery' } })).status).toBe(200);
    expect(await problem(visitor, 'PATCH', `/api/v1/companies/${bakery}`, { margin: 1 })).toEqual([403, 'FORBIDDEN', '#/margin FORBIDDEN']);
    expect(await problem(visitor, 'GET', '/api/v1/vaults/0190aaaa-0000-7000-8000-00000000dead')).toEqual([403, 'FORBIDDEN']);
    // With a session in a cookie, pages of other sites get nowhere.
    const withCookie = (headers: Readonly<Record<string, string>>, method = 'GET') => fetch(`${url}/api/v1/companies`, { method, headers: { cookie: 'session=staff', 'content-type': 'application/json', ...headers }, ...(method === 'POST' && { body: '{"name":"Forged"}' }) });
    expect([(await withCookie({})).status, (await withCookie({ 'graphql-preflight': '1' })).status, (await withCookie({ origin: 'https://evil.example' }, 'POST')).status]).toEqual([403, 200, 403]);
  });

  it('says where what is, and shows the documentation without other servers', async () => {
    const discover = async (headers: Readonly<Record<string, string>>) => (await (await fetch(`${url}/api/discovery`, { headers })).json()) as { readonly resources: readonly { readonly path: string; readonly operations: readonly string[] }[] };
    expect(await discover({ authorization: 'Bearer staff' })).toMatchObject({ endpoints: { graphql: '/graphql', data: '/api/v1', openapi: '/api/openapi.json', docs: '/api/docs' }, caller: { kind: 'user' } });
    expect((await discover({})).resources).toMatchObject([{ name: 'company', path: '/api/v1/companies', operations: ['list', 'one', 'aggregate', 'groups', 'update'], batch: ['update', 'upsert'] }, { name: 'person', operations: ['list', 'one', 'aggregate', 'groups'], batch: [] }]);
    const docs = await fetch(`${url}/api/docs`);
    const html = await docs.text();
    expect([docs.status, docs.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(html).not.toMatch(/https?:\/\//);
    for (const [, path] of html.matchAll(/(?:src|href)="(\/[^"]+)"/g)) expect([path, (await fetch(`${url}${path ?? ''}`)).status]).toEqual([path, 200]);
    expect((await fetch(`${url}/api/docs/package.json`)).status).toBe(404);
    expect((await fetch(`${url}/api/docs/..%2fpackage.json`)).status).toBe(404);
  });

  it('has no operation that these cases leave out', () => {
    const operations = Object.entries(staff.document['paths'] as Readonly<Record<string, Readonly<Record<string, { readonly operationId?: string }>>>>).flatMap(([path, item]) => (path.includes('/companies') ? Object.values(item).flatMap(({ operationId }) => operationId ?? []) : []));
    expect([...staff.used].sort()).toEqual(expect.arrayContaining(operations));
  });
});
