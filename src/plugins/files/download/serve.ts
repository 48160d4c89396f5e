import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { validate as isUuid } from 'uuid';
import { ObjectosError } from '../../../errors.ts';
import { isKnown } from '../../../kernel/revalidation.ts';
import type { Database } from '../../../database/database.ts';
import { keyOf, type ByteRange, type Storage } from '../storage/storage.ts';
import { findFiles, type FileRow } from '../store.ts';
import { filesPath, type Addresses } from './address.ts';

export interface ServeTools {
  readonly database: Database;
  readonly storage: Storage;
  readonly addresses: Addresses;
  /** Whether a field shows its files to everybody, as it is defined now. */
  isPublic(object: string, field: string): boolean;
}

/** What browsers may show by themselves; everything else is handed over to be saved. */
const shown = /^(image\/(png|jpeg|gif|webp|avif|bmp|x-icon)|video\/[\w.+-]+|audio\/[\w.+-]+|application\/pdf|text\/plain)$/;

/** Answers a GET or HEAD of a file: whoever has its address may read it, as long as that is good. `download` asks to save it. */
export async function serveFile(request: IncomingMessage, response: ServerResponse, url: URL, { database, storage, addresses, isPublic }: ServeTools): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  const id = url.pathname.slice(filesPath.length + 1).toLowerCase();
  const file = isUuid(id) ? (await findFiles([id], database)).get(id) : undefined;
  const until = file && addresses.check(id, url.searchParams);
  const open = file?.object !== undefined && file.field !== undefined && isPublic(file.object, file.field);
  // One answer for all, so that nothing tells which files there are.
  if (!file || (until === undefined && !open)) throw new ObjectosError('NOT_FOUND', 'There is no such file, or its address is over. Read the record again for another.');
  setHeaders(response, file, url.searchParams.has('download'));
  response.setHeader('cache-control', cacheFor(until));
  if (isKnown(request, `"${file.digest}"`)) {
    response.writeHead(304).end();
    return;
  }
  const range = rangeOf(request, file);
  if (range === 'outside') {
    response.writeHead(416, { 'content-range': `bytes */${file.size}`, 'content-length': 0 }).end();
    return;
  }
  const length = range ? range.end - range.start + 1 : file.size;
  const headers = { 'content-length': length, ...(range && { 'content-range': `bytes ${range.start}-${range.end}/${file.size}` }) };
  if (request.method === 'HEAD' || length === 0) {
    response.writeHead(range ? 206 : 200, headers).end();
    return;
  }
  const contents = await storage.download(keyOf(id), range);
  response.writeHead(range ? 206 : 200, headers);
  // A client that leaves is no fault.
  await pipeline(contents, response).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}

/** As long as the address is good; without an end, for a while. */
const cacheFor = (until: number | undefined): string => (until === undefined ? 'public, max-age=300' : `private, max-age=${Math.max(0, Math.floor(until - Date.now() / 1000))}`);

function setHeaders(response: ServerResponse, { name, mimeType, digest }: FileRow, asDownload: boolean): void {
  response.setHeader('content-type', mimeType.startsWith('text/') ? `${mimeType}; charset=utf-8` : mimeType);
  response.setHeader('content-disposition', disposition(shown.test(mimeType) && !asDownload ? 'inline' : 'attachment', name));
  response.setHeader('etag', `"${digest}"`);
  response.setHeader('accept-ranges', 'bytes');
}

/** With the name in ASCII for old programs, and as it is. */
function disposition(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const whole = encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${kind}; filename="${plain}"${plain === name ? '' : `; filename*=UTF-8''${whole}`}`;
}

/** One range of bytes. Of several, of other units and of another version of the file the whole is given, as HTTP allows. */
function rangeOf({ method, headers }: IncomingMessage, { size, digest }: FileRow): ByteRange | 'outside' | undefined {
  const condition = headers['if-range'];
  const match = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '');
  if (method !== 'GET' || !match || (condition !== undefined && condition !== `"${digest}"`)) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < start) return undefined;
  return start >= size || start > end ? 'outside' : { start, end };
}
