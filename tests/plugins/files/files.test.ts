import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { files } from '../../../src/plugins/files/index.ts';
import { fileTable } from '../../../src/plugins/files/tables.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { openField, openObject } from '../../../src/resolvers/access.ts';
import type { Access, FieldAccess, ObjectAccess } from '../../../src/resolvers/access.ts';
import { anonymous } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { filesBelow, pdf, png, sendFiles, type MultipartOptions, type SentFile } from './support.ts';

const person = {
  name: 'person', softDelete: { enabled: true },
  fields: {
    name: { type: 'text' },
    portrait: { type: 'avatar', fileAttachmentConfig: { maxSize: 2_000, imageValidation: { minWidth: 4, maxWidth: 64, aspectRatio: '1:1' } } },
    papers: { type: 'file', multiple: true, accept: ['.pdf', '.txt'] },
    contract: { type: 'file', fileAttachmentConfig: { allowReplace: false, allowDelete: false, requireUpload: true, presignedUrlExpiry: 60 } },
    logo: { type: 'image', fileAttachmentConfig: { publicRead: true, extractMetadata: false } },
    secret_scan: { type: 'file' },
    links: { type: 'composite', fields: { other: { type: 'file' } } },
  },
};
const note = { name: 'note', fields: { title: { type: 'text' }, file: { type: 'file' } } };

// Guests read people without their scans and write nothing.
const hidden: FieldAccess = { ...openField, read: false, edit: false };
const readable: ObjectAccess = { ...openObject, create: false, edit: false, delete: false, field: (name) => (name === 'secret_scan' ? hidden : { ...openField, edit: false }) };
const guest: Access = { fingerprint: 'guest', object: () => readable };
const all: Access = { fingerprint: 'all', object: () => openObject };
const access: Plugin = {
  name: 'test-access' as Plugin['name'], version: '1.0.0', description: 'Guests read, users write.',
  lifecycle: { init: ({ services }) => services.register('access', { name: 'test', accessOf: ({ userId }) => (userId === undefined || userId === ids.guest ? guest : all) }) },
  server: {
    authenticate(request) {
      const userId = ids[(request.header('x-user') ?? '') as keyof typeof ids] as string | undefined;
      return userId === undefined ? undefined : { ...anonymous, kind: 'user', userId };
    },
  },
};
const ids = { ada: '0190aaaa-0000-7000-8000-000000000001', bob: '0190aaaa-0000-7000-8000-000000000002', guest: '0190aaaa-0000-7000-8000-000000000003' };

const createPerson = 'mutation ($input: PersonCreateInput!) { createPerson(input: $input) { record { id portrait { id name size mimeType width height url } papers { id name mimeType } contract { url } logo { url width } } } }';
const updatePerson = 'mutation ($id: ID!, $input: PersonUpdateInput!) { updatePerson(id: $id, input: $input) { record { id portrait { id url } papers { id name } contract { id } } } }';
const uploadFile = 'mutation ($file: Upload!) { uploadFile(file: $file) { id given: name size mimeType width height url } }';

interface ShownFile {
  readonly id: string;
  readonly name: string;
  readonly url: string;
}
interface ShownPerson {
  readonly id: string;
  readonly portrait: ShownFile;
  readonly papers: readonly ShownFile[];
  readonly contract: ShownFile;
  readonly logo: ShownFile;
}

