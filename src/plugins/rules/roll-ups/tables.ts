import type { PlatformTable } from '../../../database/phase.ts';

export const rollUpTable = 'objectos_roll_up';

/** By which definition the stored numbers were made. */
export const rollUpTables: readonly PlatformTable[] = [
  {
    name: rollUpTable,
    model: `
/// The definition by which the numbers of a roll-up were made.
model ObjectosRollUp {
  name       String @id
  definition String

  @@map("${rollUpTable}")
}
`,
  },
];
