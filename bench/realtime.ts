/**
 * How fast changes reach many sockets: all that is expected must arrive, once.
 *
 *   npm run bench:realtime -- [--sockets 2000,10000] [--only all,shapes,ids,quiet] [--seconds 10] [--rate 20] [--processes 2] [--json file] [--check]
 *
 * `DATABASE_URL` names a PostgreSQL server on which databases may be created; they are dropped at the end.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { compileObjectos, migrateObjectos, startObjectos } from './contestants.ts';
import { createDatabase } from './dataset.ts';
import type { ServerProcess } from './processes.ts';
import type { Heard, OpenSockets } from './realtime/listeners.ts';
import { recordId, recordOf, records, scenarioNamed, type Scenario } from './realtime/scenarios.ts';

const { values: options } = parseArgs({
  options: {
    sockets: { type: 'string', default: '2000,10000' },
    only: { type: 'string', default: 'all,shapes,ids,quiet' },
    seconds: { type: 'string', default: '10' },
    rate: { type: 'string', default: '20' },
    processes: { type: 'string', default: '2' },
    json: { type: 'string' },
    check: { type: 'boolean', default: false },
  },
});
const server = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
/** Milliseconds for which the server is watched while nothing is written. */
const resting = 3_000;
const [seconds, rate, processes] = [Number(options.seconds), Number(options.rate), Number(options.processes)];
/** Sockets of `ids`, whatever was asked for: 5 of 200 subscriptions follow each record that is written once; 500 are 100,000 subscriptions. */
const idSockets = [5, 500];

interface Result {
  readonly scenario: string;
  readonly sockets: number;
  readonly subscriptions: number;
  readonly expected: number;
  readonly delivered: number;
  readonly exact: boolean;
  /** Milliseconds from the transaction's time of the change to the message. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Milliseconds of processor time that the server spent on one write and everything that it told of it. */
  readonly cpuPerWrite: number;
  /** The same of those who listen, all together. */
  readonly listenersPerWrite: number;
  /** Milliseconds of processor time that the server spends in a second while nothing is written. */
  readonly idle: number;
  /** Megabytes by which the server grew with 1,000 sockets, before anything was written. */
  readonly memory: number;
}

/** Seconds of processor time that a process has used. */
async function processorTime(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${String(pid)}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

class Listeners {
  readonly #children: readonly ChildProcess[];

  constructor(count: number) {
    const args = { execArgv: ['--import', 'tsx'] };
    this.#children = Array.from({ length: count }, () => fork(fileURLToPath(new URL('realtime/listeners.ts', import.meta.url)), args));
  }

  /** Seconds of processor time. */
  async busy(): Promise<number> {
    const each = await Promise.all(this.#children.map(({ pid }) => processorTime(pid ?? 0)));
    return each.reduce((sum, seconds) => sum + seconds, 0);
  }

  async open(port: number, scenario: Scenario, sockets: number): Promise<void> {
    const share = Math.ceil(sockets / this.#children.length);
    await Promise.all(this.#children.map(async (child, index) => {
      const open: OpenSockets = { port, scenario: scenario.name, from: index * share, to: Math.min(sockets, (index + 1) * share) };
      child.send({ open });
      const [answer] = (await once(child, 'message')) as [{ readonly failure?: string }];
      if (answer.failure !== undefined) throw new Error(answer.failure);
    }));
    const { failure } = await this.heard();
    if (failure !== undefined) throw new Error(failure);
  }

  async heard(): Promise<Heard> {
    const all = await Promise.all(this.#children.map(async (child) => {
      child.send({ tell: true });
      const [{ heard }] = (await once(child, 'message')) as [{ readonly heard: Heard }];
      return heard;
    }));
    const sum = (of: (heard: Heard) => number): number => all.reduce((total, heard) => total + of(heard), 0);
    return {
      messages: sum(({ messages }) => messages),
      sum: sum((heard) => heard.sum),
      resyncs: sum(({ resyncs }) => resyncs),
      disorder: sum(({ disorder }) => disorder),
      ready: sum(({ ready }) => ready),
      delays: (all[0]?.delays ?? []).map((_, index) => sum(({ delays }) => delays[index] ?? 0)),
      failure: all.find(({ failure }) => failure !== undefined)?.failure,
    };
  }

  stop(): void {
    for (const child of this.#children) child.disconnect();
  }
}

/** Writes of the whole run: each has a number of its own, so that it changes something. */
let written = 0;

