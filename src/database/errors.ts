import { type ErrorCode, ObjectosError } from '../errors.ts';

/** Which rule of the database a write broke, for the write path to name the fields. Never sent to clients. */
export interface ConstraintViolation {
  readonly kind: 'unique' | 'foreignKey' | 'notNull' | 'check' | 'exclusion';
  readonly table: string | undefined;
  readonly constraint: string | undefined;
  /** Columns as far as the database names them: of the key that collides, of the reference, of the missing value. */
  readonly columns: readonly string[];
  /** Of a foreign key: the row that is referenced does not exist, or the row is still referenced and cannot go. */
  readonly reference: 'missing' | 'inUse' | undefined;
}

/** A write that a constraint refused. The write path turns it into problems by field. */
export class ConstraintError extends ObjectosError {
  readonly violation: ConstraintViolation;

  constructor(code: ErrorCode, message: string, violation: ConstraintViolation, cause: unknown) {
    super(code, message, { cause });
    this.violation = violation;
  }
}

interface DriverError extends Error {
  readonly code?: string;
  readonly severity?: string;
  readonly detail?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
}

/** SQLSTATE (or the socket's code) of a driver error, looking through wrapped ones. */
export function sqlState(error: unknown): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof ObjectosError) continue;
    const { code } = at as DriverError;
    if (typeof code === 'string') return code;
  }
  return undefined;
}

/** Deadlock or serialization failure: running the whole transaction again may succeed. */
export function isConflict(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40P01' || state === '40001';
}

/** A statement prepared before the tables changed: it must be prepared anew. */
export function isStalePlan(error: unknown): boolean {
  return error instanceof Error && sqlState(error) === '0A000' && /cached plan/.test(error.message);
}

const violations = new Map<string, { kind: ConstraintViolation['kind']; code: ErrorCode; message: string }>([
  ['23505', { kind: 'unique', code: 'CONFLICT', message: 'A record with the same unique value exists already.' }],
  ['23P01', { kind: 'exclusion', code: 'CONFLICT', message: 'The record collides with another.' }],
  ['23503', { kind: 'foreignKey', code: 'VALIDATION_FAILED', message: 'A referenced record does not exist, or the record is still referenced.' }],
  ['23001', { kind: 'foreignKey', code: 'CONFLICT', message: 'The record is still referenced by others.' }],
  ['23502', { kind: 'notNull', code: 'VALIDATION_FAILED', message: 'A required value is missing.' }],
  ['23514', { kind: 'check', code: 'VALIDATION_FAILED', message: 'A value is not allowed.' }],
]);

const unreachable = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', '57P01', '57P02', '57P03', '57P05']);
const lostConnection = /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Connection ended|Client was closed|Cannot use a pool after)/;

/** What a driver error means to a client; anything a client cannot act on is returned as it is, to be masked. */
export function databaseError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ObjectosError) return error;
  const { code, message } = error as DriverError;
  const violation = code === undefined ? undefined : violations.get(code);
  if (violation) return constraintError(error, violation);
  if (code === undefined ? lostConnection.test(message) : unreachable.has(code) || code.startsWith('08') || code.startsWith('53')) {
    return new ObjectosError('UNAVAILABLE', 'The database cannot be reached.', { cause: error });
  }
  switch (code) {
    case '57014':
      return new ObjectosError('TIMEOUT', 'The database did not answer in time; nothing was changed.', { cause: error });
    case '55P03':
      return new ObjectosError('TIMEOUT', 'Another change holds the record; nothing was changed.', { cause: error });
    case '25P03':
    case '25P04':
      return new ObjectosError('TIMEOUT', 'The transaction took too long; nothing was changed.', { cause: error });
    case '40P01':
    case '40001':
      return new ObjectosError('CONFLICT', 'The change collided with another one made at the same time; try again.', { cause: error });
    case undefined:
      return error;
  }
  if (code.startsWith('22')) return new ObjectosError('BAD_REQUEST', 'A value has a form or size that the database cannot store, compare or compute.', { cause: error });
  if (code === '54001' || code === '54011' || code === '54023') return new ObjectosError('LIMIT_EXCEEDED', 'The request is too large for one statement.', { cause: error });
  return error;
}

function constraintError(error: DriverError, { kind, code, message }: { kind: ConstraintViolation['kind']; code: ErrorCode; message: string }): ConstraintError {
  // The values in the detail text stay here: only the column names, which precede "=(", are taken.
  const listed = /\((.*?)\)=\(/.exec(error.detail ?? '')?.[1];
  const columns = error.column === undefined ? (listed?.split(/,\s*/).map((column) => column.replace(/^"|"$/g, '')) ?? []) : [error.column];
  const reference = kind === 'foreignKey' ? (error.code === '23001' || /still referenced/.test(error.detail ?? '') ? 'inUse' : 'missing') : undefined;
  return new ConstraintError(reference === 'inUse' ? 'CONFLICT' : code, message, { kind, table: error.table, constraint: error.constraint, columns, reference }, error);
}
