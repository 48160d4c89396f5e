import { expect, it } from 'vitest';
import { adoptChanges, pruneChanges } from '../../../src/resolvers/write/change-log/prune-changes.ts';
import { latestCursor, readChanges } from '../../../src/resolvers/write/change-log/read-changes.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { now, openSales, refusal } from './fixture.ts';

/** Opens from outside. */
function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

describeEachDatabase('change log', (open, kind) => {
  it('pages through all changes with opaque cursors', async () => {
    const sales = await openSales(await open());
    await sales.write({ object: 'topic', operation: 'createMany', input: Array.from({ length: 25 }, (_, index) => ({ name: `${index}` })) });
    await sales.write({ object: 'account', operation: 'create', input: { name: 'A' } });
    const names: unknown[] = [];
    let after: string | undefined;
    for (let more = true; more; ) {
      const page = await readChanges(sales.database, { after, limit: 10, objects: ['topic'] });
      expect(page.gap).toBe(false);
      names.push(...page.changes.map(({ changes }) => changes['name']?.[1]));
      ({ cursor: after, more } = page);
    }
    expect(names).toEqual(Array.from({ length: 25 }, (_, index) => `${index}`));
    const resumed = await readChanges(sales.database, { after: (await readChanges(sales.database, { limit: 3 })).changes[2]?.cursor, limit: 100 });
    expect(resumed.changes).toHaveLength(23);
    expect((await readChanges(sales.database, { after: await latestCursor(sales.database) })).changes).toEqual([]);
    expect((await refusal(readChanges(sales.database, { after: 'forged' }))).code).toBe('BAD_REQUEST');
  });

  it('says when a cursor is older than what is kept', async () => {
    const sales = await openSales(await open());
    const start = await latestCursor(sales.database);
    await sales.write({ object: 'topic', operation: 'createMany', input: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] });
    expect(await pruneChanges(sales.database, { olderThan: new Date(now.getTime() - 1) })).toBe(0);
    expect((await readChanges(sales.database, { after: start })).changes).toHaveLength(3);
    expect(await pruneChanges(sales.database, { olderThan: new Date(now.getTime() + 1), batch: 2 })).toBe(3);
    expect(await readChanges(sales.database, { after: start })).toMatchObject({ gap: true, changes: [] });
    // On a shared server, transactions of others that are older than what was cleaned up make even a new cursor doubtful.
    if (kind === 'postgres') return;
    const later = await latestCursor(sales.database);
    await sales.write({ object: 'topic', operation: 'create', input: { name: 'd' } });
    expect(await readChanges(sales.database, { after: later })).toMatchObject({ gap: false, changes: [{ object: 'topic' }] });
  });

  it('keeps readable what was restored from another cluster', async () => {
    const sales = await openSales(await open());
    await sales.write({ object: 'topic', operation: 'create', input: { name: 'a' } });
    await sales.rows('UPDATE objectos_change_log SET xid = xid + 1000000');
    expect((await sales.log())).toEqual([]);
    expect(await adoptChanges(sales.database)).toBe(1);
    expect(await sales.log()).toHaveLength(1);
  });

  it.skipIf(kind === 'pglite')('misses and swaps nothing when transactions commit out of order', async () => {
    const sales = await openSales(await open());
    const id = await sales.id({ object: 'topic', operation: 'create', input: { name: '0' } });
    let after = (await readChanges(sales.database)).cursor;
    const read = async () => {
      const page = await readChanges(sales.database, { after });
      after = page.cursor;
      return page.changes.map(({ object, changes }) => `${object} ${String(changes['name']?.[1])}`);
    };
    const [early, middle, started] = [gate(), gate(), gate()];
    // Begins first (and has its number), changes the topic last.
    const first = sales.database.transaction(async () => {
      await sales.write({ object: 'account', operation: 'create', input: { name: 'first' } });
      started.open();
      await early.passed;
      await sales.write({ object: 'topic', operation: 'update', id, input: { name: '2' } });
    });
    await started.passed;
    const open2 = gate();
    const second = sales.database.transaction(async () => {
      await sales.write({ object: 'account', operation: 'create', input: { name: 'second' } });
      open2.open();
      await middle.passed;
    });
    await open2.passed;
    await sales.write({ object: 'topic', operation: 'update', id, input: { name: '1' } });
    expect(await read()).toEqual(['topic 1']);
    early.open();
    await first;
    expect(await read()).toEqual(['account first', 'topic 2']);
    middle.open();
    await second;
    expect(await read()).toEqual(['account second']);
    const all = (await sales.log()).filter(({ object }) => object === 'topic').map(({ changes }) => changes['name']?.[1]);
    expect(all).toEqual(['0', '1', '2']);
  });

  it.skipIf(kind === 'pglite')('a reader beside many writers sees every change once, each record in order', async () => {
    const sales = await openSales(await open({ pool: 8 }));
    const ids = (await sales.write({ object: 'topic', operation: 'createMany', input: ['a', 'b', 'c', 'd'].map((name) => ({ name })) })).rows.map(({ id }) => id ?? '');
    let after = (await readChanges(sales.database)).cursor;
    const seen: string[] = [];
    let writing = true;
    const reader = (async () => {
      for (let last = false; ; last = !writing) {
        const page = await readChanges(sales.database, { after, limit: 7 });
        after = page.cursor;
        for (const { recordId, changes } of page.changes) seen.push(`${recordId} ${String(changes['name']?.[1])}`);
        if (last && !page.more && page.changes.length === 0) return;
      }
    })();
    const rounds = 40;
    await Promise.all(Array.from({ length: 6 }, async (_, writer) => {
      for (let round = 0; round < rounds; round += 1) {
        const [one, two] = [ids[(writer + round) % 4] ?? '', ids[(writer * 3 + round + 1) % 4] ?? ''];
        await sales.database.transaction(async () => {
          await sales.write({ object: 'topic', operation: 'updateMany', rows: [...new Set([one, two])].map((id, index) => ({ id, input: { name: `${writer}.${round}.${index}` } })) });
        });
      }
    }));
    writing = false;
    await reader;
    const versions = await sales.rows<{ id: string; version: number; name: string }>('SELECT id, version, name FROM topic');
    for (const { id, version, name } of versions) {
      const own = seen.filter((line) => line.startsWith(id));
      expect(own).toHaveLength(version - 1);
      expect(own.at(-1)).toBe(`${id} ${name}`);
    }
  });

  it('wakes listeners after the commit', async () => {
    const sales = await openSales(await open());
    const woken = gate();
    const stop = await sales.database.listen('objectos_changes', () => woken.open());
    await sales.write({ object: 'topic', operation: 'create', input: { name: 'a' } });
    await woken.passed;
    await stop();
  });
});
