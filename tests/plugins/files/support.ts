import { readdir } from 'node:fs/promises';
import { deflateSync, crc32 } from 'node:zlib';
import type { OperationResult } from '../../../src/platform/execute.ts';

export interface SentFile {
  readonly name: string;
  readonly contents: Buffer | string;
}

export interface MultipartOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** By default `variables.<key>` for each file. */
  readonly map?: Readonly<Record<string, readonly string[]>> | string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly status: number;
  readonly body: OperationResult;
}

/** Sends a GraphQL multipart request as upload clients do: `files` by the name of their variable. */
export async function sendFiles(url: string, query: string, files: Readonly<Record<string, SentFile>>, { headers, map, variables }: MultipartOptions = {}): Promise<Answer> {
  const form = new FormData();
  const names = Object.keys(files);
  form.set('operations', JSON.stringify({ query, variables: variables ?? Object.fromEntries(names.map((name) => [name, null])) }));
  form.set('map', typeof map === 'string' ? map : JSON.stringify(map ?? Object.fromEntries(names.map((name) => [name, [`variables.${name}`]]))));
  for (const [key, { name, contents }] of Object.entries(files)) form.set(key, new Blob([new Uint8Array(Buffer.from(contents))]), name);
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'graphql-preflight': '1', ...headers }, body: form });
  return { status: response.status, body: (await response.json()) as OperationResult };
}

/** A picture of one colour. */
export function png(width: number, height: number, colour = 0): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(8, 8);
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc((width + 1) * height, colour))), chunk('IEND', Buffer.alloc(0))]);
}

export const pdf = (text: string): string => `%PDF-1.4\n1 0 obj\n<< /Title (${text}) >>\nendobj\ntrailer\n%%EOF\n`;

/** Paths of all files below a folder. */
export async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name).sort();
}
