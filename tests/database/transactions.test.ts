import { expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { describeEachDatabase } from '../support/database.ts';

const sql = (text: string, ...values: unknown[]) => ({ text, values });

async function names(database: Database): Promise<unknown[]> {
  const { rows } = await database.query<{ name: string }>(sql('select name from item order by name'));
  return rows.map(({ name }) => name);
}

const add = (database: Database, name: string) => database.query(sql('insert into item (name) values ($1)', name));

describeEachDatabase('transactions', (open) => {
  async function openItems(options: Parameters<typeof open>[0] = {}): Promise<Database> {
    const database = await open(options);
    await database.exec('create table item (id int generated always as identity primary key, name text unique, amount int not null default 0)');
    return database;
  }

  it('commits what the work wrote and returns its result', async () => {
    const database = await openItems();
    const result = await database.transaction(async () => {
      expect(database.inTransaction).toBe(true);
      await add(database, 'a');
      return 7;
    });
    expect(result).toBe(7);
    expect(database.inTransaction).toBe(false);
    expect(await names(database)).toEqual(['a']);
  });

  it('rolls back when the work throws, and passes its error on', async () => {
    const database = await openItems();
    const error = new Error('no');
    await expect(
      database.transaction(async () => {
        await add(database, 'a');
        throw error;
      }),
    ).rejects.toBe(error);
    expect(await names(database)).toEqual([]);
  });

  it('undoes a failed inner transaction alone', async () => {
    const database = await openItems();
    await database.transaction(async () => {
      await add(database, 'a');
      await expect(
        database.transaction(async () => {
          await add(database, 'b');
          await add(database, 'a');
        }),
      ).rejects.toMatchObject({ code: 'CONFLICT', violation: { kind: 'unique', table: 'item', columns: ['name'] } });
      await database.transaction(() => add(database, 'c'));
    });
    expect(await names(database)).toEqual(['a', 'c']);
  });

  it('keeps inner transactions that run at the same time apart', async () => {
    const database = await openItems();
    await database.transaction(async () => {
      const results = await Promise.allSettled([
        database.transaction(async () => {
          await add(database, 'a');
          await new Promise((resolve) => setTimeout(resolve, 20));
          throw new Error('no');
        }),
        database.transaction(() => add(database, 'b')),
        add(database, 'c'),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    });
    expect(await names(database)).toEqual(['b', 'c']);
  });

  it('does not commit after a failed statement whose error was swallowed', async () => {
    const database = await openItems();
    await expect(
      database.transaction(async () => {
        await add(database, 'a');
        await add(database, 'a').catch(() => undefined);
      }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await names(database)).toEqual([]);
  });

  it('keeps nothing of a transaction asked to roll back', async () => {
    const database = await openItems();
    let called = false;
    const seen = await database.transaction(
      async () => {
        database.afterCommit(() => (called = true));
        await add(database, 'a');
        return names(database);
      },
      { rollback: true },
    );
    expect(seen).toEqual(['a']);
    expect(await names(database)).toEqual([]);
    expect(called).toBe(false);
  });

  it('calls back after the outermost commit only, never for what was undone', async () => {
    const database = await openItems();
    const calls: string[] = [];
    await database.transaction(async () => {
      database.afterCommit(() => calls.push('outer'));
      await database.transaction(() => {
        database.afterCommit(() => calls.push(`inner ${database.inTransaction}`));
        return Promise.resolve();
      });
      await database
        .transaction(() => {
          database.afterCommit(() => calls.push('undone'));
          return Promise.reject(new Error('no'));
        })
        .catch(() => undefined);
      expect(calls).toEqual([]);
    });
    expect(calls).toEqual(['outer', 'inner false']);
    database.afterCommit(() => calls.push('at once'));
    expect(calls.at(-1)).toBe('at once');
  });

  it('refuses a query that was not awaited inside its transaction', async () => {
    const database = await openItems();
    let late: Promise<unknown> = Promise.resolve();
    await database.transaction(() => {
      late = new Promise((resolve) => setTimeout(resolve, 30)).then(() => add(database, 'late'));
      late.catch(() => undefined);
      return Promise.resolve();
    });
    await expect(late).rejects.toThrow('await every query');
    expect(await names(database)).toEqual([]);
  });

  it('refuses writes when read only', async () => {
    const database = await openItems();
    await expect(database.transaction(() => add(database, 'a'), { readOnly: true })).rejects.toThrow();
    await database.transaction(async () => {
      await expect(database.transaction(() => add(database, 'a'), { readOnly: true })).rejects.toThrow();
      await add(database, 'b');
    });
    expect(await names(database)).toEqual(['b']);
  });

  it('ends a transaction that is left open', async () => {
    const database = await openItems();
    const work = database.transaction(
      async () => {
        await add(database, 'a');
        await new Promise(() => undefined);
      },
      { timeout: 60 },
    );
    await expect(work).rejects.toMatchObject({ code: 'TIMEOUT' });
    await add(database, 'b');
    expect(await names(database)).toEqual(['b']);
  });

  it('queues queries of others while a transaction runs', async () => {
    const database = await openItems();
    await Promise.all([
      ...Array.from({ length: 20 }, (_, index) => database.transaction(() => add(database, `t${index}`))),
      ...Array.from({ length: 20 }, (_, index) => add(database, `q${index}`)),
    ]);
    expect(await names(database)).toHaveLength(40);
  });

  it('gives up its locks for what takes its time, and begins anew with the answer', async () => {
    const database = await openItems();
    await add(database, 'a');
    const asked: (readonly string[])[] = [];
    const ask = async (keys: readonly string[]): Promise<ReadonlyMap<string, number>> => {
      asked.push(keys);
      await database.query(sql('update item set amount = amount + 1'));
      return new Map(keys.map((key) => [key, key.length]));
    };
    let begun = 0;
    const result = await database.transaction(async () => {
      begun += 1;
      await database.query(sql('update item set amount = amount + 10'));
      // Whoever catches what ends the attempt does not go on with it.
      const inner = await database.transaction(() => database.beforehand(['xx', 'yyy'], ask)).catch(() => undefined);
      const { rows } = await database.query<{ amount: number }>(sql('select amount from item'));
      return [inner?.get('xx'), (await database.beforehand(['yyy', 'z'], ask)).get('z'), rows[0]?.amount];
    });
    expect(result).toEqual([2, 1, 12]);
    expect([asked, begun]).toEqual([[['xx', 'yyy'], ['z']], 3]);
    expect((await database.beforehand(['out'], ask)).get('out')).toBe(3);
  });

  it('asks inside when questions come without end', async () => {
    const database = await openItems();
    let count = 0;
    const ask = (keys: readonly string[]) => Promise.resolve(new Map(keys.map((key) => [key, database.inTransaction])));
    const inside = await database.transaction(async () => {
      const key = `${(count += 1)}`;
      return (await database.beforehand([key], ask)).get(key);
    });
    expect([inside, count]).toEqual([true, 11]);
  });
});
