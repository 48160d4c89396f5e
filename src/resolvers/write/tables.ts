import type { PlatformTable } from '../../database/phase.ts';
import { changeHorizonTable, changeLogTable } from './change-log/table.ts';
import { idempotencyTable } from './idempotency.ts';

const changeLog: PlatformTable = {
  name: changeLogTable,
  model: `
/// Every committed change, in the order that readers may rely on.
model ObjectosChangeLog {
  position     BigInt   @id @default(autoincrement())
  /// The transaction, as its number.
  xid          BigInt
  object       String
  recordId     String   @map("record_id") @db.Uuid
  kind         String
  changes      Json
  actor        String?
  organization String?
  request      String?
  at           DateTime @db.Timestamptz(3)
  /// Part of the history of its record, which outlives the retention of the log.
  kept         Boolean  @default(false)

  @@index([xid], map: "${changeLogTable}_xid_idx")
  @@index([recordId, position], map: "${changeLogTable}_record_id_position_idx")
  @@index([kept, at], map: "${changeLogTable}_kept_at_idx")
  @@map("${changeLogTable}")
}
`,
};

const horizon: PlatformTable = {
  name: changeHorizonTable,
  model: `
/// Up to where the change log was cleaned up: cursors from before it have a gap.
model ObjectosChangeHorizon {
  id  Int    @id
  xid BigInt

  @@map("${changeHorizonTable}")
}
`,
};

const idempotency: PlatformTable = {
  name: idempotencyTable,
  model: `
/// Answers of mutations with an idempotencyKey, for repeats.
model ObjectosIdempotency {
  owner       String
  key         String
  requestHash String   @map("request_hash")
  answer      String?
  createdAt   DateTime @map("created_at") @db.Timestamptz(3)

  @@id([owner, key])
  @@index([createdAt], map: "${idempotencyTable}_created_at_idx")
  @@map("${idempotencyTable}")
}
`,
};

/** The tables that the write path needs beside those of the objects. */
export const writeTables: readonly PlatformTable[] = [changeLog, horizon, idempotency];
