import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** A request as bytes on the wire; the loader sends them in turn. */
export type WireRequest = Buffer;

export interface LoadOptions {
  readonly port: number;
  readonly requests: readonly WireRequest[];
  readonly connections: number;
  readonly milliseconds: number;
}

export interface LoadResult {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
  readonly firstError: string | undefined;
}

export function wireRequest(method: 'GET' | 'POST', path: string, body?: unknown): WireRequest {
  const text = body === undefined ? '' : JSON.stringify(body);
  const head = [`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1', 'Accept: application/json', ...(body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${String(Buffer.byteLength(text))}`])];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${text}`);
}

export interface WireResponse {
  readonly status: number;
  readonly body: Buffer;
}

const headEnd = Buffer.from('\r\n\r\n');

/** The response at the start of `data`, or undefined while bytes are missing. Knows Content-Length and chunked bodies. */
export function parseResponse(data: Buffer): WireResponse | undefined {
  const end = data.indexOf(headEnd);
  if (end < 0) return undefined;
  const head = data.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    const total = end + 4 + Number(length);
    return data.length < total ? undefined : { status, body: data.subarray(end + 4, total) };
  }
  const chunks: Buffer[] = [];
  let position = end + 4;
  for (;;) {
    const line = data.indexOf('\r\n', position, 'latin1');
    if (line < 0) return undefined;
    const size = Number.parseInt(data.toString('latin1', position, line), 16);
    if (data.length < line + 2 + size + 2) return undefined;
    if (size === 0) return { status, body: Buffer.concat(chunks) };
    chunks.push(data.subarray(line + 2, line + 2 + size));
    position = line + 2 + size + 2;
  }
}

class Connection {
  readonly #socket: Socket;
  #waiting: { readonly resolve: (response: WireResponse) => void; readonly reject: (error: Error) => void } | undefined;
  #parts: Buffer[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#parts.push(chunk);
      const data = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts);
      const response = parseResponse(data);
      if (!response) return;
      this.#parts = [];
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.resolve(response);
    });
    const fail = (error?: Error) => this.#waiting?.reject(error ?? new Error('the server closed the connection'));
    socket.on('error', fail);
    socket.on('close', () => fail());
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
    });
  }

  send(request: WireRequest): Promise<WireResponse> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Sends one request and gives back its answer. */
export async function ask(port: number, request: WireRequest): Promise<WireResponse> {
  const connection = await Connection.open(port);
  try {
    return await connection.send(request);
  } finally {
    connection.close();
  }
}

const isBad = ({ status, body }: WireResponse) => status !== 200 || body.indexOf('"errors"') >= 0;

/** Keeps every connection busy with one request at a time until the time is over. */
export async function load({ port, requests, connections, milliseconds }: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = [];
  let errors = 0;
  let firstError: string | undefined;
  let next = Math.floor(Math.random() * requests.length);
  const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(port)));
  const began = performance.now();
  const end = began + milliseconds;
  await Promise.all(
    open.map(async (connection) => {
      for (let start = performance.now(); start < end; start = performance.now()) {
        const request = requests[next++ % requests.length];
        if (!request) throw new Error('there is nothing to send');
        const response = await connection.send(request);
        latencies.push(performance.now() - start);
        if (isBad(response)) {
          errors += 1;
          firstError ??= response.body.toString('utf8', 0, 500);
        }
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  for (const connection of open) connection.close();
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return { perSecond: (latencies.length - errors) / seconds, p50: at(0.5), p99: at(0.99), errors, firstError };
}
