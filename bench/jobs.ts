/**
 * How many automation jobs are done in a second, how soon after the commit they begin, and what adding them costs the write.
 *
 *   npm run bench:jobs -- [--runs 3000] [--creates 200] [--rounds 31] [--latencies 200] [--json file] [--check]
 *
 * `DATABASE_URL` names a PostgreSQL server on which databases may be created; they are dropped at the end.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Plugin } from '../src/kernel/plugin.ts';
import { createPlatform, type Platform } from '../src/platform.ts';
import { automation } from '../src/plugins/automation/index.ts';
import { jobs } from '../src/plugins/jobs/index.ts';
import { openAccess } from '../src/plugins/open-access/index.ts';
import { permissions } from '../src/plugins/permissions/index.ts';
import { anonymous, systemCaller, type Caller } from '../src/resolvers/caller.ts';
import { createLog } from '../src/server/log.ts';
import { createDatabase } from './dataset.ts';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '3000' },
    creates: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '31' },
    latencies: { type: 'string', default: '200' },
    json: { type: 'string' },
    check: { type: 'boolean', default: false },
  },
});
const server = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const [runs, creates, rounds, latencies] = [options.runs, options.creates, options.rounds, options.latencies].map(Number) as [number, number, number, number];

/** Writes under way at a time, as of as many clients. */
const clients = 8;

const entry = { name: 'entry', type: 'create_record', objectName: 'entry', fields: { title: '{title}' } };
const objectOf = (name: string, workflows: readonly object[] = []) => ({ name, sharingModel: 'private', fields: { title: 'text', amount: 'number', owner: { type: 'user', relatedName: `${name}_owned` } }, workflows });
const rule = (name: string) => ({ name, triggerType: 'on_create', criteria: 'amount > 10', runIn: 'commit', actions: [entry] });
const definitions = [objectOf('plain'), objectOf('ruled', [rule('ruled')]), objectOf('handled'), objectOf('entry')];

/** Somebody who may see and create what is written here. */
const person: Caller = { ...anonymous, kind: 'user', userId: '019b9321-0100-7000-8000-000000000001', profile: 'sales' };
const granted = { allowCreate: true, allowRead: true };
const guarded = permissions({ definitions: [{ kind: 'profile', value: [{ name: 'sales', objects: { plain: granted, ruled: granted, sys_user: { allowRead: true } } }] }] });

/** Milliseconds at which the handler was called, by record. */
const called = new Map<string, number>();
const handler: Plugin = {
  name: 'bench-handler' as Plugin['name'], version: '1.0.0', description: 'Handles what is created.', requires: ['automation'],
  lifecycle: { init: ({ services }) => services.get('automation').on('handled', 'created', ({ recordId }) => void called.set(recordId, performance.now())) },
};

/** What is asked of the platform, and whether it is there. */
interface Load {
  readonly title: string;
  /** Jobs in a second at least. */
  readonly bar?: number;
  fill(platform: Platform): Promise<void>;
  done(platform: Platform): Promise<number>;
}

interface Throughput {
  readonly load: string;
  readonly perSecond: number;
  /** Milliseconds of processor time, of this process and of PostgreSQL, for each job. */
  readonly node: number;
  readonly postgres: number;
}

const ask = async (platform: Platform, query: string, variables: Readonly<Record<string, unknown>> = {}, caller: Caller = systemCaller) => {
  const { data, errors } = await platform.execute({ query, variables, caller });
  if (errors) throw new Error(JSON.stringify(errors));
  return data as Readonly<Record<string, { readonly record: { readonly id: string } }>>;
};

const types: Readonly<Record<string, string>> = { plain: 'Plain', ruled: 'Ruled', handled: 'Handled' };
const create = async (platform: Platform, object: string, caller?: Caller): Promise<string> => {
  const type = types[object] ?? '';
  const { created } = await ask(platform, `mutation ($input: ${type}CreateInput!) { created: create${type}(input: $input) { record { id } } }`, { input: { title: 'A deal', amount: 20, ownerId: caller?.userId ?? null } }, caller);
  return created?.record.id ?? '';
};

