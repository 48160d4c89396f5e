import { createHash } from 'node:crypto';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';

export type SeedRecord = Readonly<Record<string, unknown>>;

/** One file of `schema/data`. */
export interface SeedFile {
  /** File name without `.data.yml`; files load in the order of their names. */
  readonly file: string;
  readonly object: string;
  readonly externalId: string;
  readonly records: readonly SeedRecord[];
}

/** The day on which the sample company lives: closed deals lie before it, open ones after it. */
export const today = '2026-11-16';

/** Random numbers of one topic, so that a change in one topic leaves the others alone. */
export function randomFor(topic: string): Random {
  return createRandom(createHash('sha256').update(topic).digest().readUInt32BE(0));
}

/** `2026-11-16` and -3 → `2026-11-13`. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** A moment within working hours of the day. */
export function officeHour(random: Random, date: string): string {
  return `${date}T${String(random.int(8, 17)).padStart(2, '0')}:${random.pick(['00', '15', '30', '45'])}:00Z`;
}

/** `ACC` and 7 → `ACC-0007`. */
export function number(prefix: string, value: number): string {
  return `${prefix}-${String(value).padStart(4, '0')}`;
}

/** Cents as an amount. */
export const amount = (cents: number): number => Math.round(cents) / 100;

/** A UUID of version 7 that depends on object and index only, in ascending order. */
export function recordId(object: string, index: number): string {
  const time = (Date.parse('2026-01-05T08:00:00Z') + index * 60_000).toString(16).padStart(12, '0');
  const hash = createHash('sha256').update(`${object} ${String(index)}`).digest('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(0, 3)}-${'89ab'[Number.parseInt(hash.slice(3, 4), 16) % 4] ?? '8'}${hash.slice(4, 7)}-${hash.slice(7, 19)}`;
}
