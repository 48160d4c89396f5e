import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { imageSizeFromFile } from 'image-size/fromFile';
import { ObjectosError } from '../../../errors.ts';
import type { IncomingFile, StoredFile } from '../../../kernel/uploads.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { keyOf, type Storage } from '../storage/storage.ts';
import { addFile } from '../store.ts';
import { findMediaType } from './media-type.ts';

export interface ReceiveOptions {
  readonly storage: Storage;
  /** Folder through which files pass. */
  readonly directory: string;
  readonly maxFileBytes: number;
}

/** How much of a file its kind is told by. */
const headBytes = 4_100;

/** Takes in one file, piece by piece: on the disk first, where it is measured, then into the storage. It waits an hour for the operation that it came with. */
export async function receiveFile({ name: given, stream }: IncomingFile, { storage, directory, maxFileBytes }: ReceiveOptions, context: RequestContext): Promise<StoredFile> {
  const id = randomUUID();
  const path = join(directory, id);
  const name = cleanName(given);
  const meter = new Meter(name, maxFileBytes);
  try {
    await mkdir(directory, { recursive: true });
    await pipeline(stream, meter, createWriteStream(path, { flush: true }));
    const type = await findMediaType(path, name, meter.head);
    if ('problem' in type) throw new ObjectosError('VALIDATION_FAILED', type.problem, { problems: [{ path: [], code: 'NOT_ALLOWED', message: type.problem }] });
    const file: StoredFile = { id, name, size: meter.size, mimeType: type.mimeType, digest: meter.digest, ...(type.mimeType.startsWith('image/') && (await pixelsOf(path))) };
    // The row comes first: whatever happens to the contents, something knows of them.
    await addFile(file, context);
    await storage.upload(keyOf(id), { ...file, path });
    return file;
  } finally {
    await rm(path, { force: true });
  }
}

class Meter extends Transform {
  size = 0;
  head: Buffer = Buffer.alloc(0);
  readonly #hash = createHash('sha256');
  readonly #name: string;
  readonly #most: number;

  constructor(name: string, most: number) {
    super();
    this.#name = name;
    this.#most = most;
  }

  get digest(): string {
    return this.#hash.digest('hex');
  }

  override _transform(chunk: Buffer, _encoding: string, done: (error: Error | null, chunk?: Buffer) => void): void {
    this.size += chunk.length;
    if (this.size > this.#most) return done(new ObjectosError('PAYLOAD_TOO_LARGE', `${this.#name} is larger than ${this.#most.toLocaleString('en-US')} bytes.`, { extensions: { limit: 'maxFileBytes', maximum: this.#most } }));
    if (this.head.length < headBytes) this.head = Buffer.concat([this.head, chunk.subarray(0, headBytes - this.head.length)]);
    this.#hash.update(chunk);
    done(null, chunk);
  }
}

/** Without folders and control characters. */
function cleanName(name: string): string {
  const wellFormed = Buffer.from(name).toString();
  const last = (wellFormed.split(/[/\\]/).at(-1) ?? '').replace(/[\u0000-\u001f\u007f]/g, '').trim();
  return last === '' || last === '.' || last === '..' ? 'file' : last.slice(-255);
}

/** As it is shown; undefined when they cannot be told. */
async function pixelsOf(path: string): Promise<Pick<StoredFile, 'width' | 'height'> | undefined> {
  try {
    const { width, height, orientation = 1 } = await imageSizeFromFile(path);
    const [wide, high] = orientation >= 5 ? [height, width] : [width, height];
    return { width: Math.round(wide), height: Math.round(high) };
  } catch {
    return undefined;
  }
}
