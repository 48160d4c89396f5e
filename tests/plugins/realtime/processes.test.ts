import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../support/database.ts';
import { fold, repeats, soon, startLive, type LiveApp } from './support.ts';

const id = (n: number): string => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const objects = [{ name: 'deal', fields: { name: { type: 'text' }, stage: { type: 'text' } } }];
const all = 'subscription { dealChanges(snapshot: true) { cursor kind recordId changedFields at record { id name } } }';
const create = (app: LiveApp, n: number) => app.system('mutation($input: DealCreateInput!) { createDeal(input: $input) { record { id } } }', { input: { id: id(n), name: `n${n}` } });

describeEachDatabase('several processes and changes', (open, kind) => {
  const onlyServer = it.runIf(kind === 'postgres');
  const two = async (): Promise<readonly [LiveApp, LiveApp]> => {
    const database = await open({ pool: 8 });
    const first = await startLive({ database, objects });
    const schema = (await database.query<{ name: string }>({ text: 'SELECT current_schema() AS name', values: [] })).rows[0]?.name ?? '';
    return [first, await startLive({ database: await open({ schema }), objects })];
  };

  onlyServer('see the same, whichever wrote it', async () => {
    const [a, b] = await two();
    const streams = [a.follow(all), b.follow(all)];
    for (const stream of streams) await expect.poll(() => stream.kinds, soon).toEqual(['READY']);
    for (let n = 1; n <= 10; n += 1) await create(n % 2 === 0 ? a : b, n);
    for (const stream of streams) {
      await expect.poll(() => fold(stream.messages).size, soon).toBe(10);
      expect(repeats(stream.messages)).toEqual([]);
    }
  });

  onlyServer('miss nothing when the connection that listens is cut', async () => {
    const [a, b] = await two();
    const stream = b.follow(all);
    await expect.poll(() => stream.kinds, soon).toEqual(['READY']);
    const cut = () => a.platform.database.query({ text: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'listen "objectos_changes"' AND pid <> pg_backend_pid()`, values: [] });
    for (let n = 1; n <= 20; n += 1) {
      if (n % 4 === 0) await cut();
      await create(a, n);
    }
    await expect.poll(() => fold(stream.messages).size, { timeout: 3_000 }).toBe(20);
    expect(repeats(stream.messages)).toEqual([]);
  });

  onlyServer('tell of transactions that commit in another order than they began', async () => {
    const [a, b] = await two();
    const stream = b.follow(all);
    await expect.poll(() => stream.kinds, soon).toEqual(['READY']);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let began = (): void => undefined;
    const started = new Promise<void>((resolve) => (began = resolve));
    const early = a.platform.database.transaction(async () => {
      await create(a, 1);
      began();
      await held;
    });
    await started;
    await create(b, 2);
    await expect.poll(() => [...fold(stream.messages).keys()], soon).toEqual([id(2)]);
    const resumed = stream.messages.at(-1)?.cursor;
    const later = b.follow(all.replace('snapshot: true', `after: "${resumed ?? ''}"`));
    await expect.poll(() => later.kinds, soon).toEqual(['READY']);
    release();
    await early;
    await expect.poll(() => [...fold(stream.messages).keys()], soon).toEqual([id(2), id(1)]);
    await expect.poll(() => [...fold(later.messages).keys()], soon).toEqual([id(1)]);
  });
});
