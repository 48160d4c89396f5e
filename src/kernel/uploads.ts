import type { Readable } from 'node:stream';

/** A file whose contents the platform keeps. */
export interface StoredFile {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** As found in the contents. */
  readonly mimeType: string;
  /** Pixels, of images. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** SHA-256 of the contents in hexadecimal. */
  readonly digest: string;
}

/** A file on its way in. The stream must be read to its end, or destroyed. */
export interface IncomingFile {
  /** As the client calls it. */
  readonly name: string;
  readonly stream: Readable;
}

/** Stands in the variables of an operation for a file that came with it. The file is there before the operation runs. */
export class Upload {
  #file: StoredFile | undefined;

  get file(): StoredFile {
    if (!this.#file) throw new Error('The file of an operation is asked for before it has arrived.');
    return this.#file;
  }

  arrived(file: StoredFile): void {
    this.#file = file;
  }

  /** Repeats of an operation send the same contents, under another id. */
  toJSON(): unknown {
    return { name: this.file.name, digest: this.file.digest };
  }
}
