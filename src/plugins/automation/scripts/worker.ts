import { parentPort } from 'node:worker_threads';
import { newQuickJSWASMModuleFromVariant, type QuickJSContext, type QuickJSDeferredPromise, type QuickJSHandle } from 'quickjs-emscripten-core';
import type { FromScript, ToScript } from './messages.ts';
import { prelude } from './prelude.ts';

/** Thread that runs scripts, one after the other, each in an engine of its own. */

const stackSize = 512 * 1024;
const largestResult = 256 * 1024;

const pending = new Map<number, QuickJSDeferredPromise>();
let context: QuickJSContext | undefined;

const tell = (message: FromScript): void => parentPort?.postMessage(message);

parentPort?.on('message', (message: ToScript) => {
  if (message.kind === 'run') void run(message).then((json) => tell({ kind: 'done', json }), (error: unknown) => tell({ kind: 'failed', error: error instanceof Error ? error.message : String(error) }));
  else answer(message);
});

async function run({ code, given, timeout, memory }: Extract<ToScript, { kind: 'run' }>): Promise<string> {
  // A memory of its own: nothing is left of the script before.
  const engine = await newQuickJSWASMModuleFromVariant(import('@jitl/quickjs-wasmfile-release-sync'));
  const runtime = engine.newRuntime();
  const vm = runtime.newContext();
  const deadline = Date.now() + timeout;
  runtime.setMemoryLimit(memory * 1024 * 1024);
  runtime.setMaxStackSize(stackSize);
  runtime.setInterruptHandler(() => Date.now() > deadline);
  context = vm;
  let calls = 0;
  const call = vm.newFunction('call', (name, args) => {
    const promise = vm.newPromise();
    calls += 1;
    pending.set(calls, promise);
    tell({ kind: 'call', call: calls, name: vm.getString(name), args: vm.getString(args) });
    return promise.handle;
  });
  const evaluated = (source: string, file: string): QuickJSHandle => orThrow(vm, vm.evalCode(source, file, { strict: true }));
  const main = evaluated(prelude, 'prelude.js');
  const script = evaluated(`(async function (ctx) {\n${code}\n})`, 'script.js');
  const promise = orThrow(vm, vm.callFunction(main, vm.undefined, call, vm.newString(given), script));
  runtime.executePendingJobs();
  const settled = await new Promise<ReturnType<QuickJSContext['getPromiseState']>>((resolve, reject) => {
    const look = (): void => {
      const state = vm.getPromiseState(promise);
      if (state.type !== 'pending') resolve(state);
      else if (Date.now() > deadline) reject(new Error(`The script did not end within ${timeout} ms.`));
      else if (pending.size === 0) reject(new Error('The script waits for something that never happens.'));
    };
    progress = () => {
      const jobs = runtime.executePendingJobs();
      if (jobs.error) reject(problemOf(vm, jobs.error));
      else look();
    };
    look();
  });
  if (settled.type === 'rejected') throw problemOf(vm, settled.error);
  if (settled.type !== 'fulfilled') throw new Error('The script did not end.');
  const json = vm.getString(settled.value);
  if (json.length > largestResult) throw new Error(`The result of the script is larger than ${largestResult} characters.`);
  pending.clear();
  context = undefined;
  return json;
}

let progress: () => void = () => undefined;

function answer({ call, json, error }: Extract<ToScript, { kind: 'answer' }>): void {
  const promise = pending.get(call);
  if (!promise || !context) return;
  pending.delete(call);
  if (error === undefined) promise.resolve(context.newString(json ?? 'null'));
  else promise.reject(context.newError(error));
  progress();
}

function orThrow(vm: QuickJSContext, result: ReturnType<QuickJSContext['evalCode']>): QuickJSHandle {
  if (result.error) throw problemOf(vm, result.error);
  return result.value;
}

/** What the script threw, in words; nothing of it reaches beyond. */
function problemOf(vm: QuickJSContext, handle: QuickJSHandle): Error {
  const thrown: unknown = vm.dump(handle);
  const { name, message } = typeof thrown === 'object' && thrown !== null ? (thrown as { readonly name?: unknown; readonly message?: unknown }) : { name: undefined, message: thrown };
  const text = `${name === undefined ? 'The script threw' : String(name)}: ${String(message)}`.slice(0, 1000);
  return new Error(text === 'InternalError: interrupted' ? 'The script took longer than it may.' : text === 'InternalError: out of memory' ? 'The script needs more memory than it may have.' : text);
}
