/** Bytes of a fresh buffer, and those of the largest that is kept. */
const least = 1_024;
const most = 262_144;

/** A frame in the buffer. */
interface Frame {
  readonly headSize: number;
  readonly tail: Buffer;
  /** Where the head begins, and where the frame ends. */
  readonly at: number;
  readonly end: number;
}

/**
 * Text messages of a server as WebSocket frames (RFC 6455 §5.2: unmasked, whole, not compressed), in one piece to be written at once. Messages have a head of
 * their own and a tail that many have in common. The piece serves one socket after the other: where tails are those of the last socket, only heads are put in.
 */
export class TextFrames {
  #buffer = Buffer.allocUnsafeSlow(least);
  readonly #frames: Frame[] = [];
  /** Frames of the socket that it is the turn of; those beyond are of an earlier one. */
  #count = 0;

  /** Begins with the messages of a socket. */
  begin(): this {
    this.#count = 0;
    return this;
  }

  /** Bytes of the messages that were added. */
  get size(): number {
    return this.#frames[this.#count - 1]?.end ?? 0;
  }

  add(head: Buffer, tail: Buffer): void {
    const former = this.#frames[this.#count];
    if (former?.tail === tail && former.headSize === head.length) this.#buffer.set(head, former.at);
    else this.#append(head, tail);
    this.#count += 1;
  }

  /** All messages that were added, until the next socket's take their place; `leave` prevents that. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.size);
    if (this.#buffer.length > most) this.leave();
    return taken;
  }

  /** What was taken last is not written yet. */
  leave(): void {
    this.#buffer = Buffer.allocUnsafeSlow(least);
    this.#frames.length = 0;
  }

  #append(head: Buffer, tail: Buffer): void {
    const start = this.size;
    const length = head.length + tail.length;
    const at = start + headerSize(length);
    const end = at + length;
    if (end > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(end, this.#buffer.length * 2));
      larger.set(this.#buffer.subarray(0, start));
      this.#buffer = larger;
    }
    writeHeader(this.#buffer, start, length);
    this.#buffer.set(head, at);
    this.#buffer.set(tail, at + head.length);
    this.#frames.length = this.#count;
    this.#frames.push({ headSize: head.length, tail, at, end });
  }
}

const headerSize = (length: number): number => (length < 126 ? 2 : length < 65_536 ? 4 : 10);

function writeHeader(frames: Buffer, at: number, length: number): void {
  // The last frame of its message, and of text.
  frames[at] = 0x81;
  frames[at + 1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (length >= 65_536) frames.writeBigUInt64BE(BigInt(length), at + 2);
  else if (length >= 126) frames.writeUInt16BE(length, at + 2);
}
