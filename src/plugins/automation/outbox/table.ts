import type { Database } from '../../../database/database.ts';
import type { PlatformTable } from '../../../database/phase.ts';

export const outboxTable = 'objectos_automation_outbox';
export const ruleVersionTable = 'objectos_automation_rule_version';

/** A place after all notes there are: the changes of a record have theirs in the order in which the database has seen them, whatever the clocks of machines say. */
export async function nextPlace(database: Database): Promise<string> {
  const { rows } = await database.query<{ place: string }>({ name: 'automation_place', text: `SELECT nextval(pg_get_serial_sequence('${outboxTable}', 'position'))::text AS place`, values: [] });
  const [row] = rows;
  if (!row) throw new Error('The database gave no place.');
  return row.place;
}

export const outboxTables: readonly PlatformTable[] = [
  {
    name: outboxTable,
    model: `
/// Runs that a committed write started and that are about to be made.
model ObjectosAutomationOutbox {
  position     BigInt   @id @default(autoincrement())
  recordId     String   @map("record_id") @db.Uuid
  /// The runs, as JSON.
  note         String
  user         String?
  organization String?
  at           DateTime @db.Timestamptz(3)
  /// The record before and after.
  before       Json?
  after        Json?
  /// Instead of the record after, what the log says of a new one.
  created      Json?

  @@map("${outboxTable}")
}
`,
  },
  {
    name: ruleVersionTable,
    model: `
/// Rules as they were when they started runs, by their hash: rows of the outbox name them.
model ObjectosAutomationRuleVersion {
  hash    String @id
  version Json   @db.Json

  @@map("${ruleVersionTable}")
}
`,
  },
];
