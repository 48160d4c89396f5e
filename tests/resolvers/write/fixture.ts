import { v7 as newId } from 'uuid';
import type { Database } from '../../../src/database/database.ts';
import { extraSql } from '../../../src/database/extra-sql.ts';
import { diffSchemas } from '../../../src/database/migrations/differ.ts';
import { printPrismaSchema } from '../../../src/database/prisma/print-schema.ts';
import { ObjectosError } from '../../../src/errors.ts';
import type { Catalog } from '../../../src/metadata/catalog.ts';
import { loadCatalog } from '../../../src/metadata/load-catalog.ts';
import type { DefinitionInput } from '../../../src/metadata/phase.ts';
import { systemAccess, type Access, type ObjectAccess } from '../../../src/resolvers/access.ts';
import type { Caller } from '../../../src/resolvers/caller.ts';
import type { Filter } from '../../../src/resolvers/filter/filter.ts';
import type { RequestContext } from '../../../src/resolvers/request.ts';
import { createWriter } from '../../../src/resolvers/write/create-writer.ts';
import type { MutationPhase } from '../../../src/resolvers/write/phase.ts';
import { writeTables } from '../../../src/resolvers/write/tables.ts';
import type { WriteSettings } from '../../../src/resolvers/write/tools.ts';
import type { Writer, WriteRequest, WriteResult } from '../../../src/resolvers/write/writer.ts';
import { readChanges, type LoggedChange } from '../../../src/resolvers/write/change-log/read-changes.ts';

/** A small sales app with every kind of relation. */
const definitions: readonly DefinitionInput[] = [
  {
    name: 'account',
    fields: {
      name: { type: 'text', required: true, maxLength: 60 },
      slug: { type: 'text', unique: true },
      industry: { type: 'select', options: ['Tech', 'Public Sector'], defaultValue: 'Tech' },
      revenue: { type: 'currency' },
      seats: { type: 'number', scale: 0, min: 0 },
      founded: { type: 'date', defaultValue: 'TODAY()' },
      labels: { type: 'tags' },
      address: { type: 'address' },
      extra: { type: 'json' },
      pin: { type: 'password' },
      score: { type: 'number', readonly: true },
      parent: { type: 'lookup', reference: 'account', relatedName: 'children' },
    },
  },
  {
    name: 'contact',
    fields: {
      name: { type: 'text', required: true },
      email: { type: 'email', unique: true },
      account: { type: 'lookup', reference: 'account' },
    },
  },
  {
    name: 'purchase',
    softDelete: { enabled: true },
    fields: {
      number: { type: 'text', required: true, unique: true },
      account: { type: 'lookup', reference: 'account', deleteBehavior: 'restrict' },
      topics: { type: 'lookup', reference: 'topic', multiple: true },
    },
  },
  {
    name: 'line',
    softDelete: { enabled: true },
    fields: {
      sku: { type: 'text', required: true },
      quantity: { type: 'number', scale: 0, defaultValue: 1 },
      purchase: { type: 'master_detail', reference: 'purchase', required: true },
    },
    indexes: [{ fields: ['purchase', 'sku'], unique: true }],
  },
  { name: 'topic', fields: { name: { type: 'text', required: true, unique: true } } },
];

let catalog: Promise<Catalog> | undefined;
let ddl: Promise<string> | undefined;

export function salesCatalog(): Promise<Catalog> {
  catalog ??= loadCatalog({ definitions }).then((loaded) => loaded.catalog);
  return catalog;
}

export interface Sales {
  readonly catalog: Catalog;
  readonly database: Database;
  readonly writer: Writer;
  context(caller?: Partial<Caller>, access?: Access): RequestContext;
  /** As the caller of the last argument; a user with all rights by default. */
  write(request: Loose<WriteRequest>, context?: RequestContext): Promise<WriteResult>;
  /** Id of the first row. */
  id(request: Loose<WriteRequest>, context?: RequestContext): Promise<string>;
  rows<R = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<readonly R[]>;
  log(): Promise<readonly LoggedChange[]>;
}

/** `options` may be left out. */
type Loose<R> = R extends unknown ? Omit<R, 'options'> & { readonly options?: WriteRequest['options'] } : never;

export const userId = newId();
export const now = new Date('2026-03-15T12:00:00.000Z');

export async function openSales(database: Database, phases: readonly MutationPhase[] = [], settings: Partial<WriteSettings> = {}): Promise<Sales> {
  const loaded = await salesCatalog();
  ddl ??= diffSchemas(undefined, printPrismaSchema(loaded, writeTables)).then((sql) => [sql, ...extraSql(loaded, writeTables).map(({ create }) => `${create};`)].join('\n'));
  await database.exec(await ddl);
  const writer = createWriter({ catalog: loaded, plugins: phases.map((mutation) => ({ mutation })), settings });
  const context = (caller: Partial<Caller> = {}, access: Access = systemAccess): RequestContext => ({
    requestId: 'request-1', now, variables: {}, catalog: loaded, database, access, signal: undefined,
    caller: { kind: 'user', userId, organizationId: 'org-1', roles: [], attributes: {}, ...caller },
  });
  const write: Sales['write'] = (request, as = context()) => writer.write({ options: {}, ...request } as WriteRequest, as);
  return {
    catalog: loaded, database, writer, context, write,
    id: async (request, as) => (await write(request, as)).rows[0]?.id ?? '',
    rows: async <R>(text: string, values: readonly unknown[] = []) => (await database.query<R>({ text, values })).rows,
    log: async () => (await readChanges(database, { limit: 100_000 })).changes,
  };
}

/** The same database, told about each statement before or after it ran. */
export function observed(database: Database, query: Database['query'], transaction: Database['transaction'] = (work, options) => database.transaction(work, options)): Database {
  return {
    kind: database.kind, query, transaction,
    get inTransaction() {
      return database.inTransaction;
    },
    exec: (sql) => database.exec(sql),
    beforehand: (keys, ask) => database.beforehand(keys, ask),
    afterCommit: (callback) => database.afterCommit(callback),
    listen: (channel, callback, onLost) => database.listen(channel, callback, onLost),
    ping: () => database.ping(),
    close: () => database.close(),
  };
}

let fingerprints = 0;

/** All rights except what is said otherwise. */
export function accessWith(objects: Readonly<Record<string, Partial<Omit<ObjectAccess, 'field'>> & { readonly fields?: Readonly<Record<string, Partial<ReturnType<ObjectAccess['field']>>>> }>>): Access {
  fingerprints += 1;
  return {
    fingerprint: `test ${fingerprints}`,
    object(name) {
      const open = systemAccess.object(name);
      const { fields = {}, ...rights } = objects[name] ?? {};
      return { ...open, ...rights, field: (field) => ({ ...open.field(field), ...fields[field] }) };
    },
  };
}

export function equals(field: string, value: unknown): Filter {
  return { kind: 'compare', field, operator: 'eq', operand: { value: () => value } };
}

/** The error that a write ends with. */
export async function refusal(work: Promise<unknown>): Promise<ObjectosError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ObjectosError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

/** `input.contacts.create.0.email NOT_UNIQUE` */
export async function problemsOf(work: Promise<unknown>): Promise<readonly string[]> {
  const { problems = [] } = await refusal(work);
  return problems.map(({ path, code }) => `${path.join('.')} ${code}`);
}
