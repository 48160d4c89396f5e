const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clock on the wall shows at an instant: as if it were UTC. */
export function wallTime(instant: number, zone: string): number {
  return instant + offsetAt(instant, zone);
}

/**
 * The instant at which the clock on the wall shows `wall`. Of two the later one, and for a time that the clock skips the one it would
 * be without the skip, as PostgreSQL has it.
 */
export function instantOf(wall: number, zone: string): number {
  if (zone === 'UTC') return wall;
  const [before, after] = [offsetAt(wall - 86_400_000, zone), offsetAt(wall + 86_400_000, zone)];
  const late = wall - after;
  if (offsetAt(late, zone) === after) return late;
  return wall - before;
}

function offsetAt(instant: number, zone: string): number {
  if (zone === 'UTC') return 0;
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23', era: 'short', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
    formats.set(zone, format);
  }
  const part = new Map<string, string>(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  const number = (name: string) => Number(part.get(name));
  const year = part.get('era')?.startsWith('B') === true ? 1 - number('year') : number('year');
  const wall = new Date(0);
  wall.setUTCFullYear(year, number('month') - 1, number('day'));
  wall.setUTCHours(number('hour'), number('minute'), number('second'));
  return wall.getTime() - Math.floor(instant / 1000) * 1000;
}
