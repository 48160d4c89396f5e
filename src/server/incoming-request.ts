import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isFromTrustedPage } from './origins.ts';
import type { IncomingRequest } from './phase.ts';
import type { CorsSettings } from './settings.ts';

const saneId = /^[\w.:/+=@-]{1,128}$/;
/** A client must not be taken for a proxy. */
const ofProxies = /^(x-)?forwarded(-|$)|^x-real-ip$/;
const none: Readonly<Record<string, unknown>> = Object.freeze({});

export interface NodeRequestOptions {
  readonly cors: CorsSettings | false;
  /** Over HTTP. */
  readonly response?: ServerResponse;
  /** On a WebSocket. */
  readonly connectionParams?: Readonly<Record<string, unknown>>;
}

/** One HTTP request, or one WebSocket with what it introduced itself with. */
export class NodeRequest implements IncomingRequest {
  readonly transport: 'http' | 'websocket';
  readonly requestId: string;
  readonly connectionParams: Readonly<Record<string, unknown>>;
  readonly node: IncomingMessage;
  readonly #cors: CorsSettings | false;
  readonly #response: ServerResponse | undefined;

  constructor(node: IncomingMessage, { cors, response, connectionParams }: NodeRequestOptions) {
    this.transport = connectionParams ? 'websocket' : 'http';
    this.node = node;
    this.#cors = cors;
    this.#response = response;
    this.connectionParams = connectionParams ?? none;
    const given = node.headers['x-request-id'];
    this.requestId = typeof given === 'string' && saneId.test(given) ? given : randomUUID();
  }

  header(name: string): string | undefined {
    const wanted = name.toLowerCase();
    if (this.connectionParams !== none && !ofProxies.test(wanted)) {
      for (const [key, value] of Object.entries(this.connectionParams)) if (key.toLowerCase() === wanted && typeof value === 'string') return value;
    }
    const value = this.node.headers[wanted];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  get fromTrustedPage(): boolean {
    return isFromTrustedPage(this.node, this.#cors);
  }

  addResponseHeader(name: string, value: string): void {
    if (this.#response?.headersSent === false) this.#response.appendHeader(name, value);
  }

  get remoteAddress(): string | undefined {
    return this.node.socket.remoteAddress;
  }
}