async function createMany(platform: Platform, object: string, count: number, caller?: Caller): Promise<void> {
  let left = count;
  await Promise.all(Array.from({ length: clients }, async () => {
    while (left-- > 0) await create(platform, object, caller);
  }));
}

const count = async (platform: Platform, where: string): Promise<number> => {
  const { rows } = await platform.database.query<{ count: number }>({ text: `SELECT count(*)::int AS count FROM ${where}`, values: [] });
  return rows[0]?.count ?? 0;
};

const loads: readonly Load[] = [
  { title: 'rule that creates a record', bar: 500, fill: (platform) => createMany(platform, 'ruled', runs), done: (platform) => count(platform, 'entry') },
  {
    title: 'the same for one bulk write', bar: 500,
    fill: (platform) => ask(platform, 'mutation ($input: [RuledCreateInput!]!) { createRuleds(input: $input) { count } }', { input: Array.from({ length: runs }, () => ({ title: 'A deal', amount: 20 })) }).then(() => undefined),
    done: (platform) => count(platform, 'entry'),
  },
  { title: 'handler in TypeScript', fill: (platform) => createMany(platform, 'handled', runs), done: (platform) => count(platform, `sys_automation_run WHERE status = 'completed'`) },
];

/** Seconds of processor time: of this process, and of the connections to the database of the benchmark. */
async function processorTime({ database }: Platform): Promise<{ readonly node: number; readonly postgres: number }> {
  const { rows } = await database.query<{ pid: number }>({ text: 'SELECT pid FROM pg_stat_activity WHERE datname = current_database()', values: [] });
  // In nanoseconds; `stat` counts in steps of ten milliseconds, which is much of what a round takes.
  const times = await Promise.all(rows.map(async ({ pid }) => Number((await readFile(`/proc/${String(pid)}/schedstat`, 'utf8').catch(() => '0')).split(' ')[0]) / 1e9));
  const { user, system } = process.cpuUsage();
  return { node: (user + system) / 1e6, postgres: times.reduce((sum, time) => sum + time, 0) };
}

async function withPlatform<T>(work: (platform: Platform) => Promise<T>, access: Plugin = openAccess()): Promise<T> {
  const database = await createDatabase(server);
  const platform = await createPlatform({
    directory: '/nonexistent', definitions, plugins: [jobs(), automation(), handler, access], migrate: 'sync', env: {},
    settings: { mode: 'test', database: { url: database.url } }, log: createLog({ level: 'error' }),
  });
  try {
    return await work(platform);
  } finally {
    await platform.stop();
    await database.drop();
  }
}

/** Jobs wait until the kernel starts. */
const throughputOf = ({ title, fill, done }: Load): Promise<Throughput> => withPlatform(async (platform) => {
  await fill(platform);
  const before = await processorTime(platform);
  const began = performance.now();
  await platform.kernel.start();
  while ((await done(platform)) < runs) await sleep(50);
  const seconds = (performance.now() - began) / 1_000;
  const after = await processorTime(platform);
  return { load: title, perSecond: Math.round(runs / seconds), node: ((after.node - before.node) * 1_000) / runs, postgres: ((after.postgres - before.postgres) * 1_000) / runs };
});

/** Milliseconds of processor time of one create. */
interface CreateCost {
  readonly node: number;
  readonly postgres: number;
  readonly cpu: number;
}

interface Round extends CreateCost {
  readonly wall: number;
}

interface EnqueueCost {
  readonly plain: CreateCost;
  readonly ruled: CreateCost;
  /** Of a create with the rule, as a multiple of one without. */
  readonly cpu: number;
  /** Creates in a second with the rule, as a share of those without. */
  readonly rate: number;
}

