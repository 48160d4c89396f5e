import { randomUUID } from 'node:crypto';

let moment = 0;
let count = 0;
/** The moment, as identifiers begin with it. */
let prefix = '';

/**
 * A UUID of version 7: milliseconds, then a count, then 62 random bits. What this process makes sorts in the order in which it was made. The
 * random bits come from what Node keeps ready for `randomUUID`, which asks the system once for many.
 */
export function newId(): string {
  const random = randomUUID();
  const now = Date.now();
  if (now > moment) {
    start(now);
    // Half of the range is left for counting up.
    count = Number.parseInt(random.slice(15, 18), 16) >> 1;
  } else if (count === 0xfff) {
    start(moment + 1);
    count = 0;
  } else count += 1;
  return prefix + count.toString(16).padStart(3, '0') + random.slice(18);
}

function start(at: number): void {
  moment = at;
  const time = at.toString(16).padStart(12, '0');
  prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`;
}
