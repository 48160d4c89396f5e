import { validate, version } from 'uuid';
import { afterEach, expect, it, vi } from 'vitest';
import { newId } from '../../src/kernel/new-id.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('makes UUIDs of version 7 that sort in the order in which they were made', () => {
  const ids = Array.from({ length: 20_000 }, newId);
  expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
});

it('says when an id was made', () => {
  const before = Date.now();
  const made = Number.parseInt(newId().replaceAll('-', '').slice(0, 12), 16);
  // More ids than one millisecond has room for borrow from the next ones.
  expect(made - before).toBeGreaterThanOrEqual(0);
  expect(made - before).toBeLessThan(60_000);
});

it('goes on in order when the clock is set back', () => {
  const first = newId();
  vi.spyOn(Date, 'now').mockReturnValue(0);
  expect(newId() > first).toBe(true);
});
