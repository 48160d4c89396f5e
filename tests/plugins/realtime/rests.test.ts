import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Rests } from '../../../src/plugins/realtime/hub/rests.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Work of three parts with rests in between. */
function work(rests: Rests): { readonly parts: () => number; readonly done: Promise<void> } {
  let parts = 0;
  const run = async (): Promise<void> => {
    for (parts = 1; parts < 3; parts += 1) await rests.rest(100);
  };
  return { done: run(), parts: () => parts };
}

it('rests as long as it is told while nobody waits', async () => {
  const { parts } = work(new Rests());
  expect(parts()).toBe(1);
  await vi.advanceTimersByTimeAsync(99);
  expect(parts()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(parts()).toBe(2);
  await vi.advanceTimersByTimeAsync(100);
  expect(parts()).toBe(3);
});

it('rests no more, and no longer, when somebody waits, and again afterwards', async () => {
  const rests = new Rests();
  const { done, parts } = work(rests);
  await rests.without(() => done);
  expect([parts(), vi.getTimerCount()]).toEqual([3, 0]);
  await expect(rests.without(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  const later = work(rests);
  await vi.advanceTimersByTimeAsync(99);
  expect(later.parts()).toBe(1);
});
