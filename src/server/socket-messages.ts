import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { tooLarge } from './params.ts';
import { toGraphqlError } from './request-errors.ts';

/** The `error` message for an operation whose message is too large; undefined when it cannot be told whose it is. */
export function refuseMessage(text: string, limit: number): string | undefined {
  try {
    const { id, type } = JSON.parse(text) as { id?: unknown; type?: unknown };
    if (type !== 'subscribe' || typeof id !== 'string') return undefined;
    return JSON.stringify({ id, type: 'error', payload: [toGraphqlError(tooLarge(limit)).toJSON()] });
  } catch {
    return undefined;
  }
}

/** Id of a `complete` message, which are short. */
export function completedId(text: string): string | undefined {
  if (text.length > 500 || !text.includes('"complete"')) return undefined;
  try {
    const { id, type } = JSON.parse(text) as { id?: unknown; type?: unknown };
    return type === 'complete' && typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}

/** A whole frame of its own. `ws` would make it anew for each socket, and write twice. */
const ping = Buffer.from([0x89, 0]);

/** Pings until the socket closes; one that does not answer within an interval is cut off. */
export function keepAlive(socket: WebSocket, connection: Duplex, interval: number): () => void {
  let alive = true;
  socket.on('pong', () => (alive = true));
  const timer = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    if (socket.readyState === socket.OPEN) connection.write(ping);
  }, interval);
  timer.unref();
  return () => clearInterval(timer);
}
