import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** The client's end of a WebSocket with as little work as possible for each message, so that many fit beside the server they measure. */
export class WireSocket {
  readonly #socket: Socket;
  readonly #onText: (text: Buffer) => void;
  #rest: Buffer | undefined;
  #upgraded = false;

  private constructor(socket: Socket, onText: (text: Buffer) => void) {
    this.#socket = socket;
    this.#onText = onText;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => undefined);
  }

  static async open(port: number, onText: (text: Buffer) => void): Promise<WireSocket> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const made = new WireSocket(socket, onText);
    socket.write(
      `GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`,
    );
    return made;
  }

  send(message: unknown): void {
    this.#write(1, Buffer.from(JSON.stringify(message)));
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Clients have to mask; a mask of zeros leaves the bytes as they are. */
  #write(opcode: number, payload: Buffer): void {
    const { length } = payload;
    const head = length < 126 ? Buffer.from([0x80 | opcode, 0x80 | length, 0, 0, 0, 0]) : Buffer.from([0x80 | opcode, 0x80 | 126, length >> 8, length & 255, 0, 0, 0, 0]);
    this.#socket.write(Buffer.concat([head, payload]));
  }

  #take(chunk: Buffer): void {
    const data = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    let position = 0;
    if (!this.#upgraded) {
      const end = data.indexOf('\r\n\r\n');
      if (end >= 0) {
        this.#upgraded = true;
        position = end + 4;
      }
    }
    while (this.#upgraded && data.length - position >= 2) {
      const short = (data[position + 1] ?? 0) & 127;
      const head = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (data.length - position < head) break;
      const length = short === 126 ? data.readUInt16BE(position + 2) : short === 127 ? Number(data.readBigUInt64BE(position + 2)) : short;
      if (data.length - position < head + length) break;
      const opcode = (data[position] ?? 0) & 15;
      const payload = data.subarray(position + head, position + head + length);
      if (opcode === 9) this.#write(10, payload);
      else if (opcode === 1) this.#onText(payload);
      position += head + length;
    }
    this.#rest = position < data.length ? data.subarray(position) : undefined;
  }
}
