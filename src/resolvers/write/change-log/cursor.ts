import { ObjectosError } from '../../../errors.ts';

/**
 * Where a reader stands. Rows are handed out by snapshots: first all that `from` did not see and `to` does, in the order of
 * their position; when these are through, `to` is the new `from`. A snapshot never shows a transaction without those that
 * committed before it, so changes of one record come in the order they were made, and none is passed over when transactions
 * commit in another order than they began.
 */
export interface Cursor {
  /** `xmin:xmax:xip,…` as PostgreSQL writes it. */
  readonly from: string;
  /** Set while the rows between `from` and `to` are being read; `position` is the last one handed out. */
  readonly window: { readonly to: string; readonly position: string } | undefined;
}

const snapshot = /^\d{1,20}:\d{1,20}:(?:\d{1,20}(?:,\d{1,20})*)?$/;
const position = /^\d{1,19}$/;

export function encodeCursor({ from, window }: Cursor): string {
  return Buffer.from(window ? `${from}|${window.to}|${window.position}` : from).toString('base64url');
}

export function decodeCursor(text: string): Cursor {
  const [from = '', to, last, ...rest] = Buffer.from(text, 'base64url').toString('latin1').split('|');
  const whole = to === undefined && last === undefined;
  const valid = snapshot.test(from) && rest.length === 0 && (whole || (snapshot.test(to ?? '') && position.test(last ?? '')));
  if (!valid) throw new ObjectosError('BAD_REQUEST', 'This cursor does not come from the change log.');
  return { from, window: to === undefined || last === undefined ? undefined : { to, position: last } };
}

export const xminOf = (text: string): string => text.split(':')[0] ?? '0';
export const xmaxOf = (text: string): string => text.split(':')[1] ?? '0';
