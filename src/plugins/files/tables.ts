import type { PlatformTable } from '../../database/phase.ts';

export const fileTable = 'objectos_file';
export const keyTable = 'objectos_file_key';

export const fileTables: readonly PlatformTable[] = [
  {
    name: fileTable,
    model: `
/// Files whose contents the platform keeps, and the records that they belong to.
model ObjectosFile {
  id         String    @id @db.Uuid
  name       String
  size       BigInt
  mimeType   String    @map("mime_type")
  /// SHA-256 of the contents.
  digest     String
  width      Int?
  height     Int?
  uploadedBy String?   @map("uploaded_by")
  uploadedAt DateTime  @map("uploaded_at") @db.Timestamptz(3)
  object     String?
  field      String?
  recordId   String?   @map("record_id") @db.Uuid
  /// When it goes, unless a record takes it; of a file that a record gave up, when it did.
  expiresAt  DateTime? @map("expires_at") @db.Timestamptz(3)

  @@index([expiresAt])
  @@map("${fileTable}")
}
`,
  },
  {
    name: keyTable,
    model: `
/// The key that addresses of files are signed with.
model ObjectosFileKey {
  id     Int    @id
  secret String

  @@map("${keyTable}")
}
`,
  },
];
