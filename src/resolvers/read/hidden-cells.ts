import { randomBytes } from 'node:crypto';
import type { DeniedField, PlanContext } from './plan-context.ts';

/** Unknown outside of this process, so that no text of a record and no value of a client can be taken for a hidden cell. */
const nonce = randomBytes(16).toString('hex');
const marks = new RegExp(`"${nonce}:(\\d+)"`, 'g');

/**
 * SQL of what stands in a statement's JSON where a row hides the field from the caller. The answer shows null there, or what
 * `field.shownAs` says, and one error for the field however many rows hide it.
 */
export function hiddenCell(plan: PlanContext, field: DeniedField): string {
  return `'"${nonce}:${plan.hideable.push(field) - 1}"'::json`;
}

/** The JSON as clients see it. Fields that some row hides are added to `found`. Costs nothing for plans without such fields. */
export function showHiddenCells(json: string, hideable: readonly DeniedField[], found: Set<DeniedField>): string {
  if (hideable.length === 0) return json;
  return json.replace(marks, (_mark, number: string) => {
    const field = hideable[Number(number)] as DeniedField;
    found.add(field);
    return field.shownAs ?? 'null';
  });
}
