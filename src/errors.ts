/**
 * Every error code a client can meet, with the HTTP status it maps to and what it means.
 * `docs/errors.md` lists the same table; a test holds the two equal.
 */
export const errorCodes = {
  UNAUTHENTICATED: { status: 401, meaning: 'The caller is not known, or the credentials are not valid.' },
  FORBIDDEN: { status: 403, meaning: 'The caller is known and may not do this.' },
  NOT_FOUND: { status: 404, meaning: 'No such record, or none that the caller may see.' },
  BAD_REQUEST: { status: 400, meaning: 'The request is not well formed: arguments that exclude each other, a forged cursor.' },
  GRAPHQL_PARSE_FAILED: { status: 400, meaning: 'The document is not GraphQL.' },
  GRAPHQL_VALIDATION_FAILED: { status: 400, meaning: 'The document does not fit the schema.' },
  PERSISTED_QUERY_NOT_FOUND: { status: 400, meaning: 'The server does not know the document of this hash; send it together with the hash.' },
  VALIDATION_FAILED: { status: 400, meaning: 'Values of the input were refused; `problems` lists each with its path.' },
  CONFLICT: { status: 409, meaning: 'The record changed since it was read, or the write collides with another.' },
  RATE_LIMITED: { status: 429, meaning: 'Too many requests; try again later.' },
  LIMIT_EXCEEDED: { status: 400, meaning: 'The document is too deep, too long, too costly, or asks for too many rows.' },
  PAYLOAD_TOO_LARGE: { status: 413, meaning: 'The request body is larger than the server accepts.' },
  TIMEOUT: { status: 504, meaning: 'The database did not answer in time; nothing was changed.' },
  UNAVAILABLE: { status: 503, meaning: 'The database cannot be reached, or the server is shutting down.' },
  REMOTE_UNAVAILABLE: { status: 503, meaning: 'A remote service that the field belongs to does not answer; `remote` names it.' },
  REMOTE_ERROR: { status: 502, meaning: 'A remote service answered with an error; `remote` names it, `remoteCode` is its code for the error.' },
  RECURSION_LIMIT: { status: 400, meaning: 'Hooks or automations wrote in a circle deeper than the limit.' },
  INTERNAL: { status: 500, meaning: 'An unexpected error; the log holds it under the `errorId` that the response carries.' },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** One refused value of an input. `path` starts at the argument: `["input", "contacts", 0, "email"]`. */
export interface Problem {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
  /** Name of the rule that refused the value, where one did. */
  readonly rule?: string;
  /** Absent for errors: what else is told did not stop the write. */
  readonly severity?: Exclude<ProblemSeverity, 'error'>;
}

export type ProblemSeverity = 'error' | 'warning' | 'info';

export interface ErrorDetails {
  /** The refused values, for VALIDATION_FAILED and for constraint violations. */
  readonly problems?: readonly Problem[];
  /** Anything else the client may use; copied into `extensions`. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The one error class whose message and details reach a client. Everything else is masked as INTERNAL. */
export class ObjectosError extends Error {
  override readonly name = 'ObjectosError';
  readonly code: ErrorCode;
  readonly problems: readonly Problem[] | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, { problems, extensions, cause }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.problems = problems;
    this.details = extensions ?? {};
  }

  get status(): number {
    return errorCodes[this.code].status;
  }

  /** What `extensions` holds in a GraphQL error. */
  get extensions(): Record<string, unknown> {
    return { ...this.details, code: this.code, ...(this.problems && { problems: this.problems }) };
  }
}

/** A problem at start-up that a person at the terminal must mend: printed without a stack trace, exit code 1. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
