import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyConfig, type BusboyInstance } from '@fastify/busboy';
import { ObjectosError } from '../errors.ts';
import { Upload, type IncomingFile, type StoredFile } from '../kernel/uploads.ts';
import { parseBody, type Params } from './params.ts';
import type { LimitSettings } from './settings.ts';

const refuse = (message: string): ObjectosError => new ObjectosError('BAD_REQUEST', message);

/** An operation whose files have not been read yet; an Upload stands for each of them in its variables. */
export interface MultipartOperation {
  readonly params: Params;
  /** Reads the files one after the other as they arrive. Rejects when one is missing or the client goes away. */
  receive(keep: (file: IncomingFile) => Promise<StoredFile>): Promise<void>;
  /** Reads no more; what still arrives is dropped. */
  stop(): void;
}

export interface MultipartLimits {
  readonly operations: LimitSettings;
  readonly files: number;
}

/** Reads `operations` and `map` of a GraphQL multipart request, and stops at its first file until somebody asks for it. */
export async function readMultipart(node: IncomingMessage, limits: MultipartLimits): Promise<MultipartOperation> {
  const parts = parseParts(node, limits);
  try {
    const first = await parts.next();
    const operations = parts.fields.get('operations');
    const map = parts.fields.get('map');
    if (operations === undefined || map === undefined) throw refuse('A multipart request begins with the fields "operations" and "map", in this order; files follow.');
    const params = parseBody(operations, limits.operations);
    if (isBatch(params)) throw refuse('Files come with one operation, not with a list of operations.');
    const uploads = placeUploads(params, map, limits.files);
    return {
      params,
      stop: parts.stop,
      async receive(keep) {
        const missing = new Set(uploads.keys());
        for (let part = first; part; part = await parts.next()) {
          const upload = uploads.get(part.key);
          if (upload && missing.delete(part.key)) upload.arrived(await keep(part));
          else part.stream.resume();
        }
        const [key] = missing;
        if (key !== undefined) throw refuse(`The file "${key}" of the map did not come with the request.`);
      },
    };
  } catch (error) {
    parts.stop();
    throw error;
  }
}

const isBatch = (params: Params | readonly Params[]): params is readonly Params[] => Array.isArray(params);

interface FilePart extends IncomingFile {
  readonly key: string;
}

interface Parts {
  /** Texts by name, as far as they have been read. */
  readonly fields: ReadonlyMap<string, string>;
  /** The next file; undefined after the last. */
  next(): Promise<FilePart | undefined>;
  readonly stop: () => void;
}

/** The parser waits at each file until its stream is read, and the request waits with it. */
function parseParts(node: IncomingMessage, { operations, files }: MultipartLimits): Parts {
  const parser = createParser(node, { fieldNameSize: 100, fieldSize: operations.bodyBytes, fields: 2, files, headerPairs: 50 });
  const fields = new Map<string, string>();
  const waiting: FilePart[] = [];
  let reading: Readable | undefined;
  let failure: Error | undefined;
  let ended = false;
  let wake = (): void => undefined;

  const fail = (error: Error): void => {
    failure ??= error;
    reading?.destroy(failure);
    wake();
  };
  parser.on('field', (name, value, _nameTruncated, valueTruncated) => {
    if (valueTruncated) fail(new ObjectosError('PAYLOAD_TOO_LARGE', `The field "${name}" is larger than ${operations.bodyBytes.toLocaleString('en-US')} bytes.`));
    fields.set(name, value);
  });
  parser.on('file', (key, stream, name) => {
    stream.on('error', fail);
    waiting.push({ key, stream, name: name || 'file' });
    wake();
  });
  parser.on('filesLimit', () => fail(new ObjectosError('LIMIT_EXCEEDED', `A request brings at most ${files} files.`, { extensions: { limit: 'files', maximum: files } })));
  parser.on('fieldsLimit', () => fail(refuse('A multipart request has the fields "operations" and "map" and files, nothing else.')));
  parser.on('error', () => fail(refuse('The multipart body is not well formed.')));
  parser.on('finish', () => {
    ended = true;
    wake();
  });
  node.on('error', fail);
  node.on('close', () => {
    if (!node.complete) fail(refuse('The request ended early.'));
  });
  node.pipe(parser);

  return {
    fields,
    async next() {
      for (;;) {
        if (failure) throw failure;
        const part = waiting.shift();
        reading = part?.stream;
        if (part || ended) return part;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    stop() {
      node.unpipe(parser);
      node.resume();
      for (const { stream } of waiting) stream.resume();
    },
  };
}

function createParser({ headers }: IncomingMessage, limits: BusboyConfig['limits']): BusboyInstance {
  try {
    return new Busboy({ headers: { ...headers, 'content-type': headers['content-type'] ?? '' }, limits, isPartAFile: (name) => name !== 'operations' && name !== 'map' });
  } catch {
    throw refuse('The multipart request names no boundary.');
  }
}

/** Puts an Upload into the variables wherever the map says that a file belongs. Answers them by the name of their part. */
function placeUploads(params: Params, text: string, files: number): ReadonlyMap<string, Upload> {
  const map = readMap(text);
  if (map.length > files) throw new ObjectosError('LIMIT_EXCEEDED', `A request brings at most ${files} files.`, { extensions: { limit: 'files', maximum: files, actual: map.length } });
  return new Map(
    map.map(([key, paths]) => {
      const upload = new Upload();
      for (const path of paths) place(params, path, upload);
      return [key, upload];
    }),
  );
}

function readMap(text: string): [string, readonly string[]][] {
  let map: unknown;
  try {
    map = JSON.parse(text);
  } catch {
    map = undefined;
  }
  const isPaths = (value: unknown): value is string[] => Array.isArray(value) && value.length > 0 && value.every((path) => typeof path === 'string');
  if (typeof map !== 'object' || map === null || Array.isArray(map) || !Object.values(map).every(isPaths)) {
    throw refuse('The field "map" is a JSON object of lists of paths: {"0": ["variables.input.avatar.upload"]}.');
  }
  return Object.entries(map as Readonly<Record<string, string[]>>);
}

function place(params: Params, path: string, upload: Upload): void {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  let target: unknown = params;
  for (const step of steps) target = isContainer(target) && Object.hasOwn(target, step) ? target[step] : undefined;
  if (steps[0] !== 'variables' || !isContainer(target) || !Object.hasOwn(target, last) || target[last] !== null) {
    throw refuse(`The path "${path}" of the map leads to no null in the variables of the operation.`);
  }
  target[last] = upload;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Upload);
}
