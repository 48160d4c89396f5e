import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly bytes: Buffer;
}

export type Answer = (request: ReceivedRequest) => { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string } | 'silence';

export interface Endpoint {
  readonly url: string;
  readonly received: ReceivedRequest[];
  on(path: string): readonly ReceivedRequest[];
  close(): Promise<void>;
}

/** A real HTTP server that keeps what it gets. */
export async function startEndpoint(answer: Answer = () => ({ status: 204 })): Promise<Endpoint> {
  const received: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const got = { path: request.url ?? '', method: request.method ?? '', headers: request.headers, body: bytes.toString('utf8'), bytes };
      received.push(got);
      const given = answer(got);
      if (given === 'silence') return;
      response.writeHead(given.status, given.headers);
      response.end(given.body);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    on: (path) => received.filter((request) => request.path === path),
    close: () => new Promise((done) => {
      server.close(() => done());
      server.closeAllConnections();
    }),
  };
}
