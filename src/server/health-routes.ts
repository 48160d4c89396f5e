import type { ServerResponse } from 'node:http';
import type { Health } from '../kernel/health.ts';
import { sendJson } from './respond.ts';

/** The process is alive: answers as long as it can. */
export function answerHealthz(response: ServerResponse): void {
  response.setHeader('cache-control', 'no-store');
  sendJson(response, 200, { status: 'ok', uptimeSeconds: Math.round(process.uptime()) });
}

/**
 * Whether requests should be sent here: 503 while starting, shutting down or unhealthy. The public answer names components and
 * their status; their messages may hold internals and are for the log.
 */
export async function answerReadyz(response: ServerResponse, health: Health, stopping: boolean): Promise<void> {
  response.setHeader('cache-control', 'no-store');
  if (stopping) return sendJson(response, 503, { status: 'stopping' });
  const { status, components } = await health.report();
  sendJson(response, status === 'unhealthy' ? 503 : 200, { status, components: components.map(({ name, status }) => ({ name, status })) });
}
