import { MigrationError } from './apply.ts';
import type { MigrationPlan } from './plan-migration.ts';

/** All losses, or only those named: `contact` for a table, `contact.fax` for a column. */
export type DataLoss = boolean | readonly string[];

/** Stops before data is lost that nobody agreed to lose. */
export function refuseLosses({ destructive }: Pick<MigrationPlan, 'destructive'>, accepted: DataLoss = false): void {
  if (accepted === true) return;
  const names = accepted === false ? [] : accepted;
  const nameOf = (line: string): string => line.split(' ').at(-1) ?? '';
  const refused = destructive.filter((line) => !names.includes(nameOf(line)));
  if (refused.length === 0) return;
  throw new MigrationError(
    [
      'This change loses data:',
      ...refused.map((line) => `  ${line}`),
      `If that is meant, repeat it with --accept-data-loss ${refused.map(nameOf).join(' ')}. If something was renamed, say so with renamedFrom in its definition.`,
    ].join('\n'),
  );
}
