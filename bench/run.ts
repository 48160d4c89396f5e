/**
 * Compares ObjectOS with what the machine can do at best and with a server written by hand, all on the same tables.
 *
 *   npm run bench -- [--quick] [--only nested-list,create] [--skip-start-up | --skip-load] [--rounds 5] [--seconds 1.5] [--json file] [--check]
 *
 * `DATABASE_URL` names a PostgreSQL server on which databases may be created; they are dropped at the end.
 */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compareAnswers } from './compare-answers.ts';
import { handwritten, limit, migrateObjectos, objectos, prepare } from './contestants.ts';
import type { Contestant } from './contestants.ts';
import { createDatabase, fillDatabase } from './dataset.ts';
import type { ScratchDatabase } from './dataset.ts';
import { load } from './loader.ts';
import type { LoadResult } from './loader.ts';
import type { ServerProcess } from './processes.ts';
import { checkBars, printReport } from './report.ts';
import type { Measured, WorkloadResult } from './report.ts';
import { measureStartUp } from './start-up.ts';
import type { StartUp } from './start-up.ts';
import { workloads } from './workloads.ts';
import type { Workload } from './workloads.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    connections: { type: 'string', default: '16' },
    'skip-start-up': { type: 'boolean', default: false },
    'skip-load': { type: 'boolean', default: false },
    json: { type: 'string' },
    check: { type: 'boolean', default: false },
  },
});
const server = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const rounds = Number(options.rounds ?? (options.quick ? 3 : 7));
const milliseconds = Number(options.seconds ?? (options.quick ? 0.7 : 1.5)) * 1000;
const connections = Number(options.connections);
const chosen = options.only === undefined ? workloads : workloads.filter(({ name }) => options.only?.split(',').includes(name));
if (chosen.length === 0) throw new Error(`--only names no workload; there are ${workloads.map(({ name }) => name).join(', ')}`);

interface Running {
  readonly contestant: Contestant;
  readonly server: ServerProcess;
}

const median = (list: readonly number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
const progress = (text: string) => process.stderr.write(`${text}\n`);

async function measureWorkload(workload: Workload, running: readonly Running[]): Promise<WorkloadResult> {
  const perContestant = running.map(({ contestant, server: { port } }) => ({ name: contestant.name, port, requests: Array.from({ length: 512 }, (_, i) => contestant.request(workload, i)), runs: [] as LoadResult[] }));
  for (const { port, requests } of perContestant) await load({ port, requests, connections, milliseconds: Math.min(500, milliseconds) });
  for (let round = 0; round < rounds; round += 1) {
    // Each contestant is first, second and third equally often.
    const order = perContestant.map((_, index) => perContestant[(index + round) % perContestant.length]!);
    for (const { name, port, requests, runs } of order) {
      const result = await load({ port, requests, connections, milliseconds });
      if (result.errors > 0) throw new Error(`${name} failed ${String(result.errors)} requests of "${workload.title}": ${result.firstError ?? ''}`);
      runs.push(result);
    }
  }
  const limits = perContestant.find(({ name }) => name === 'limit')!.runs;
  const open = perContestant.find(({ name }) => name === 'objectos')!.runs;
  const results = new Map(
    perContestant.map(({ name, runs }): [Contestant['name'], Measured] => [
      name,
      {
        perSecond: median(runs.map(({ perSecond }) => perSecond)),
        p50: median(runs.map(({ p50 }) => p50)),
        p99: median(runs.map(({ p99 }) => p99)),
        ofLimit: median(runs.map(({ perSecond }, round) => perSecond / limits[round]!.perSecond)),
        ofOpen: median(runs.map(({ perSecond }, round) => perSecond / open[round]!.perSecond)),
      },
    ]),
  );
  progress(`${workload.title}: ${[...results].map(([name, { perSecond, ofLimit }]) => `${name} ${perSecond.toFixed(0)}/s (${ofLimit.toFixed(2)})`).join(', ')}; permissions cost ${((1 - (results.get('guarded')?.ofOpen ?? 1)) * 100).toFixed(0)} %`);
  return { workload, results };
}

async function measureLoad(): Promise<WorkloadResult[]> {
  const [database, guardedDatabase] = [await createDatabase(server), await createDatabase(server)];
  const directory = await mkdtemp(join(tmpdir(), 'objectos-bench-'));
  const running: Running[] = [];
  const start = async (contestant: Contestant, { url } = database) => void running.push({ contestant, server: await contestant.start(url) });
  // A copy, because the platform writes migrations into the app.
  const copyApp = async (name: 'app' | 'guarded', { url }: ScratchDatabase) => {
    const copy = join(directory, name);
    await cp(fileURLToPath(new URL(name, import.meta.url)), copy, { recursive: true });
    await migrateObjectos(copy, url);
    return copy;
  };
  try {
    const open = objectos(await copyApp('app', database));
    const guarded = objectos(await copyApp('guarded', guardedDatabase), 'guarded');
    await fillDatabase(database.url);
    await fillDatabase(guardedDatabase.url, { withRoles: true });
    for (const contestant of [limit, handwritten, open]) await start(contestant);
    await start(guarded, guardedDatabase);
    await compareAnswers(chosen, running);
    const results: WorkloadResult[] = [];
    for (const workload of chosen) results.push(await measureWorkload(workload, running.filter(({ contestant }) => contestant.answers?.(workload) !== false)));
    return results;
  } finally {
    await Promise.all(running.map((one) => one.server.stop()));
    await database.drop();
    await guardedDatabase.drop();
    await rm(directory, { recursive: true, force: true });
  }
}

await prepare();
const results = options['skip-load'] ? [] : await measureLoad();
const startUps: StartUp[] = [];
for (const objects of options['skip-start-up'] ? [] : [15, 100, 1000]) {
  const startUp = await measureStartUp(server, objects);
  progress(`${String(objects)} objects: first start ${startUp.firstStart.toFixed(2)} s, cold start ${startUp.coldStart.toFixed(2)} s, ${startUp.memory.toFixed(0)} MB`);
  startUps.push(startUp);
}

const bars = checkBars(results, startUps);
console.log(`${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? 'unknown processor'}, ${String(availableParallelism())} cores, Node ${process.version}, ${String(connections)} connections, ${String(rounds)} rounds of ${String(milliseconds / 1000)} s\n`);
console.log(printReport(results, startUps));
if (options.json !== undefined) {
  const loads = results.map(({ workload: { name, title, bar }, results: measured }) => ({ name, title, bar, ...Object.fromEntries(measured) }));
  await writeFile(options.json, `${JSON.stringify({ date: new Date().toISOString(), node: process.version, connections, rounds, milliseconds, workloads: loads, startUps, bars }, null, 2)}\n`);
}
const missed = bars.filter(({ met }) => !met);
if (missed.length > 0) {
  console.log(`\nBars missed: ${missed.map(({ what, value, bar }) => `${what} ${value.toFixed(2)} (bar ${String(bar)})`).join('; ')}`);
  if (options.check) process.exitCode = 1;
}