describeEachDatabase('files', (open) => {
  let app: TestPlatform;
  let url = '';
  let directory = '';
  const as = (user: keyof typeof ids) => app.as({ userId: ids[user] });
  const send = (query: string, sent: Readonly<Record<string, SentFile>>, options: MultipartOptions = {}) => sendFiles(url, query, sent, { ...options, headers: { 'x-user': 'ada', ...options.headers } });
  const kept = () => filesBelow(join(directory, 'kept'));
  const ofRecord = async (id: string) => (await app.platform.database.query({ text: `SELECT "id"::text, "field" FROM "${fileTable}" WHERE "record_id" = $1::uuid AND "expires_at" IS NULL ORDER BY "field"`, values: [id] })).rows;
  const eventually = async (check: () => Promise<void>) => vi.waitFor(check, { timeout: 5_000, interval: 25 });
  const clean = async () => {
    const before = (await kept()).length;
    await app.platform.kernel.services.get('jobs', 'the test').enqueue('files.clean', {});
    await eventually(async () => expect((await app.platform.database.query({ text: `SELECT 1 FROM "${fileTable}" WHERE "expires_at" <= now()`, values: [] })).rows).toEqual([]));
    return before - (await kept()).length;
  };
  const upload = async (file: SentFile, user: keyof typeof ids = 'ada') => {
    const { body } = await send(uploadFile, { file }, { headers: { 'x-user': user } });
    return (body.data as { uploadFile: ShownFile }).uploadFile;
  };
  const create = async (input: Readonly<Record<string, unknown>>, sent: Readonly<Record<string, SentFile>> = {}, map?: Readonly<Record<string, readonly string[]>>) => {
    const { body } = map ? await send(createPerson, sent, { variables: { input }, map }) : { body: await as('ada').query(createPerson, { input }) };
    expect(body.errors).toBeUndefined();
    return (body.data as { createPerson: { record: ShownPerson } }).createPerson.record;
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'objectos-test-files-'));
    app = await startPlatform({ database: await open(), objects: [person, note], plugins: [jobs({ pollSeconds: 60 }), files({ directory, maxFileBytes: 300_000, maxFiles: 3 }), access], open: false });
    ({ url } = await app.platform.start());
  });
  afterAll(async () => {
    await app.close();
    await rm(directory, { recursive: true });
  });

  it('come with the operation that gives them to a record, and are read by its address', async () => {
    const contents = png(8, 8);
    const record = await create(
      { name: 'Ada', portrait: { upload: null }, papers: [{ upload: null, name: 'Curriculum vitae.pdf' }, { upload: null }] },
      { p: { name: 'ada.png', contents }, a: { name: 'cv.pdf', contents: pdf('cv') }, b: { name: 'notes.txt', contents: 'Zeilen für später' } },
      { p: ['variables.input.portrait.upload'], a: ['variables.input.papers.0.upload'], b: ['variables.input.papers.1.upload'] },
    );
    expect(record).toMatchObject({
      portrait: { name: 'ada.png', size: contents.length, mimeType: 'image/png', width: 8, height: 8 },
      papers: [{ name: 'Curriculum vitae.pdf', mimeType: 'application/pdf' }, { name: 'notes.txt', mimeType: 'text/plain' }],
    });
    const response = await fetch(`${url}${record.portrait.url}`);
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).equals(contents)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png', 'content-disposition': 'inline; filename="ada.png"', 'x-content-type-options': 'nosniff', 'accept-ranges': 'bytes',
      'cache-control': expect.stringMatching(/^private, max-age=\d+$/) as string, 'content-security-policy': expect.stringContaining("default-src 'none'") as string,
    });
    expect(await ofRecord(record.id)).toHaveLength(3);
  });

  it('answer ranges, known tags and requests to save', async () => {
    const { url: path } = await upload({ name: 'Über uns.txt', contents: '0123456789' });
    const get = (headers: Readonly<Record<string, string>> = {}, suffix = '', method = 'GET') => fetch(`${url}${path}${suffix}`, { method, headers });
    const whole = await get({}, '&download');
    expect(whole.headers.get('content-disposition')).toBe(`attachment; filename="_ber uns.txt"; filename*=UTF-8''%C3%9Cber%20uns.txt`);
    const tag = whole.headers.get('etag') ?? '';
    for (const [range, status, text, shown] of [
      ['bytes=2-4', 206, '234', 'bytes 2-4/10'], ['bytes=-3', 206, '789', 'bytes 7-9/10'], ['bytes=8-', 206, '89', 'bytes 8-9/10'], ['bytes=8-99', 206, '89', 'bytes 8-9/10'], ['bytes=10-', 416, '', 'bytes */10'], ['bytes=-0', 416, '', 'bytes */10'],
      ['bytes=0-1,4-5', 200, '0123456789', null], ['lines=1-2', 200, '0123456789', null], ['bytes=5-2', 200, '0123456789', null],
    ] as const) {
      const response = await get({ range });
      expect([range, response.status, await response.text(), response.headers.get('content-range')]).toEqual([range, status, text, shown]);
    }
    expect((await get({ range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
    expect((await get({ range: 'bytes=0-1', 'if-range': tag })).status).toBe(206);
    expect((await get({ 'if-none-match': `"x", ${tag}` })).status).toBe(304);
    const head = await get({}, '', 'HEAD');
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', '']);
    expect((await get({}, '', 'POST')).status).toBe(405);
  });

  it('are served to nobody without a good address', async () => {
    const { id, url: path } = await upload({ name: 'a.txt', contents: 'a' });
    const { url: other } = await upload({ name: 'b.txt', contents: 'b' });
    const [signature, expires] = [new URL(path, url).searchParams.get('signature') ?? '', Number(new URL(path, url).searchParams.get('expires'))];
    for (const bad of [`/files/${id}`, `/files/${id}?expires=${expires}`, `/files/${id}?expires=${expires + 900}&signature=${signature}`, `/files/${id}?expires=${expires}&signature=${'0'.repeat(64)}`, `/files/${id}${other.slice(other.indexOf('?'))}`, '/files/x', '/files/', '/files/..%2f..%2fetc%2fpasswd']) {
      expect([bad, (await fetch(`${url}${bad}`)).status]).toEqual([bad, 404]);
    }
    expect((await fetch(`${url}${path}`)).status).toBe(200);
  });

  it('have the same addresses from SQL and from memory, good for the time of their field', async () => {
    const uploaded = await upload({ name: 'a.pdf', contents: pdf('a') });
    const record = await create({ name: 'Same', papers: [{ id: uploaded.id }], contract: { id: (await upload({ name: 'c.pdf', contents: pdf('c') })).id }, logo: { id: (await upload({ name: 'l.png', contents: png(3, 3) })).id } });
    const { data } = await app.query('query ($id: ID!) { person(id: $id) { papers { url } logo { link: url } } }', { id: record.id });
    const [paper] = (data as { person: ShownPerson }).person.papers;
    const parameters = (text: string) => new URL(text, url).searchParams;
    // The quarter of an hour may have turned between both.
    const turned = parameters(paper?.url ?? '').get('expires') !== parameters(uploaded.url).get('expires');
    if (!turned) expect(paper?.url).toBe(uploaded.url);
    expect((await fetch(`${url}${paper?.url ?? ''}`)).status).toBe(200);
    const left = Number(parameters(record.contract.url).get('expires')) - Date.now() / 1000;
    expect(left).toBeLessThanOrEqual(60);
    expect(left).toBeGreaterThan(40);
    expect(record.logo).toMatchObject({ url: expect.stringMatching(/^\/files\/[0-9a-f-]{36}$/) as string, width: null });
    expect((await fetch(`${url}${record.logo.url}`)).headers.get('cache-control')).toBe('public, max-age=300');
  });

  it('are refused where the definition, their name or their contents do not fit', async () => {
    const problemsOf = async (field: string, file: SentFile, list = false) => {
      const { body } = await send(createPerson, { f: file }, { variables: { input: { [field]: list ? [{ upload: null }] : { upload: null } } }, map: { f: [`variables.input.${field}${list ? '.0' : ''}.upload`] } });
      return (body.errors?.[0]?.extensions?.['problems'] as readonly { readonly path: readonly unknown[]; readonly code: string }[] | undefined)?.map(({ path, code }) => `${path.join('.')} ${code}`);
    };
    expect(await problemsOf('portrait', { name: 'a.png', contents: png(2, 2) })).toEqual(['input.portrait TOO_SMALL']);
    expect(await problemsOf('portrait', { name: 'a.png', contents: png(80, 80) })).toEqual(['input.portrait TOO_LARGE']);
    expect(await problemsOf('portrait', { name: 'a.png', contents: png(8, 16) })).toEqual(['input.portrait NOT_ALLOWED']);
    expect(await problemsOf('portrait', { name: 'a.png', contents: Buffer.concat([png(8, 8), Buffer.alloc(3_000)]) })).toEqual(['input.portrait.size TOO_LARGE']);
    expect(await problemsOf('portrait', { name: 'a.pdf', contents: pdf('a') })).toEqual(['input.portrait NOT_ALLOWED']);
    expect(await problemsOf('papers', { name: 'a.png', contents: png(8, 8) }, true)).toEqual(['input.papers.0 NOT_ALLOWED']);
    // Contents that are not what the name says.
    for (const [name, contents] of [['a.png', '<script>alert(1)</script>'], ['a.png', pdf('a')], ['a.pdf', png(8, 8)], ['a.txt', png(8, 8)], ['a.csv', Buffer.from([0, 1, 2, 3])], ['a.mp4', 'text']] as const) {
      const { status, body } = await send(uploadFile, { file: { name, contents } }, { headers: { accept: 'application/graphql-response+json' } });
      expect([name, status, body.errors?.[0]?.message]).toEqual([name, 400, expect.stringContaining(`${name} is named like`)]);
    }
    expect(await upload({ name: 'strange.xyz', contents: Buffer.from([0, 1, 2, 3]) })).toMatchObject({ mimeType: 'application/octet-stream' });
    expect(await upload({ name: '..\\..\\x/evil\u0001.html', contents: '<p>' })).toMatchObject({ given: 'evil.html', mimeType: 'text/html' });
    // By its address, nothing is known of a file; some fields want to know.
    const byAddress = (field: string) => as('ada').query(createPerson, { input: { [field]: { url: 'https://example.com/a.png' } } });
    expect((await byAddress('portrait')).errors).toBeUndefined();
    expect((await byAddress('contract')).errors?.[0]?.extensions?.['problems']).toMatchObject([{ path: ['input', 'contract'], code: 'NOT_ALLOWED' }]);
  });

  it('are limited in number and size, and come only with well formed requests', async () => {
    const small = { name: 'a.txt', contents: 'a' };
    const three = { a: small, b: small, c: small };
    const cases: readonly (readonly [string, Promise<{ readonly status: number; readonly body: unknown }>])[] = [
      ['413', send(uploadFile, { file: { name: 'big.txt', contents: 'x'.repeat(300_001) } })],
      ['400 LIMIT_EXCEEDED', send(uploadFile, { file: small, ...three })],
      ['400 BAD_REQUEST', send(uploadFile, { file: small }, { map: '[' })],
      ['400 BAD_REQUEST', send(uploadFile, { file: small }, { map: '["x"]' })],
      ['400 BAD_REQUEST', send(uploadFile, { file: small }, { map: { file: ['variables.other'] } })],
      ['400 BAD_REQUEST', send(uploadFile, { file: small }, { map: { file: ['query'] } })],
      ['400 BAD_REQUEST', send(uploadFile, { file: small }, { map: { file: ['variables.__proto__.x'] } })],
      ['400 BAD_REQUEST', send(uploadFile, { other: small }, { map: { file: ['variables.file'] }, variables: { file: null } })],
      ['400 BAD_REQUEST', send(uploadFile, {}, { variables: { file: null } })],
      ['400 GRAPHQL_VALIDATION_FAILED', send('mutation { nothing }', { file: small })],
      ['403 FORBIDDEN', send(uploadFile, { file: small }, { headers: { 'x-user': 'guest' } })],
      ['403 FORBIDDEN', sendFiles(url, uploadFile, { file: small })],
    ];
    const before = (await kept()).length;
    for (const [wanted, sent] of cases) {
      const { status, body } = await sent;
      const code = (body as { errors?: readonly { extensions?: { code?: string } }[] }).errors?.[0]?.extensions?.code ?? '';
      expect(`${wanted.startsWith('4') ? (status === 200 ? '400' : status) : ''} ${code}`).toContain(wanted);
    }
    // Without the header that a form cannot send, and through a form.
    const form = new FormData();
    form.set('operations', '{}');
    expect((await fetch(`${url}/graphql`, { method: 'POST', body: form })).status).toBe(403);
    expect((await kept()).length).toBe(before);
    expect(await filesBelow(join(directory, 'incoming'))).toEqual([]);
    expect((await as('ada').query(uploadFile, { file: 'text' })).errors?.[0]?.message).toContain('multipart');
  });

  it('belong to their uploader until a record takes them, once', async () => {
    const adas = await upload({ name: 'a.pdf', contents: pdf('a') });
    const take = (user: keyof typeof ids, id: string) => as(user).query(createPerson, { input: { papers: [{ id }] } });
    expect((await take('bob', adas.id)).errors?.[0]?.extensions?.['problems']).toMatchObject([{ path: ['input', 'papers', '0', 'id'].map((step) => (step === '0' ? 0 : step)), code: 'NOT_FOUND' }]);
    const first = (await take('ada', adas.id)).data as { createPerson: { record: ShownPerson } };
    expect(first.createPerson.record.papers).toMatchObject([{ id: adas.id, name: 'a.pdf' }]);
    expect((await take('ada', adas.id)).errors?.[0]?.extensions?.['problems']).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await take('ada', ids.ada)).errors?.[0]?.extensions?.['problems']).toMatchObject([{ code: 'NOT_FOUND' }]);
    // Two records of one write: the statement itself tells.
    const shared = await upload({ name: 'b.pdf', contents: pdf('b') });
    const both = await as('ada').query('mutation ($input: [PersonCreateInput!]!) { createPeople(input: $input) { records { id } } }', { input: [{ papers: [{ id: shared.id }] }, { papers: [{ id: shared.id }] }] });
    expect(both.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT' });
    for (const given of [{ id: shared.id, size: 1 }, { id: 'x' }, { id: shared.id, name: 'a/b.pdf' }, { id: shared.id, name: 'evil.exe' }, { url: adas.url }, { url: `https://example.com${adas.url}` }]) {
      expect([given, (await as('ada').query(createPerson, { input: { papers: [given] } })).errors?.[0]?.extensions?.['code']]).toEqual([given, 'VALIDATION_FAILED']);
    }
    expect((await as('ada').query(createPerson, { input: { links: { other: { id: shared.id } } } })).errors?.[0]?.extensions?.['code']).toMatch(/FAILED/);
  });

  it('go once their record gives them up, not before the write is final', async () => {
    const [a, b, c] = [await upload({ name: 'a.pdf', contents: pdf('a') }), await upload({ name: 'b.pdf', contents: pdf('b') }), await upload({ name: 'c.pdf', contents: pdf('c') })];
    const { id } = await create({ name: 'Changing', papers: [{ id: a.id }, { id: b.id, name: 'B.pdf' }] });
    await clean();
    const update = (input: unknown, extra = '') => as('ada').query(updatePerson.replace('input: $input', `input: $input${extra}`), { id, input });
    // A trial changes nothing.
    expect((await update({ papers: [{ id: c.id }] }, ', dryRun: true')).errors).toBeUndefined();
    expect(await clean()).toBe(0);
    expect((await ofRecord(id)).map((row) => row['id'])).toEqual(expect.arrayContaining([a.id, b.id]));
    // Those that stay keep their name unless they get another.
    const { data } = await update({ papers: [{ id: b.id }, { id: c.id }] });
    expect((data as { updatePerson: { record: ShownPerson } }).updatePerson.record.papers).toEqual([{ id: b.id, name: 'B.pdf' }, { id: c.id, name: 'c.pdf' }]);
    expect((await fetch(`${url}${a.url}`)).status).toBe(404);
    expect(await clean()).toBeGreaterThanOrEqual(0);
    expect(await kept()).not.toContain(a.id);
    // In the trash a record keeps them; beyond it they go.
    const remove = (purge: boolean) => as('ada').query('mutation ($id: ID!, $purge: Boolean) { deletePerson(id: $id, purge: $purge) { record { id } } }', { id, purge });
    expect((await remove(false)).errors).toBeUndefined();
    await clean();
    expect(await kept()).toEqual(expect.arrayContaining([b.id, c.id]));
    await as('ada').query('mutation ($id: ID!) { restorePerson(id: $id) { record { id } } }', { id });
    expect(await ofRecord(id)).toHaveLength(2);
    expect((await remove(true)).errors).toBeUndefined();
    await clean();
    for (const gone of [b.id, c.id]) expect(await kept()).not.toContain(gone);
  });

  it('stay where the definition does not let them go', async () => {
    const [one, other] = [await upload({ name: 'a.pdf', contents: pdf('a') }), await upload({ name: 'b.pdf', contents: pdf('b') })];
    const { id } = await create({ contract: { id: one.id } });
    for (const contract of [{ id: other.id }, null]) {
      expect((await as('ada').query(updatePerson, { id, input: { contract } })).errors?.[0]?.extensions?.['problems']).toMatchObject([{ path: ['input', 'contract'], code: 'READ_ONLY' }]);
    }
    expect((await as('ada').query(updatePerson, { id, input: { contract: { id: one.id, name: 'renamed.pdf' } } })).errors).toBeUndefined();
  });

  it('that stop on their way leave nothing behind', async () => {
    const before = await kept();
    const boundary = 'xyz';
    const part = (name: string, text: string, more = '') => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${text}\r\n`;
    const head = part('operations', JSON.stringify({ query: uploadFile, variables: { file: null } })) + part('map', '{"f":["variables.file"]}') + part('f', 'half of', '; filename="a.txt"').slice(0, -2);
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}`, 'graphql-preflight': '1', 'x-user': 'ada', 'content-length': String(head.length + 10_000) };
    for (const [body, ends] of [[head, false], [`${head}\r\n--${boundary}`, true]] as const) {
      await new Promise<void>((resolve) => {
        const sending = request(`${url}/graphql`, { method: 'POST', headers: { ...headers, ...(ends && { 'content-length': String(body.length) }) } }, (response) => response.resume().on('end', resolve));
        sending.on('error', () => resolve());
        if (ends) sending.end(body);
        else sending.write(body, () => setTimeout(() => sending.destroy(), 50));
      });
    }
    await eventually(async () => expect(await filesBelow(join(directory, 'incoming'))).toEqual([]));
    expect(await kept()).toEqual(before);
    expect((await upload({ name: 'after.txt', contents: 'after' })).url).toContain('/files/');
  });

  it('that nobody takes are removed after a while', async () => {
    const { id, url: path } = await upload({ name: 'a.txt', contents: 'a' });
    await app.platform.database.query({ text: `UPDATE "${fileTable}" SET "expires_at" = now() WHERE "id" = $1::uuid`, values: [id] });
    expect((await fetch(`${url}${path}`)).status).toBe(404);
    expect((await as('ada').query(createPerson, { input: { papers: [{ id }] } })).errors?.[0]?.extensions?.['code']).toBe('VALIDATION_FAILED');
    await clean();
    expect(await kept()).not.toContain(id);
  });

  it('are shown to those who may read the field', async () => {
    const { id } = await create({ name: 'Hidden', portrait: { url: 'https://example.com/a.png' } });
    await as('ada').query('mutation ($id: ID!, $input: PersonUpdateInput!) { updatePerson(id: $id, input: $input) { record { id } } }', { id, input: { secretScan: { id: (await upload({ name: 's.txt', contents: 's' })).id } } });
    const read = 'query ($id: ID!) { person(id: $id) { portrait { url id } secretScan { url } } }';
    expect((await as('ada').query(read, { id })).data).toMatchObject({ person: { portrait: { url: 'https://example.com/a.png', id: null }, secretScan: { url: expect.stringContaining('/files/') as string } } });
    expect(await as('guest').query(read, { id })).toMatchObject({ data: { person: { secretScan: null } }, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });
});
