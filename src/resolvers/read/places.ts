import type { GraphQLFormattedError } from 'graphql';
import { hiddenNeedsKey } from './hidden-needs.ts';

/** Response keys and list positions from the root. */
export type ResponsePath = readonly (string | number)[];

export interface Places {
  readonly count: number;
  readonly first: readonly ResponsePath[];
  /** How far the value goes towards the field, where it does not have it: to a null, or to a list without items. */
  readonly nearest: ResponsePath;
}

type Members = Readonly<Record<string, unknown>>;

/** Places that an error names. */
const most = 10;

/**
 * Where in a value, which stands at `at` in the response, a field has a value that is looked for. `keys` are its response keys from the
 * root: list positions, which they leave out, are found.
 */
export function placesOf(value: unknown, keys: readonly string[], at: ResponsePath, isWanted: (cell: unknown) => boolean): Places {
  const first: ResponsePath[] = [];
  let count = 0;
  let nearest = at;
  const walk = (inner: unknown, depth: number, path: ResponsePath): void => {
    if (path.length > nearest.length) nearest = path;
    if (Array.isArray(inner)) {
      for (const [index, item] of inner.entries()) walk(item, depth, [...path, index]);
      return;
    }
    const key = keys[depth];
    if (key === undefined || typeof inner !== 'object' || inner === null) return;
    const members = inner as Members;
    if (depth < keys.length - 1) {
      walk(members[key], depth + 1, [...path, key]);
      return;
    }
    if (!isWanted(cellOf(members, key))) return;
    count += 1;
    if (first.length < most) first.push([...path, key]);
  };
  walk(value, at.filter((step) => typeof step === 'string').length, at);
  return { count, first, nearest };
}

/** The cell of a field, or of a custom field whose needs are hidden. */
function cellOf(members: Members, key: string): unknown {
  return Object.hasOwn(members, key) ? members[key] : (members[hiddenNeedsKey] as Members | null | undefined)?.[key];
}

/** The error at other places: its own, and those that it names. */
export function withPlaces(error: GraphQLFormattedError, moved: (path: ResponsePath) => ResponsePath): GraphQLFormattedError {
  const { path = [], extensions } = error;
  const paths: unknown = extensions?.['paths'];
  return { ...error, path: moved(path), ...(Array.isArray(paths) && { extensions: { ...extensions, paths: (paths as ResponsePath[]).map(moved) } }) };
}
