import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { runnable } from '../../support/compiled.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { eventually, startWorking } from './support.ts';

const { path, execArgv } = runnable(new URL('child.ts', import.meta.url));

describeEachDatabase('jobs of several processes', (open, kind) => {
  if (kind === 'pglite') {
    it.skip('share nothing there: PGlite belongs to one process');
    return;
  }
  let folder = '';
  let children: ChildProcess[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'objectos-jobs-'));
    writeFileSync(join(folder, 'lines'), '');
  });
  afterEach(async () => {
    await Promise.all(children.map((process) => stop(process, 'SIGKILL')));
    children = [];
    rmSync(folder, { recursive: true });
  });
  const lines = (word: string): string[] => readFileSync(join(folder, 'lines'), 'utf8').split('\n').filter((line) => line.startsWith(word));
  const start = async (database: Database): Promise<ChildProcess> => {
    const { rows } = await database.query<{ name: string }>({ text: 'SELECT current_schema() AS name', values: [] });
    const process = fork(path, [rows[0]?.name ?? '', join(folder, 'lines')], { execArgv });
    children.push(process);
    await new Promise((ready, failed) => process.once('message', ready).once('exit', () => failed(new Error('The process ended.'))));
    return process;
  };
  const prepare = async (database: Database) => startWorking(database, (jobs) => ['tick', 'hang', 'echo'].forEach((name) => jobs.register(name, { handler: () => undefined })), { start: false });

  it('fire a schedule once', async () => {
    const database = await open();
    const { app, list } = await prepare(database);
    await Promise.all([start(database), start(database)]);
    await eventually(() => expect(lines('tick').length).toBeGreaterThanOrEqual(4));
    await Promise.all(children.map((process) => stop(process, 'SIGKILL')));
    const { rows } = await database.query<{ times: number; moments: number }>({
      text: `SELECT count(*)::int AS times, count(DISTINCT run_at)::int AS moments FROM sys_job WHERE name = 'tick'`, values: [],
    });
    expect(rows[0]?.times).toBe(rows[0]?.moments);
    const begun = (await list('name attempts')).filter(({ name, attempts }) => name === 'tick' && attempts === 1).length;
    expect(lines('tick').length).toBeGreaterThanOrEqual(begun - 1);
    expect(lines('tick').length).toBeLessThanOrEqual(begun);
    await app.close();
  }, 60_000);

  it('go on with what a killed process had begun', async () => {
    const database = await open();
    const { app, jobs, list } = await prepare(database);
    const first = await start(database);
    await jobs.enqueue('hang', { n: 1 });
    await eventually(() => expect(lines('hang')).toEqual(['hang 1 1']));
    await stop(first, 'SIGKILL');
    await start(database);
    await eventually(() => expect(lines('hang')).toEqual(['hang 1 1', 'hang 1 2']));
    await eventually(async () => expect((await list('name status attempts')).find(({ name }) => name === 'hang')).toEqual({ name: 'hang', status: 'COMPLETED', attempts: 2 }));
    await app.close();
  }, 60_000);

  it('find what was committed while no process ran, and wake each other', async () => {
    const database = await open();
    const { app, jobs } = await prepare(database);
    await jobs.enqueue('echo', { n: 'before' });
    await start(database);
    await eventually(() => expect(lines('echo')).toEqual(['echo before']));
    const began = performance.now();
    await jobs.enqueue('echo', { n: 'after' });
    await eventually(() => expect(lines('echo')).toEqual(['echo before', 'echo after']));
    // The next poll would have been a minute later.
    expect(performance.now() - began).toBeLessThan(30_000);
    await app.close();
  }, 60_000);
});

async function stop(process: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const ended = new Promise((done) => process.once('exit', done));
  process.kill(signal);
  await ended;
}
