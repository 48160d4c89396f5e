import type { PlatformTable } from '../../../database/phase.ts';

export const outboxTable = 'objectos_automation_outbox';

/** Runs that were started and are not made yet. */
export const outbox: PlatformTable = {
  name: outboxTable,
  model: `
/// Runs that a committed write started and that are about to be made.
model ObjectosAutomationOutbox {
  position BigInt @id @default(autoincrement())
  recordId String @map("record_id") @db.Uuid
  /// JSON.
  note     String
  /// The record before and after.
  before   Json?
  after    Json?

  @@map("${outboxTable}")
}
`,
};
