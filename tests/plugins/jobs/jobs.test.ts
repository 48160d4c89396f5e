import { expect, it } from 'vitest';
import type { JobRun } from '../../../src/kernel/jobs.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { deferred, eventually, startWorking } from './support.ts';

describeEachDatabase('jobs', (open) => {
  it('run once their transaction is committed, and never after a rollback', async () => {
    const database = await open();
    const ran: unknown[] = [];
    const { app, jobs, list } = await startWorking(database, (service) => service.register('greet', { handler: ({ data }) => void ran.push(data) }));
    await database.transaction(
      async () => {
        await jobs.enqueue('greet', { to: 'nobody' });
      },
      { rollback: true },
    );
    await database.transaction(async () => {
      await jobs.enqueue('greet', { to: 'Ada' });
      await new Promise((done) => setTimeout(done, 50));
      expect(ran).toEqual([]);
    });
    await eventually(async () => expect(await list()).toMatchObject([{ name: 'greet', status: 'COMPLETED', attempts: 1, error: null }]));
    expect(ran).toEqual([{ to: 'Ada' }]);
    await app.close();
  });

  it('show their output, input and duration', async () => {
    const { app, jobs, list } = await startWorking(await open(), (service) => service.register('add', { handler: ({ data }) => Number(data['a']) + Number(data['b']) }));
    await jobs.enqueue('add', { a: 1, b: 2 });
    await eventually(async () => expect(await list('status input output progress queue priority maxAttempts')).toEqual([{ status: 'COMPLETED', input: { a: 1, b: 2 }, output: 3, progress: 100, queue: 'default', priority: 'NORMAL', maxAttempts: 4 }]));
    await app.close();
  });

  it('are tried again until an attempt succeeds', async () => {
    let calls = 0;
    const { app, jobs, list } = await startWorking(await open(), (service) =>
      service.register('shaky', {
        retryDelay: 0,
        handler: ({ attempt }) => {
          calls += 1;
          if (attempt < 3) throw new Error(`attempt ${attempt}`);
        },
      }),
    );
    await jobs.enqueue('shaky', {});
    await eventually(async () => expect(await list()).toMatchObject([{ status: 'COMPLETED', attempts: 3 }]));
    expect(calls).toBe(3);
    await app.close();
  });

  it('wait longer after each failure', async () => {
    const { app, jobs, list } = await startWorking(await open(), (service) =>
      service.register('slow', {
        retryDelay: 60,
        handler: () => {
          throw new Error('not now');
        },
      }),
    );
    await jobs.enqueue('slow', {});
    await eventually(async () => expect(await list()).toMatchObject([{ status: 'RETRYING', error: 'not now', attempts: 1 }]));
    const [job] = await list('runAt startedAt');
    const wait = (Date.parse(String(job?.['runAt'])) - Date.parse(String(job?.['startedAt']))) / 1000;
    expect(wait).toBeGreaterThanOrEqual(59);
    expect(wait).toBeLessThanOrEqual(121);
    await app.close();
  });

  it('become dead letters when no attempt is left, and can be retried, redriven and cancelled', async () => {
    let broken = true;
    const seen: number[] = [];
    const { app, jobs, list } = await startWorking(await open(), (service) =>
      service.register('fragile', {
        attempts: 2, retryDelay: 0,
        handler: ({ attempt }) => {
          seen.push(attempt);
          if (broken) throw new Error('broken');
        },
      }),
    );
    const id = await jobs.enqueue('fragile', {});
    await eventually(async () => expect(await list()).toMatchObject([{ id, status: 'FAILED', attempts: 2, error: 'broken' }]));
    expect(await app.query('mutation ($id: ID!) { retryJob(id: $id) { id status } }', { id })).toEqual({ data: { retryJob: { id, status: 'retrying' } } });
    await eventually(async () => expect(await list()).toMatchObject([{ id, status: 'FAILED', attempts: 3 }]));
    broken = false;
    expect(await app.query('mutation ($id: ID!) { redriveJob(id: $id) { status } }', { id })).toEqual({ data: { redriveJob: { status: 'retrying' } } });
    await eventually(async () => expect(await list()).toMatchObject([{ id, status: 'COMPLETED', attempts: 1, error: null }]));
    expect(seen).toEqual([1, 2, 3, 1]);
    expect(await app.query('mutation ($id: ID!) { cancelJob(id: $id) { status } }', { id })).toMatchObject({ errors: [{ extensions: { code: 'CONFLICT' } }] });
    await app.close();
  });

  it('are cancelled while they wait and while they run', async () => {
    const started = deferred<JobRun>();
    const { app, jobs, list } = await startWorking(await open(), (service) =>
      service.register('long', {
        handler: (run) => {
          started.resolve(run);
          return new Promise(() => undefined);
        },
      }),
    );
    const running = await jobs.enqueue('long', {});
    const waiting = await jobs.enqueue('long', {}, { after: 3_600_000 });
    const { signal } = await started.promise;
    for (const id of [running, waiting]) expect(await app.query('mutation ($id: ID!) { cancelJob(id: $id) { status } }', { id })).toEqual({ data: { cancelJob: { status: 'cancelled' } } });
    expect(signal.aborted).toBe(true);
    await eventually(async () => expect(await list()).toMatchObject([{ status: 'CANCELLED' }, { status: 'CANCELLED' }]));
    await app.close();
  });

  it('fail an attempt that takes too long, and tell the handler', async () => {
    const reasons: unknown[] = [];
    const { app, jobs, list } = await startWorking(await open(), (service) =>
      service.register('endless', {
        timeout: 30, attempts: 1,
        handler: ({ signal }) =>
          new Promise(() => {
            signal.addEventListener('abort', () => reasons.push(signal.reason));
          }),
      }),
    );
    await jobs.enqueue('endless', {});
    await eventually(async () => expect(await list()).toMatchObject([{ status: 'FAILED', error: 'The job did not end within 30 ms.' }]));
    expect(reasons).toHaveLength(1);
    await app.close();
  });

  it('run no more at a time than their queue may, the important ones first', async () => {
    let now = 0;
    let most = 0;
    const order: unknown[] = [];
    const { app, jobs, list } = await startWorking(
      await open(),
      (service) =>
        service.register('paced', {
          queue: 'narrow',
          handler: async ({ data }) => {
            order.push(data['n']);
            now += 1;
            most = Math.max(most, now);
            await new Promise((done) => setTimeout(done, 10));
            now -= 1;
          },
        }),
      { settings: { queues: { narrow: 2 } }, start: false },
    );
    await jobs.enqueueMany('paced', Array.from({ length: 8 }, (_, n) => ({ data: { n } })));
    await jobs.enqueue('paced', { n: 'first' }, { priority: 'critical' });
    await jobs.enqueue('paced', { n: 'last' }, { priority: 'background' });
    await app.platform.kernel.start();
    await eventually(async () => expect((await list('status')).filter(({ status }) => status === 'COMPLETED')).toHaveLength(10));
    expect(most).toBe(2);
    expect(order[0]).toBe('first');
    expect(order.at(-1)).toBe('last');
    await app.close();
  });

  it('wait at most once under one key, which may be replaced and taken back', async () => {
    const ran: unknown[] = [];
    const { app, jobs, list } = await startWorking(await open(), (service) => service.register('sync', { handler: ({ data }) => void ran.push(data['n']) }), { start: false });
    expect(await jobs.enqueue('sync', { n: 1 }, { key: 'a' })).toEqual(expect.any(String));
    expect(await jobs.enqueue('sync', { n: 2 }, { key: 'a' })).toBeUndefined();
    await jobs.enqueue('sync', { n: 3 }, { key: 'b' });
    await jobs.enqueue('sync', { n: 4 }, { key: 'b', replace: true });
    await jobs.enqueue('sync', { n: 5 }, { key: 'c' });
    expect(await jobs.cancel('sync', ['c', 'd'])).toBe(1);
    await app.platform.kernel.start();
    await eventually(() => expect(ran).toEqual([1, 4]));
    await eventually(async () => expect((await list('key status')).map(({ key, status }) => `${String(key)} ${String(status)}`).sort()).toEqual(['a COMPLETED', 'b CANCELLED', 'b COMPLETED', 'c CANCELLED']));
    expect(await jobs.enqueue('sync', { n: 6 }, { key: 'a' })).toEqual(expect.any(String));
    await eventually(() => expect(ran).toEqual([1, 4, 6]));
    await app.close();
  });

  it('begin at their time without waiting for a poll', async () => {
    const done = deferred<number>();
    const { app, jobs } = await startWorking(await open(), (service) => service.register('later', { handler: () => done.resolve(Date.now()) }));
    const at = Date.now() + 400;
    await jobs.enqueue('later', {}, { after: new Date(at) });
    const began = await done.promise;
    expect(began).toBeGreaterThanOrEqual(at);
    // The next poll would have been a minute later.
    expect(began - at).toBeLessThan(30_000);
    await app.close();
  });

  it('follow each other in a chain, each with the answer of the one before', async () => {
    const { app, jobs, list } = await startWorking(await open(), (service) => {
      service.register('double', { handler: ({ data, previous }) => 2 * Number(previous ?? data['n']) });
      service.register('tell', { handler: ({ previous, data }) => `${String(data['word'])} ${String(previous)}` });
    });
    await jobs.enqueue('double', { n: 3 }, { then: [{ name: 'double', data: {} }, { name: 'tell', data: { word: 'is' } }] });
    await eventually(async () => expect((await list('name output')).map(({ output }) => output)).toEqual([6, 12, 'is 12']));
    await expect(jobs.enqueue('double', {}, { then: [{ name: 'nothing', data: {} }] })).rejects.toThrow('Nothing registered the job "nothing".');
    await app.close();
  });

  it('commit their effects together with their end', async () => {
    const database = await open();
    let attempts = 0;
    const { app, jobs, list } = await startWorking(database, (service) =>
      service.register('write', {
        retryDelay: 0,
        handler: async (run) => {
          attempts += 1;
          await run.complete(async () => {
            await database.query({ text: `INSERT INTO note (id, title, created_at, updated_at, version) VALUES (gen_random_uuid(), $1, now(), now(), 1)`, values: [`attempt ${run.attempt}`] });
            if (run.attempt === 1) throw new Error('after the write');
          });
          if (run.attempt === 2) throw new Error('too late to count');
        },
      }),
    );
    await jobs.enqueue('write', {});
    await eventually(async () => expect(await list()).toMatchObject([{ status: 'COMPLETED', attempts: 2 }]));
    expect(await app.query('{ notes { nodes { title } } }')).toEqual({ data: { notes: { nodes: [{ title: 'attempt 2' }] } } });
    expect(attempts).toBe(2);
    await app.close();
  });

  it('show their progress while they run', async () => {
    const go = deferred();
    const told = deferred();
    const { app, jobs, list } = await startWorking(await open(), (service) =>
      service.register('import', {
        handler: async (run) => {
          await run.progress(40, '4 of 10');
          told.resolve();
          await go.promise;
        },
      }),
    );
    await jobs.enqueue('import', {});
    await told.promise;
    expect(await list('status progress progressMessage')).toEqual([{ status: 'RUNNING', progress: 40, progressMessage: '4 of 10' }]);
    const [job] = await list('id');
    const { url } = await app.platform.start();
    const response = await fetch(`${url}/graphql`, {
      method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: `subscription { jobProgress(id: "${String(job?.['id'])}") { status progress message } }` }),
    });
    go.resolve();
    const states = [...(await response.text()).matchAll(/"jobProgress":(\{[^}]*\})/g)].map(([, state]) => JSON.parse(state ?? '') as unknown);
    expect(states.at(-1)).toEqual({ status: 'completed', progress: 100, message: null });
    await eventually(async () => expect(await list('status progress progressMessage')).toEqual([{ status: 'COMPLETED', progress: 100, progressMessage: null }]));
    await app.close();
  });

  it('are given back when the process stops before they end', async () => {
    const database = await open();
    const started = deferred();
    const first = await startWorking(
      database,
      (service) =>
        service.register('stay', {
          handler: ({ signal }) => {
            started.resolve();
            return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
          },
        }),
      { settings: { stopSeconds: 1 } },
    );
    await first.jobs.enqueue('stay', {});
    await started.promise;
    await first.app.close();
    const attempts: number[] = [];
    const second = await startWorking(database, (service) => service.register('stay', { handler: ({ attempt }) => void attempts.push(attempt) }));
    await eventually(async () => expect(await second.list()).toMatchObject([{ status: 'COMPLETED', attempts: 1 }]));
    expect(attempts).toEqual([1]);
    await second.app.close();
  });

  it('are for those who may see and change jobs', async () => {
    const { app } = await startWorking(await open(), () => undefined);
    expect(app.platform.schema.getType('JobCreateInput')).toBeUndefined();
    expect(await app.query('mutation { cancelJob(id: "x") { id } }')).toMatchObject({ errors: [{ message: 'There is no job x that waits or runs.' }] });
    await app.close();
  });
});
