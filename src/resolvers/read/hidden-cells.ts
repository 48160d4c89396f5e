import { randomBytes } from 'node:crypto';
import type { GraphQLFormattedError } from 'graphql';
import { placesOf, type Places, type ResponsePath } from './places.ts';
import type { DeniedField, PlanContext } from './plan-context.ts';

/** Unknown outside of this process, so that no text of a record and no value of a client can be taken for a hidden cell. */
const nonce = randomBytes(16).toString('hex');
const marks = new RegExp(`"${nonce}:(\\d+)"`, 'g');

/** Fields of a statement that its caller may not read. */
export interface HiddenFields {
  /** Whatever the rows are. */
  readonly denied: readonly DeniedField[];
  /** On some rows: the statement marks their cells. */
  readonly hideable: readonly DeniedField[];
}

/** JSON as clients see it, with one error for each field that is hidden in it, however often. */
export interface Shown {
  readonly json: string;
  readonly errors: readonly GraphQLFormattedError[];
}

/**
 * SQL of what stands in a statement's JSON where a row hides the field from the caller. The answer shows null there, or what
 * `field.shownAs` says.
 */
export function hiddenCell(plan: PlanContext, field: DeniedField): string {
  return `'"${nonce}:${plan.hideable.push(field) - 1}"'::json`;
}

/** Shows the JSON of a statement, which stands at `at` in the response. Looks into it only where something is hidden: otherwise it costs nothing. */
export function showHidden(json: string, { denied, hideable }: HiddenFields, at: ResponsePath = []): Shown {
  const found = new Set<number>();
  const shown = hideable.length === 0 ? json : json.replace(marks, (_mark, number: string) => {
    found.add(Number(number));
    return hideable[Number(number)]?.shownAs ?? 'null';
  });
  if (denied.length === 0 && found.size === 0) return { json, errors: [] };
  const value: unknown = JSON.parse(json);
  const errors = [
    ...denied.map((field) => errorOf(field, deniedPlaces(value, field, at))),
    ...Array.from(found, (number) => {
      const field = hideable[number] as DeniedField;
      return errorOf(field, placesOf(value, field.path, at, (cell) => cell === `${nonce}:${number}`));
    }),
  ];
  return { json: shown, errors };
}

/** Its nulls; of lists that leave something out, the lists. */
function deniedPlaces(value: unknown, { path }: DeniedField, at: ResponsePath): Places {
  const nulls = placesOf(value, path, at, (cell) => cell === null || cell === true);
  return nulls.count > 0 ? nulls : placesOf(value, path, at, (cell) => cell !== undefined);
}

/** Makes JSON of one statement fit to be put together with that of others: its marks then stand for fields of `all`. */
export function gatherHidden({ hideable }: HiddenFields, all: DeniedField[]): (json: string) => string {
  if (hideable.length === 0) return (json) => json;
  const start = all.push(...hideable) - hideable.length;
  return (json) => json.replace(marks, (_mark, number: string) => `"${nonce}:${start + Number(number)}"`);
}

/** The error has the first place, or how far the answer goes towards it; further ones it names. */
function errorOf({ message }: DeniedField, { count, first, nearest }: Places): GraphQLFormattedError {
  return { message, path: first[0] ?? nearest, extensions: { code: 'FORBIDDEN', ...(count > 1 && { count, paths: first }) } };
}
