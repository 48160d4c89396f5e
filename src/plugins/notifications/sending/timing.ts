/** When a person wants messages. */
export interface Schedule {
  readonly quietFrom: string | null;
  readonly quietTo: string | null;
  readonly digest: 'off' | 'hourly' | 'daily' | null;
  readonly digestAt: string | null;
  readonly timeZone: string;
}

const minute = 60_000;
const day = 1_440;

/** The end of the quiet hours that `now` lies in; undefined outside of them. */
export function quietUntil({ quietFrom, quietTo, timeZone }: Schedule, now: Date): Date | undefined {
  if (quietFrom === null || quietTo === null) return undefined;
  const [from, to, at] = [minutesOf(quietFrom), minutesOf(quietTo), localMinutes(now, timeZone)];
  const quiet = from <= to ? at >= from && at < to : at >= from || at < to;
  return quiet ? later(now, (to - at + day) % day) : undefined;
}

/** When mail that comes in now is due as a part of the digest; undefined without one. */
export function digestAt({ digest, digestAt: time, timeZone }: Schedule, now: Date): Date | undefined {
  if (digest === null || digest === 'off') return undefined;
  const at = localMinutes(now, timeZone);
  if (digest === 'hourly') return later(now, 60 - (at % 60));
  const wait = (minutesOf(time ?? '08:00') - at + day) % day;
  return later(now, wait === 0 ? day : wait);
}

/** At the beginning of the minute. */
const later = (now: Date, minutes: number): Date => new Date(Math.floor(now.getTime() / minute) * minute + minutes * minute);

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function localMinutes(now: Date, timeZone: string): number {
  const [hours = 0, minutes = 0] = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(now).split(':').map(Number);
  return hours * 60 + minutes;
}

/** A time zone that the platform knows, or UTC. */
export function knownTimeZone(name: string | null): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name ?? 'UTC' }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}