/** Changes one record after the other, at even intervals whatever the server does. The title is the number of the write. */
async function write({ port }: ServerProcess, writes: number): Promise<void> {
  const query = 'mutation($id: ID!, $title: String!) { updateTicket(id: $id, input: { title: $title }) { record { id } } }';
  const running: Promise<unknown>[] = [];
  const began = performance.now();
  for (let n = 1; n <= writes; n += 1) {
    await sleep(Math.max(0, began + (n * 1000) / rate - performance.now()));
    const number = (written += 1);
    const body = JSON.stringify({ query, variables: { id: recordId(recordOf(number)), title: String(number) } });
    running.push((async () => {
      const response = await fetch(`http://127.0.0.1:${String(port)}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      const text = await response.text();
      if (text.includes('"errors"')) throw new Error(text);
    })());
  }
  await Promise.all(running);
}

async function measure(running: ServerProcess, scenario: Scenario, sockets: number): Promise<Result> {
  const listeners = new Listeners(processes);
  try {
    const before = await running.memory();
    await listeners.open(running.port, scenario, sockets);
    await sleep(1_500);
    const atRest = await processorTime(running.pid);
    await sleep(resting);
    const idle = ((await processorTime(running.pid)) - atRest) / (resting / 1_000_000);
    const memory = ((await running.memory()) - before) / (sockets / 1_000);
    const writes = Math.round(seconds * rate);
    const [busy, listening] = [await processorTime(running.pid), await listeners.busy()];
    const first = written + 1;
    await write(running, writes);
    let expected = 0;
    let sum = 0;
    for (let number = first; number <= written; number += 1) {
      for (let socket = 0; socket < sockets; socket += 1) {
        const messages = scenario.expected(socket, recordOf(number));
        expected += messages;
        sum += messages * number;
      }
    }
    let heard = await listeners.heard();
    for (let patience = 0; patience < 100 && heard.messages < expected; patience += 1) {
      await sleep(100);
      heard = await listeners.heard();
    }
    const cpuPerWrite = (((await processorTime(running.pid)) - busy) * 1_000) / writes;
    const listenersPerWrite = (((await listeners.busy()) - listening) * 1_000) / writes;
    const at = (share: number): number => {
      let left = heard.messages * share;
      return heard.delays.findIndex((count) => (left -= count) <= 0);
    };
    const exact = heard.messages === expected && heard.sum === sum && heard.resyncs === 0 && heard.disorder === 0;
    return { scenario: scenario.name, sockets, subscriptions: sockets * scenario.operationsPerSocket, expected, delivered: heard.messages, exact, p50: at(0.5), p95: at(0.95), p99: at(0.99), cpuPerWrite, listenersPerWrite, idle, memory };
  } finally {
    listeners.stop();
    await sleep(500);
  }
}

/** What design and issue ask for; latency where every socket hears of every write. */
function missedBars(results: readonly Result[]): string[] {
  const missed: string[] = [];
  for (const { scenario, sockets, exact, delivered, expected, p95, memory } of results) {
    const what = `${scenario}, ${sockets.toLocaleString('en-US')} sockets`;
    if (!exact) missed.push(`${what}: ${String(delivered)} of ${String(expected)} delivered exactly once and in order`);
    if (scenario === 'all' && sockets <= 200 && p95 > 13) missed.push(`${what}: p95 ${String(p95)} ms (bar 13)`);
    else if (scenario === 'all' && sockets <= 2_000 && p95 >= 100) missed.push(`${what}: p95 ${String(p95)} ms (bar 100)`);
    else if (scenario === 'all' && sockets <= 10_000 && p95 >= 300) missed.push(`${what}: p95 ${String(p95)} ms (bar 300)`);
    if (scenario === 'all' && sockets >= 1_000 && memory >= 60) missed.push(`${what}: ${memory.toFixed(0)} MB per 1,000 sockets (bar 60)`);
  }
  return missed;
}

await compileObjectos();
const database = await createDatabase(server);
const directory = await mkdtemp(join(tmpdir(), 'objectos-bench-'));
const results: Result[] = [];
try {
  const app = join(directory, 'app');
  await cp(fileURLToPath(new URL('realtime/app', import.meta.url)), app, { recursive: true });
  await migrateObjectos(app, database.url);
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query(`INSERT INTO ticket (id, created_at, updated_at, version, title, number, status) SELECT ('019b9321-0200-7000-8000-' || lpad(n::text, 12, '0'))::uuid, now(), now(), 1, '0', n, 'open' FROM generate_series(0, ${String(records - 1)}) n`);
  await client.end();
  for (const name of options.only.split(',')) {
    const scenario = scenarioNamed(name);
    for (const sockets of name === 'ids' ? idSockets : options.sockets.split(',').map(Number)) {
      // Each measurement on a server of its own, so that none starts with the memory of another.
      const running = await startObjectos(app, database.url);
      try {
        // A server that has just started compiles; what is measured is one that runs.
        await write(running, 40);
        const result = await measure(running, scenario, sockets);
        results.push(result);
        process.stderr.write(`${scenario.title}, ${String(sockets)} sockets: p50 ${String(result.p50)}, p95 ${String(result.p95)}, p99 ${String(result.p99)} ms, ${String(result.delivered)} of ${String(result.expected)}${result.exact ? '' : ' NOT EXACT'}, ${result.cpuPerWrite.toFixed(1)} ms of processor time for each write (listeners ${result.listenersPerWrite.toFixed(1)}), ${result.idle.toFixed(0)} ms a second idle${sockets < 1_000 ? '' : `, ${result.memory.toFixed(1)} MB per 1,000 sockets`}\n`);
      } finally {
        await running.stop();
      }
    }
  }
} finally {
  await database.drop();
  await rm(directory, { recursive: true, force: true });
}

console.log(`${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? 'unknown processor'}, ${String(availableParallelism())} cores, Node ${process.version}, ${String(rate)} writes/s for ${String(seconds)} s, ${String(processes)} processes of listeners\n`);
console.table(results);
if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify({ date: new Date().toISOString(), node: process.version, rate, seconds, processes, results }, null, 2)}\n`);
const missed = missedBars(results);
if (missed.length > 0) {
  console.log(`\nBars missed: ${missed.join('; ')}`);
  if (options.check) process.exitCode = 1;
}
