import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from './loader.ts';
import type { WireRequest } from './loader.ts';

export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  /** Milliseconds from spawn to the first good answer. */
  readonly readyAfter: number;
  /** Resident memory in megabytes. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly name: string;
  /** Arguments of node. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Asked again and again until it is answered with 200. */
  readonly probe: WireRequest;
  readonly timeout?: number;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a server and waits until it answers. Its output is shown when it does not. */
export async function startServer({ name, args, env, probe, timeout = 120_000 }: StartOptions): Promise<ServerProcess> {
  const port = await freePort();
  const began = performance.now();
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env, PORT: String(port), NODE_ENV: 'production' }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-8_000));
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} could not be started`);

  let last = '';
  const ready = async () => {
    const response = await ask(port, probe).catch(() => undefined);
    last = response?.body.toString() ?? last;
    return response?.status === 200;
  };
  while (!(await ready())) {
    if (child.exitCode === null && performance.now() - began < timeout) {
      await sleep(5);
      continue;
    }
    child.kill('SIGKILL');
    throw new Error(`${name} ${child.exitCode === null ? `did not answer within ${String(timeout / 1000)} s` : `ended with code ${String(child.exitCode)}`}\n${last}\n${output}`);
  }
  return {
    pid,
    port,
    readyAfter: performance.now() - began,
    async memory() {
      const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(killer);
    },
  };
}
