import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { ExitCode } from '../../src/cli/command.ts';
import type { Io } from '../../src/cli/io.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import { runnable } from './compiled.ts';
import { makeDataFolder } from './embedded.ts';

export const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Settings under which a command neither meets another app nor leaves anything behind. */
export const testEnv = { PORT: '0', OBJECTOS_DATA_DIR: 'memory://', LOG_LEVEL: 'error' };

/** The same with a database that outlives the command, and ends with the test. */
export async function envWithData(): Promise<typeof testEnv> {
  const folder = await makeDataFolder();
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return { ...testEnv, OBJECTOS_DATA_DIR: folder };
}

/** A folder with files, removed when the test is over. */
export async function makeFolder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'objectos-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFiles(folder, files);
  return folder;
}

export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

export interface CliRun {
  readonly code: Promise<ExitCode>;
  /** Everything written so far. */
  readonly output: () => string;
  readonly errors: () => string;
  /** Waits until the output matches, and gives the match. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  stop(): Promise<ExitCode>;
}

/** Runs a command in this process. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string | undefined>> = testEnv): CliRun {
  const ending = new AbortController();
  let [out, error] = ['', ''];
  const io: Io = {
    out: (text) => void (out += `${text}\n`),
    error: (text) => void (error += `${text}\n`),
    style: (_style, text) => text,
    colored: false,
    signal: ending.signal,
    env,
  };
  const code = runCli(args, io);
  return {
    code,
    output: () => out,
    errors: () => error,
    waitFor: (pattern) => until(() => pattern.exec(out + error), () => `${String(pattern)} did not appear in:\n${out}${error}`),
    stop() {
      ending.abort();
      return code;
    },
  };
}

export async function cli(args: readonly string[], env?: Readonly<Record<string, string | undefined>>): Promise<{ readonly code: ExitCode; readonly out: string; readonly error: string }> {
  const run = startCli(args, env);
  const code = await run.code;
  return { code, out: run.output(), error: run.errors() };
}

export interface CliProcess {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  readonly output: () => string;
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Runs a command in a process of its own, as `npx objectos` does. It is ended with the test. */
export function spawnCli(args: readonly string[], env: Readonly<Record<string, string>> = testEnv): CliProcess {
  const { path, execArgv } = runnable('src/cli/main.ts');
  const child = spawn(process.execPath, [...execArgv, path, ...args], { cwd: repository, env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = new Promise<number | null>((done) => child.once('close', done));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  return { child, exit, output: () => output, waitFor: (pattern) => until(() => pattern.exec(output), () => `${String(pattern)} did not appear in:\n${output}`) };
}

export async function until<T>(probe: () => T | null | undefined | Promise<T | null | undefined>, describe: () => string, milliseconds = 60_000): Promise<T> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const found = await probe();
    if (found !== null && found !== undefined) return found;
    if (performance.now() > end) throw new Error(describe());
    await new Promise((done) => setTimeout(done, 25));
  }
}

export async function ask(url: string, query: string, headers: Readonly<Record<string, string>> = {}): Promise<{ readonly data?: Record<string, unknown>; readonly errors?: readonly { readonly message: string }[] }> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query }) });
  return (await response.json()) as { data?: Record<string, unknown> };
}
