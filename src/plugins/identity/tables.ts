import type { PlatformTable } from '../../database/phase.ts';

export const attemptTable = 'objectos_sign_in_attempt';
export const keyTable = 'objectos_identity_key';
export const passwordHistoryTable = 'objectos_password_history';
export const verificationTable = 'objectos_verification';

export const identityTables: readonly PlatformTable[] = [
  {
    name: attemptTable,
    model: `
/// Failed sign-ins by hash of what was tried, until they no longer count.
model ObjectosSignInAttempt {
  key       String   @id
  failures  Int
  expiresAt DateTime @map("expires_at") @db.Timestamptz(3)

  @@map("${attemptTable}")
}
`,
  },
  {
    name: keyTable,
    model: `
/// The key of cookies and two-factor secrets, where the settings hold none.
model ObjectosIdentityKey {
  id     Int    @id
  secret String

  @@map("${keyTable}")
}
`,
  },
  {
    name: passwordHistoryTable,
    model: `
/// Hashes of former passwords, which may not be used again.
model ObjectosPasswordHistory {
  id     String   @id @db.Uuid
  userId String   @map("user_id") @db.Uuid
  hash   String
  at     DateTime @db.Timestamptz(3)

  @@index([userId, at], map: "${passwordHistoryTable}_user_id_idx")
  @@map("${passwordHistoryTable}")
}
`,
  },
  {
    name: verificationTable,
    model: `
/// Short-lived secrets: password resets, two-factor sign-ins, states of provider sign-ins.
model ObjectosVerification {
  id         String   @id @db.Uuid
  identifier String
  value      String
  expiresAt  DateTime @map("expires_at") @db.Timestamptz(3)
  createdAt  DateTime @map("created_at") @db.Timestamptz(3)
  updatedAt  DateTime @map("updated_at") @db.Timestamptz(3)

  @@index([identifier], map: "${verificationTable}_identifier_idx")
  @@map("${verificationTable}")
}
`,
  },
];
