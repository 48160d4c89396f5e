import { ObjectosError } from '../../errors.ts';
import type { CatalogField } from '../catalog.ts';

/** What the tokens of a default stand for when a record is created. */
export interface DefaultContext {
  /** Moment of the operation. */
  readonly now: Date;
  /** Id of the caller's user record; undefined for anonymous callers. */
  readonly userId: string | undefined;
}

type Token = 'now' | 'today' | 'user';

const tokens: ReadonlyMap<string, Token> = new Map([
  ['now()', 'now'], ['now', 'now'], ['$now', 'now'], ['{now}', 'now'],
  ['today()', 'today'], ['today', 'today'], ['$today', 'today'], ['{today}', 'today'],
  ['current_user', 'user'], ['$currentuser', 'user'], ['$current_user', 'user'], ['current_user()', 'user'], ['{current_user_id}', 'user'],
]);

/** In a free text, `now` is more likely a word than a token, so that only the marked spellings count there. */
const marked = /[$(){}]|^current_user$/;

/** The token that a field's default is, or undefined when it is a literal value. */
export function defaultToken(field: CatalogField): Token | undefined {
  const value = field.defaultValue;
  if (typeof value !== 'string') return undefined;
  const token = tokens.get(value.trim().toLowerCase());
  if (token === undefined) return undefined;
  switch (field.type.filters(field)) {
    case 'date':
    case 'datetime':
      return token === 'user' ? undefined : token;
    case 'time':
      return token === 'now' ? token : undefined;
    case 'id':
      return token === 'user' ? token : undefined;
    case 'string':
      return marked.test(value) ? token : undefined;
    default:
      return undefined;
  }
}

/**
 * The default of a field in stored form, tokens (`NOW()`, `TODAY()`, `now`, `$today`, `current_user`, `$currentUser`) resolved;
 * undefined when there is none, or when it is the current user and nobody is signed in. `TODAY()` is the day in UTC.
 * Multiple lookups give the list of ids.
 */
export function resolveDefault(field: CatalogField, context: DefaultContext): unknown {
  const { defaultValue } = field;
  if (defaultValue === undefined || defaultValue === null) return undefined;
  const token = defaultToken(field);
  const value = token === undefined ? defaultValue : tokenValue(token, field, context);
  if (value === undefined) return undefined;
  const coerced = field.type.coerce(value, field);
  if ('value' in coerced) return coerced.value;
  throw new ObjectosError('VALIDATION_FAILED', `The default of ${field.object}.${field.name} is refused: ${coerced.problem.message}`);
}

function tokenValue(token: Token, field: CatalogField, { now, userId }: DefaultContext): string | undefined {
  if (token === 'user') return userId;
  const iso = now.toISOString();
  switch (field.type.filters(field)) {
    case 'time':
      return iso.slice(11, 23);
    case 'datetime':
      return token === 'today' ? `${iso.slice(0, 10)}T00:00:00.000Z` : iso;
    case 'date':
      return iso.slice(0, 10);
    default:
      return token === 'today' ? iso.slice(0, 10) : iso;
  }
}