/** Of creates with and without a rule that fires, turn and turn about; the medians of the rounds. */
const enqueueCost = (caller: Caller, access?: Plugin): Promise<EnqueueCost> => withPlatform(async (platform) => {
  await ask(platform, 'mutation ($id: ID!) { createUser(input: { id: $id, name: "Sam", email: "sam@example.com" }) { record { id } } }', { id: person.userId });
  const round = async (object: string): Promise<Round> => {
    const before = await processorTime(platform);
    const began = performance.now();
    await createMany(platform, object, creates, caller);
    const wall = performance.now() - began;
    const after = await processorTime(platform);
    const [node, postgres] = [after.node - before.node, after.postgres - before.postgres].map((seconds) => (seconds * 1_000) / creates) as [number, number];
    return { node, postgres, cpu: node + postgres, wall };
  };
  await round('plain');
  await round('ruled');
  const pairs: { readonly plain: Round; readonly ruled: Round }[] = [];
  for (let n = 0; n < rounds; n += 1) pairs.push({ plain: await round('plain'), ruled: await round('ruled') });
  const each = (pick: (pair: (typeof pairs)[number]) => Round): CreateCost => ({
    node: median(pairs.map((pair) => pick(pair).node)), postgres: median(pairs.map((pair) => pick(pair).postgres)), cpu: median(pairs.map((pair) => pick(pair).cpu)),
  });
  return {
    plain: each(({ plain }) => plain), ruled: each(({ ruled }) => ruled),
    cpu: median(pairs.map(({ plain, ruled }) => ruled.cpu / plain.cpu)), rate: median(pairs.map(({ plain, ruled }) => plain.wall / ruled.wall)),
  };
}, access);

/** Milliseconds from the answer of a create to the call of its handler, on a platform that is not busy otherwise. */
const pickUps = (): Promise<readonly number[]> => withPlatform(async (platform) => {
  await platform.kernel.start();
  const found: number[] = [];
  for (let n = 0; n < latencies; n += 1) {
    const id = await create(platform, 'handled');
    const answered = performance.now();
    while (!called.has(id)) await sleep(1);
    found.push(Math.max(0, (called.get(id) ?? 0) - answered));
    await sleep(20);
  }
  return found.sort((one, other) => one - other);
});

const median = (values: readonly number[]): number => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

const throughputs: Throughput[] = [];
for (const load of loads) throughputs.push(await throughputOf(load));
const costs = [{ who: 'somebody with rights', cost: await enqueueCost(person, guarded) }, { who: 'the platform itself', cost: await enqueueCost(systemCaller) }];
const delays = await pickUps();
const delay = { p50: round(delays[Math.floor(delays.length * 0.5)] ?? 0, 1), p95: round(delays[Math.floor(delays.length * 0.95)] ?? 0, 1) };

console.log(`${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? 'unknown processor'}, ${String(availableParallelism())} cores, Node ${process.version}, ${String(runs)} jobs\n`);
console.table(throughputs.map(({ load, perSecond, node, postgres }) => ({ load, 'jobs/s': perSecond, 'ms of Node': round(node), 'ms of PostgreSQL': round(postgres) })));
console.table(costs.flatMap(({ who, cost: { plain, ruled, cpu, rate } }) => [
  { 'create of': who, 'ms of Node': round(plain.node, 3), 'ms of PostgreSQL': round(plain.postgres, 3), both: round(plain.cpu, 3) },
  { 'create of': `${who}, a rule fires`, 'ms of Node': round(ruled.node, 3), 'ms of PostgreSQL': round(ruled.postgres, 3), both: round(ruled.cpu, 3), 'times as much': round(cpu), 'its rate': round(rate) },
]));
console.table([{ 'ms from commit to start, p50': delay.p50, p95: delay.p95 }]);
if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify({ date: new Date().toISOString(), node: process.version, runs, throughputs, costs, delay }, null, 2)}\n`);

const missed = [
  ...loads.flatMap(({ title, bar = 0 }) => throughputs.flatMap(({ load, perSecond }) => (load === title && perSecond < bar ? [`${title}: ${String(perSecond)} jobs/s (bar ${String(bar)})`] : []))),
  ...costs.flatMap(({ who, cost: { cpu } }) => (cpu > 1.1 ? [`a rule makes a create of ${who} ${String(round(cpu))} times as dear (bar 1.1)`] : [])),
  ...(delay.p95 > 50 ? [`p95 ${String(delay.p95)} ms from commit to start (bar 50)`] : []),
];
if (missed.length > 0) {
  console.log(`\nBars missed: ${missed.join('; ')}`);
  if (options.check) process.exitCode = 1;
}
