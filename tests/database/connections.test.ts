import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open-database.ts';
import { runnable } from '../support/compiled.ts';
import { describeEachDatabase, onServer, serverUrl } from '../support/database.ts';
import { sql } from './support.ts';

describeEachDatabase('queries', (open, kind) => {
  it('gives values the same form on both engines', async () => {
    const database = await open();
    const { rows, count } = await database.query(
      sql(
        `select 9007199254740993::int8 as big, 1.10::numeric as exact, date '2026-01-02' as day, timestamptz '2026-01-02 03:04:05.6+02' as at, time '10:00' as time,
          '{"a":[1]}'::jsonb as json, array['x', null] as texts, array[1.5]::numeric[] as exacts, array[timestamptz '2026-01-02 03:04:05+00'] as ats, array[date '2026-01-02'] as days,
          true as yes, null as none, 1.5::float8 as float, interval '1 day' as span`,
      ),
    );
    expect(count).toBe(1);
    expect(rows).toEqual([
      {
        big: '9007199254740993', exact: '1.10', day: '2026-01-02', at: '2026-01-02T01:04:05.600Z', time: '10:00:00.000',
        json: { a: [1] }, texts: ['x', null], exacts: ['1.5'], ats: ['2026-01-02T03:04:05.000Z'], days: ['2026-01-02'],
        yes: true, none: null, float: 1.5, span: '1 day',
      },
    ]);
  });

  it('runs in UTC in the schema it was opened for', async () => {
    const database = await open({ schema: `t_own_schema_${process.pid}` });
    const { rows } = await database.query(sql(`select current_setting('TimeZone') as zone, current_schema() as schema`));
    expect(rows).toEqual([{ zone: 'UTC', schema: `t_own_schema_${process.pid}` }]);
  });

  it('prepares named statements, and again when the tables changed', async () => {
    const database = await open();
    await database.exec('create table item (a int); insert into item values (1)');
    const statement = { name: `all_${kind}`, text: 'select * from item where a = $1', values: [1] };
    for (let round = 0; round < 3; round += 1) expect((await database.query(statement)).rows).toEqual([{ a: 1 }]);
    await database.exec('alter table item add column b int default 2');
    expect((await database.query(statement)).rows).toEqual([{ a: 1, b: 2 }]);
    await database.exec('alter table item add column c int default 3');
    await database.transaction(async () => {
      expect((await database.query(statement)).rows).toEqual([{ a: 1, b: 2, c: 3 }]);
    });
  });

  it('goes on with a named statement that fails at times, and with one that answers no rows', async () => {
    const database = await open();
    await database.exec('create table item (a int, b text)');
    const divide = (by: number) => database.query({ name: `divide_${kind}`, text: 'select 10 / $1::int as ten, null as nothing', values: [by] });
    const settled = await Promise.allSettled([0, 5, 0, 2].map(divide));
    expect(settled.map((one) => (one.status === 'fulfilled' ? one.value : 'failed'))).toEqual(['failed', { rows: [{ ten: 2, nothing: null }], count: 1 }, 'failed', { rows: [{ ten: 5, nothing: null }], count: 1 }]);
    await expect(database.transaction(async () => [(await divide(1)).rows, (await divide(0)).rows])).rejects.toThrow();
    const insert = (values: readonly unknown[]) => database.query({ name: `insert_${kind}`, text: 'insert into item select * from unnest($1::int[], $2::text[])', values });
    expect([await insert([[1, 2], ['x', null]]), await insert([[], []]), await insert([[3], ['y']])]).toEqual([2, 0, 1].map((count) => ({ rows: [], count })));
    expect((await database.query({ text: 'select a, b from item order by a', values: [] })).rows).toEqual([{ a: 1, b: 'x' }, { a: 2, b: null }, { a: 3, b: 'y' }]);
    const unsendable = { toPostgres: () => { throw new Error('no value'); } };
    await expect(insert([unsendable, ['z']])).rejects.toThrow('no value');
    expect(await insert([[4], ['z']])).toMatchObject({ count: 1 });
    await expect(database.query({ name: `insert_${kind}`, text: 'select 1', values: [] })).rejects.toThrow(/stands for another statement/);
  });

  it('names constraint, table and columns of a violation, and no value', async () => {
    const database = await open();
    await database.exec(`create table parent (id int primary key, code text unique, "Two Words" int not null default 1, check (id < 100));
      create table child (id int primary key, parent_id int references parent (id))`);
    await database.exec(`insert into parent values (1, 'secret'); insert into child values (1, 1)`);
    const violation = async (text: string): Promise<unknown> =>
      database.exec(text).then(
        () => 'no error',
        (error: { code: string; message: string; violation: unknown }) => {
          expect(error.message).not.toContain('secret');
          return { code: error.code, ...(error.violation as object) };
        },
      );
    expect(await violation(`insert into parent values (2, 'secret')`)).toEqual({ code: 'CONFLICT', kind: 'unique', table: 'parent', constraint: 'parent_code_key', columns: ['code'], reference: undefined });
    expect(await violation('insert into child values (2, 9)')).toMatchObject({ code: 'VALIDATION_FAILED', kind: 'foreignKey', table: 'child', columns: ['parent_id'], reference: 'missing' });
    expect(await violation('delete from parent')).toMatchObject({ code: 'CONFLICT', kind: 'foreignKey', reference: 'inUse', constraint: 'child_parent_id_fkey' });
    expect(await violation('insert into parent values (3, null, null)')).toMatchObject({ code: 'VALIDATION_FAILED', kind: 'notNull', columns: ['Two Words'] });
    expect(await violation('insert into parent values (300)')).toMatchObject({ code: 'VALIDATION_FAILED', kind: 'check', constraint: 'parent_id_check' });
    await expect(database.query(sql('select $1::int', 'x'))).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(database.query(sql('select nothing'))).rejects.toMatchObject({ code: '42703' });
  });

  it('delivers notifications until told to stop, those of a rolled back transaction never', async () => {
    const database = await open();
    const got: string[] = [];
    const channel = `Channel ${kind} ${process.pid}`;
    const stop = await database.listen(channel, (payload) => got.push(payload));
    const notify = (payload: string) => database.query(sql('select pg_notify($1, $2)', channel, payload));
    await notify('a');
    await database.transaction(() => notify('undone'), { rollback: true });
    await database.transaction(() => notify('b'));
    await expect.poll(() => got).toEqual(['a', 'b']);
    await stop();
    await notify('c');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(got).toEqual(['a', 'b']);
  });
});

