import type { PlatformTable } from '../../../database/phase.ts';

export const presenceTable = 'objectos_presence';
export const processTable = 'objectos_presence_process';

/** Who is where, for all processes of the app to read. */
export const presenceTables: readonly PlatformTable[] = [
  {
    name: presenceTable,
    model: `/// Who is present in which topic. Rows of processes that are gone count for nothing.
model ObjectosPresence {
  id        String   @id @db.Uuid
  topic     String
  process   String   @db.Uuid
  userId    String   @map("user_id") @db.Uuid
  state     Json
  joinedAt  DateTime @map("joined_at") @db.Timestamptz(3)
  updatedAt DateTime @map("updated_at") @db.Timestamptz(3)

  @@index([topic], map: "objectos_presence_topic_idx")
  @@index([process], map: "objectos_presence_process_idx")
  @@map("${presenceTable}")
}`,
  },
  {
    name: processTable,
    model: `/// Processes that hold connections of people who are present, and when each was last heard of.
model ObjectosPresenceProcess {
  id     String   @id @db.Uuid
  seenAt DateTime @map("seen_at") @db.Timestamptz(3)

  @@map("${processTable}")
}`,
  },
];
