import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { IncomingRequest } from './phase.ts';

const saneId = /^[\w.:/+=@-]{1,128}$/;
const none: Readonly<Record<string, unknown>> = Object.freeze({});

/** One HTTP request, or one WebSocket with what it introduced itself with. */
export class NodeRequest implements IncomingRequest {
  readonly transport: 'http' | 'websocket';
  readonly requestId: string;
  readonly connectionParams: Readonly<Record<string, unknown>>;
  readonly node: IncomingMessage;

  constructor(node: IncomingMessage, connectionParams?: Readonly<Record<string, unknown>>) {
    this.transport = connectionParams ? 'websocket' : 'http';
    this.node = node;
    this.connectionParams = connectionParams ?? none;
    const given = node.headers['x-request-id'];
    this.requestId = typeof given === 'string' && saneId.test(given) ? given : randomUUID();
  }

  header(name: string): string | undefined {
    const wanted = name.toLowerCase();
    if (this.connectionParams !== none) {
      for (const [key, value] of Object.entries(this.connectionParams)) if (key.toLowerCase() === wanted && typeof value === 'string') return value;
    }
    const value = this.node.headers[wanted];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  get remoteAddress(): string | undefined {
    return this.node.socket.remoteAddress;
  }
}
