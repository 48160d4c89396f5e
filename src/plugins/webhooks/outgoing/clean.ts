import type { Filter } from '../../../resolvers/filter/filter.ts';
import type { Runtime } from '../../../resolvers/runtime.ts';
import { deliveryObject, receiptTable } from '../objects.ts';

/** Takes out deliveries that are over, and what receivers remember of messages, once they were kept long enough. */
export async function clean({ database, writer, systemContext }: Runtime, keepDays: number): Promise<{ readonly receipts: number }> {
  const before = new Date(Date.now() - keepDays * 86_400_000).toISOString();
  const where: Filter = { kind: 'compare', field: 'finished_at', operator: 'lt', operand: { value: () => before } };
  await writer.write({ object: String(deliveryObject['name']), options: {}, operation: 'deleteMany', where }, systemContext());
  const { count: receipts } = await database.query({ text: `DELETE FROM "${receiptTable}" WHERE "at" < $1`, values: [before] });
  return { receipts };
}
