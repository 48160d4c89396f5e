import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Told of a text message: it lies between `from` and `to`, and may be overwritten afterwards. */
export type OnText = (data: Buffer, from: number, to: number) => void;

/** All sockets read into it: what is left of a message is copied. */
const reading = Buffer.allocUnsafe(262_144);

/** The client's end of a WebSocket with as little work as possible for each message, so that many fit beside the server they measure. */
export class WireSocket {
  readonly #socket: Socket;
  readonly #onText: OnText;
  #rest: Buffer | undefined;
  #upgraded = false;

  private constructor(port: number, onText: OnText) {
    this.#onText = onText;
    const callback = (size: number): boolean => {
      this.#take(size);
      return true;
    };
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: reading, callback } });
    this.#socket.on('error', () => undefined);
  }

  static async open(port: number, onText: OnText): Promise<WireSocket> {
    const made = new WireSocket(port, onText);
    await once(made.#socket, 'connect');
    made.#socket.write(
      `GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`,
    );
    return made;
  }

  send(message: unknown): void {
    this.#write(1, Buffer.from(JSON.stringify(message)));
  }

  /** Clients have to mask; a mask of zeros leaves the bytes as they are. */
  #write(opcode: number, payload: Buffer): void {
    const { length } = payload;
    const head = length < 126 ? Buffer.from([0x80 | opcode, 0x80 | length, 0, 0, 0, 0]) : Buffer.from([0x80 | opcode, 0x80 | 126, length >> 8, length & 255, 0, 0, 0, 0]);
    this.#socket.write(Buffer.concat([head, payload]));
  }

  #take(size: number): void {
    const rest = this.#rest;
    const data = rest ? Buffer.concat([rest, reading.subarray(0, size)]) : reading;
    const end = (rest?.length ?? 0) + size;
    let position = 0;
    if (!this.#upgraded) {
      const blank = data.subarray(0, end).indexOf('\r\n\r\n');
      this.#upgraded = blank >= 0;
      position = this.#upgraded ? blank + 4 : 0;
    }
    while (this.#upgraded && end - position >= 2) {
      const short = (data[position + 1] ?? 0) & 127;
      const from = position + (short === 126 ? 4 : short === 127 ? 10 : 2);
      if (end < from) break;
      const to = from + (short === 126 ? data.readUInt16BE(position + 2) : short === 127 ? Number(data.readBigUInt64BE(position + 2)) : short);
      if (end < to) break;
      const opcode = (data[position] ?? 0) & 15;
      if (opcode === 9) this.#write(10, data.subarray(from, to));
      else if (opcode === 1) this.#onText(data, from, to);
      position = to;
    }
    this.#rest = position < end ? Buffer.from(data.subarray(position, end)) : undefined;
  }
}
