import type { Database } from '../database/database.ts';
import type { Catalog } from '../metadata/catalog.ts';
import type { Access } from './access.ts';
import type { Caller } from './caller.ts';

/** What the read and write paths know of one operation: the GraphQL context extends it. */
export interface RequestContext {
  readonly requestId: string;
  readonly caller: Caller;
  readonly access: Access;
  /** Moment the operation began: all date literals, defaults and stamps of one operation agree. */
  readonly now: Date;
  /** Variables of the operation: as coerced by the document's types once it is admitted, as sent before. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly catalog: Catalog;
  readonly database: Database;
  /** Aborted when the client went away or the time limit was reached. */
  readonly signal: AbortSignal | undefined;
  /** Writes start no automations: data files are taken as they are. */
  readonly skipAutomations?: boolean;
}
