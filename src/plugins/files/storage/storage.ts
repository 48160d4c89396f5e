import type { Readable } from 'node:stream';
import type { StoredFile } from '../../../kernel/uploads.ts';

declare module '../../../kernel/plugin.ts' {
  interface Services {
    /** Where the contents of files are; offered by the plugin files. Another plugin may put its own in place. */
    storage: Storage;
  }
}

/** Bytes from `start` to `end`, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Contents by key. A key is written once and never changed. */
export interface Storage {
  /** Keeps the contents of the file at `path`, which may be moved away. */
  upload(key: string, file: Pick<StoredFile, 'size' | 'digest' | 'mimeType'> & { readonly path: string }): Promise<void>;
  /** Rejects when nothing is kept under this key. */
  download(key: string, range?: ByteRange): Promise<Readable>;
  /** Does nothing when nothing is kept under this key. */
  delete(key: string): Promise<void>;
  /** Rejects with what is wrong when contents can be neither kept nor read. */
  check(): Promise<void>;
}

/** Where the contents of a file are kept. Spread, so that no folder holds too many. */
export const keyOf = (id: string): string => `${id.slice(0, 2)}/${id}`;
