import { Duplex } from 'node:stream';
import type { PGlite } from '@electric-sql/pglite';

interface Chunk {
  readonly chunk: Buffer;
}

/** The socket that pg believes to talk to: what it writes goes to PGlite, what PGlite answers is read. */
export class PgliteStream extends Duplex {
  readonly #engine: PGlite;

  constructor(engine: PGlite) {
    super();
    this.#engine = engine;
  }

  connect(): this {
    setImmediate(() => this.emit('connect'));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    // Answers are pushed as they come.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(chunk, done);
  }

  override _writev(chunks: Chunk[], done: (error?: Error | null) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.push(null);
    done();
  }

  #send(message: Buffer, done: (error?: Error | null) => void): void {
    const answers: Buffer[] = [];
    this.#engine
      .execProtocolRawStream(message, { onRawData: (data) => answers.push(Buffer.from(data)) })
      .then(
        () => {
          for (const answer of answers) this.push(answer);
          done();
        },
        (error: unknown) => done(error instanceof Error ? error : new Error('The embedded database stopped.')),
      );
  }
}