describeEachDatabase('a server', (open, kind) => {
  const onlyServer = it.skipIf(kind === 'pglite');

  onlyServer('runs both of two transactions that deadlock', async () => {
    const database = await open();
    await database.exec('create table item (id int primary key, amount int default 0); insert into item values (1), (2)');
    const add = (id: number) => database.query(sql('update item set amount = amount + 1 where id = $1', id));
    let runs = 0;
    let held = 0;
    let met: () => void = () => undefined;
    const meeting = new Promise<void>((resolve) => (met = resolve));
    const both = (first: number, second: number) =>
      database.transaction(async () => {
        runs += 1;
        await add(first);
        held += 1;
        if (held === 2) met();
        await meeting;
        await add(second);
      });
    await Promise.all([both(1, 2), both(2, 1)]);
    expect(runs).toBe(3);
    expect((await database.query(sql('select amount from item'))).rows).toEqual([{ amount: 2 }, { amount: 2 }]);
  });

  onlyServer('repeats a transaction that could not be serialized', async () => {
    const database = await open();
    await database.exec('create table counter (n int); insert into counter values (0)');
    const increment = () =>
      database.transaction(
        async () => {
          const { rows } = await database.query<{ n: number }>(sql('select n from counter'));
          await database.query(sql('update counter set n = $1', (rows[0]?.n ?? 0) + 1));
        },
        { isolation: 'serializable' },
      );
    await Promise.all([increment(), increment(), increment()]);
    expect((await database.query(sql('select n from counter'))).rows).toEqual([{ n: 3 }]);
  });

  onlyServer('reports a lost connection and works again', async () => {
    const database = await open({ pool: 2 });
    await database.exec('create table item (a int)');
    const kill = (pid: number) => onServer((client) => client.query('select pg_terminate_backend($1)', [pid]));
    const pidOf = async () => (await database.query<{ pid: number }>(sql('select pg_backend_pid() as pid'))).rows[0]?.pid ?? 0;
    const work = database.transaction(async () => {
      await database.query(sql('insert into item values (1)'));
      await kill(await pidOf());
      await database.query(sql('insert into item values (2)'));
    });
    await expect(work).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const sleeping = database.query(sql('select pg_sleep(5)'));
    const found = await onServer(async (client) => {
      for (;;) {
        const { rows } = await client.query<{ pid: number }>(`select pid from pg_stat_activity where query = 'select pg_sleep(5)' and state = 'active'`);
        if (rows[0]) return rows[0].pid;
      }
    });
    await Promise.all([expect(sleeping).rejects.toMatchObject({ code: 'UNAVAILABLE' }), kill(found)]);
    expect((await database.query(sql('select * from item'))).rows).toEqual([]);
  });

  onlyServer('listens again after its connection was lost', async () => {
    const database = await open();
    const got: string[] = [];
    const channel = `lost_${process.pid}`;
    await database.listen(channel, (payload) => got.push(payload));
    await onServer((client) => client.query(`select pg_terminate_backend(pid) from pg_stat_activity where query = $1`, [`listen "${channel}"`]));
    await expect.poll(() => got, { timeout: 5_000 }).toEqual(['']);
    await database.query(sql('select pg_notify($1, $2)', channel, 'x'));
    await expect.poll(() => got).toEqual(['', 'x']);
  });

  onlyServer('ends statements that take too long, and waits for locks only so long', async () => {
    const database = await open({ statementTimeout: 100 });
    await expect(database.query(sql('select pg_sleep(5)'))).rejects.toMatchObject({ code: 'TIMEOUT' });
    await database.exec('create table item (a int); insert into item values (1)');
    await database.transaction(async () => {
      await database.query(sql('update item set a = 2'));
      const waiting = await open({ schema: (await database.query<{ name: string }>(sql('select current_schema() as name'))).rows[0]?.name ?? '' });
      const blocked = waiting.transaction(async () => {
        await waiting.exec(`set local lock_timeout = '20ms'`);
        await waiting.query(sql('update item set a = 3'));
      });
      await expect(blocked).rejects.toMatchObject({ code: 'TIMEOUT' });
    });
    expect((await database.query(sql('select a from item'))).rows).toEqual([{ a: 2 }]);
  });

  onlyServer('says that it cannot be reached', async () => {
    await expect(openDatabase({ url: 'postgres://postgres@127.0.0.1:1/postgres' })).rejects.toThrow('No PostgreSQL server answers at 127.0.0.1:1 (ECONNREFUSED). Check DATABASE_URL');
    const other = Object.assign(new URL(serverUrl), { pathname: '/no_such_database' }).href;
    await expect(openDatabase({ url: other })).rejects.toThrow(/^There is no database "no_such_database" on [\w.:-]+; make it with: createdb no_such_database\./);
  });

  onlyServer('takes the same definitions from three processes that start at once', async () => {
    const schema = `t_three_starts_${process.pid}`;
    await open({ schema });
    const { path, execArgv } = runnable('tests/database/start-process.ts');
    const start = () =>
      new Promise<string>((resolve, reject) => {
        const child = fork(path, [serverUrl, schema], { execArgv, stdio: 'pipe' });
        let output = '';
        child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
        child.stderr?.on('data', (data: Buffer) => (output += data.toString()));
        child.on('error', reject);
        child.on('exit', () => resolve(output.trim().split('\n').at(-1) ?? ''));
      });
    const results = await Promise.all([start(), start(), start()]);
    expect(results.sort()).toEqual(['false', 'false', 'true']);
  });
});

describe('the data folder', () => {
  it('is named when it cannot be written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'objectos-data-'));
    try {
      await writeFile(join(folder, 'file'), '');
      await expect(openDatabase({ dataDirectory: join(folder, 'file', 'data') })).rejects.toThrow(/file\/data cannot be written \(ENOTDIR\)\. Choose another folder \(OBJECTOS_DATA_DIR\)/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('keeps its data and belongs to one process at a time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'objectos-data-'));
    try {
      const database = await openDatabase({ dataDirectory: folder });
      await database.exec('create table kept (a int); insert into kept values (1)');
      await expect(openDatabase({ dataDirectory: folder })).rejects.toThrow(`in use by process ${process.pid}`);
      await database.close();
      // The lock of a process that is gone.
      await writeFile(join(folder, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, host: (await import('node:os')).hostname(), token: 'x' }));
      const again = await openDatabase({ dataDirectory: folder });
      expect((await again.query(sql('select a from kept'))).rows).toEqual([{ a: 1 }]);
      await again.close();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
