import type { PlatformTable } from '../../../database/phase.ts';

export const counterTable = 'objectos_counter';

export const counterTables: readonly PlatformTable[] = [
  {
    name: counterTable,
    model: `
/// The last number that an autonumber field gave out, for each text before the counter.
model ObjectosCounter {
  name         String
  /// Empty where records belong to no organization, and where numbers are unique among all.
  organization String
  prefix       String
  value        BigInt

  @@id([name, organization, prefix])
  @@map("${counterTable}")
}
`,
  },
];
