import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { FromScript, ToScript } from './messages.ts';

export interface ScriptCall {
  readonly code: string;
  /** What the script finds in `ctx`, as JSON. */
  readonly given: unknown;
  /** Milliseconds. */
  readonly timeout: number;
  /** Megabytes. */
  readonly memory: number;
  /** All that the script can reach, by name; answers go back as JSON. */
  readonly reach: Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
  readonly signal: AbortSignal;
}

/** Runs scripts in QuickJS, in threads of their own: whatever they do, the process goes on. */
export interface Sandbox {
  /** What the script answers, through JSON. Throws what it throws, and when it takes more time or memory than it may. */
  run(call: ScriptCall): Promise<unknown>;
  stop(): Promise<void>;
}

/** A script that does not let go within this time after its end is stopped from outside. */
const grace = 1_000;
const mostCalls = 1_000;

export function createSandbox(most: number): Sandbox {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const waiting: (() => void)[] = [];
  let stopped = false;

  const take = async (): Promise<Worker> => {
    while (idle.length === 0 && all.size >= most) await new Promise<void>((free) => waiting.push(free));
    if (stopped) throw new Error('The process stops.');
    const worker = idle.pop() ?? startWorker();
    all.add(worker);
    return worker;
  };
  const giveBack = (worker: Worker, usable: boolean): void => {
    if (usable && !stopped) idle.push(worker);
    else {
      all.delete(worker);
      void worker.terminate();
    }
    waiting.shift()?.();
  };

  return {
    async run(call) {
      const worker = await take();
      let usable = false;
      try {
        const json = await runIn(worker, call);
        usable = true;
        return JSON.parse(json) as unknown;
      } catch (error) {
        usable = error instanceof ScriptError;
        throw error;
      } finally {
        giveBack(worker, usable);
      }
    },
    async stop() {
      stopped = true;
      await Promise.all([...all].map((worker) => worker.terminate()));
      for (const free of waiting.splice(0)) free();
    },
  };
}

/** The script failed; its thread is as good as before. */
class ScriptError extends Error {}

function runIn(worker: Worker, { code, given, timeout, memory, reach, signal }: ScriptCall): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      worker.off('message', hear).off('error', broken).off('exit', gone);
      signal.removeEventListener('abort', aborted);
      settle();
    };
    const broken = (error: unknown): void => end(() => reject(error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new Error('The script needs more memory than it may have.') : new Error('The script broke its sandbox, which was thrown away.', { cause: error })));
    const gone = (): void => end(() => reject(new Error('The thread of the script ended.')));
    const aborted = (): void => end(() => reject(signal.reason as Error));
    const timer = setTimeout(() => end(() => reject(new Error(`The script did not end within ${timeout} ms.`))), timeout + grace);
    let calls = 0;
    const send = (message: ToScript): void => worker.postMessage(message);
    const ask = async (name: string, args: string): Promise<unknown> => {
      calls += 1;
      const work = Object.hasOwn(reach, name) ? reach[name] : undefined;
      if (!work) throw new Error(`The script may not "${name}": its capabilities do not say so.`);
      if (calls > mostCalls) throw new Error(`A script may call out at most ${mostCalls} times.`);
      return work(...(JSON.parse(args) as readonly unknown[]));
    };
    const hear = (message: FromScript): void => {
      switch (message.kind) {
        case 'done': return end(() => resolve(message.json));
        case 'failed': return end(() => reject(new ScriptError(message.error)));
        case 'call': {
          const { call } = message;
          ask(message.name, message.args).then(
            (value) => send({ kind: 'answer', call, json: JSON.stringify(value ?? null) }),
            (error: unknown) => send({ kind: 'answer', call, error: error instanceof Error ? error.message : String(error) }),
          );
        }
      }
    };
    worker.on('message', hear).once('error', broken).once('exit', gone);
    signal.addEventListener('abort', aborted, { once: true });
    send({ kind: 'run', code, given: JSON.stringify(given), timeout, memory });
  });
}

function startWorker(): Worker {
  const options = { env: {}, stdin: false, resourceLimits: { maxOldGenerationSizeMb: 512 } };
  const worker = import.meta.url.endsWith('.ts') ? new Worker(fromSource, { ...options, eval: true, workerData: { tsx: pathToFileURL(require.resolve('tsx/esm/api')).href.replace(/\.cjs$/, '.mjs'), file: new URL('./worker.ts', import.meta.url).href } }) : new Worker(new URL('./worker.js', import.meta.url), options);
  worker.unref();
  return worker;
}

const require = createRequire(import.meta.url);

/** Sources run through tsx, which has to be told in each thread. */
const fromSource = `const { workerData } = require('node:worker_threads'); import(workerData.tsx).then(({ register }) => { register(); return import(workerData.file); });`;
