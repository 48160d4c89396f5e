import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { files } from '../../../src/plugins/files/index.ts';
import { s3Storage } from '../../../src/plugins/files/storage/s3.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { filesBelow, pdf, sendFiles } from './support.ts';

const bucket = 'contents';
let service: S3rver;
let folders: { readonly service: string; readonly passing: string };
let s3: Parameters<typeof s3Storage>[0];
let app: TestPlatform;
let url = '';

beforeAll(async () => {
  folders = { service: await mkdtemp(join(tmpdir(), 'objectos-test-s3-')), passing: await mkdtemp(join(tmpdir(), 'objectos-test-files-')) };
  service = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory: folders.service, configureBuckets: [{ name: bucket, configs: [] }] });
  const { port } = await service.run();
  s3 = { endpoint: `http://127.0.0.1:${port}`, bucket, region: 'us-east-1', accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER', prefix: 'crm/' };
  app = await startPlatform({ objects: [{ name: 'note', fields: { file: { type: 'file' } } }], plugins: [jobs({ pollSeconds: 60 }), files({ directory: folders.passing, s3 })] });
  ({ url } = await app.platform.start());
});
afterAll(async () => {
  await app.close();
  await service.close();
  for (const folder of Object.values(folders)) await rm(folder, { recursive: true });
});

it('keeps files with a service that speaks the API of S3', async () => {
  const contents = pdf('x'.repeat(200_000));
  const { body } = await sendFiles(url, 'mutation ($file: Upload!) { createNote(input: { file: { upload: $file } }) { record { id file { id size url } } } }', { file: { name: 'a.pdf', contents } });
  const { record } = (body.data as { createNote: { record: { id: string; file: { id: string; size: number; url: string } } } }).createNote;
  expect(record.file.size).toBe(contents.length);
  expect((await filesBelow(folders.service)).filter((name) => name.includes(record.file.id))).not.toEqual([]);
  expect(await filesBelow(folders.passing)).toEqual([]);
  const whole = await fetch(`${url}${record.file.url}`);
  expect([whole.status, whole.headers.get('content-type'), (await whole.text()) === contents]).toEqual([200, 'application/pdf', true]);
  const part = await fetch(`${url}${record.file.url}`, { headers: { range: 'bytes=1-3' } });
  expect([part.status, await part.text()]).toEqual([206, 'PDF']);
  await app.query('mutation ($id: ID!) { deleteNote(id: $id) { record { id } } }', { id: record.id });
  await vi.waitFor(async () => expect((await filesBelow(folders.service)).filter((name) => name.includes(record.file.id))).toEqual([]), { timeout: 5_000, interval: 25 });
});

it('says what a service answers that does not keep', async () => {
  const wrong = s3Storage({ ...s3, bucket: 'nowhere' });
  await expect(wrong.check()).rejects.toThrow('The object storage answered HEAD of its bucket with 404.');
  await expect(wrong.download('aa/x')).rejects.toThrow('404 NoSuchBucket');
  await expect(s3Storage(s3).download('aa/x')).rejects.toThrow('404 NoSuchKey');
  await expect(s3Storage(s3).delete('aa/x')).resolves.toBeUndefined();
  await expect(s3Storage({ ...s3, accessKeyId: 'stranger' }).check()).rejects.toThrow('with 403');
  await expect(s3Storage({ ...s3, endpoint: 'http://127.0.0.1:1' }).check()).rejects.toThrow('ECONNREFUSED');
});
