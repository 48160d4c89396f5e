import { randomUUID } from 'node:crypto';
import type { Database } from '../../../database/database.ts';
import { onOwnChanges, wakeReaders } from '../../../resolvers/write/change-log/signal.ts';
import { changesChannel } from '../../../resolvers/write/change-log/table.ts';
import type { Carrier } from './carrier.ts';

/** Wakes readers of the change log in all processes after commits. What is not carried is found by their own polling. */
export async function carryChanges(carrier: Carrier, database: Database): Promise<() => Promise<void>> {
  const self = randomUUID();
  const stop = await carrier.listen(changesChannel, (from) => {
    if (from !== self) wakeReaders(database);
  });
  const forget = onOwnChanges(database, () => void carrier.tell(changesChannel, [self]).catch(() => undefined));
  return async () => {
    forget();
    await stop();
  };
}
