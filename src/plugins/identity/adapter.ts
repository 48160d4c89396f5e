import type { BetterAuthOptions } from 'better-auth';
import { createAdapterFactory, type CleanedWhere, type CustomAdapter, type DBAdapter, type DBAdapterFactoryConfig } from 'better-auth/adapters';
import type { Database } from '../../database/database.ts';
import { hashToken } from './hash-token.ts';
import { verificationTable } from './tables.ts';

type Row = Record<string, unknown>;

/** Told about rows that were changed or removed and that decide about callers. */
export interface AdapterEvents {
  sessionsEnded(ids: readonly string[]): Promise<void>;
  sessionsChanged(ids: readonly string[]): Promise<void>;
  usersChanged(ids: readonly string[]): Promise<void>;
}

const tables: Readonly<Record<string, string>> = {
  user: 'sys_user',
  session: 'sys_session',
  account: 'sys_credential',
  organization: 'sys_organization',
  member: 'sys_member',
  invitation: 'sys_invitation',
  twoFactor: 'sys_two_factor',
  verification: verificationTable,
};
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const uuidFields = new Set(['id', 'userId', 'organizationId', 'activeOrganizationId', 'inviterId']);

const quote = (name: string): string => `"${name.replaceAll('"', '')}"`;
const toColumn = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const toField = (column: string): string => column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const tableOf = (model: string): string => quote(tables[model] ?? unknownModel(model));

function unknownModel(model: string): never {
  throw new TypeError(`There is no table for "${model}".`);
}

/** better-auth on the platform's own database, inside its transactions. Session tokens are kept as hashes. */
export function createDatabaseAdapter(database: Database, events: AdapterEvents): (options: BetterAuthOptions) => DBAdapter {
  const adapter: CustomAdapter = {
    async create({ model, data }) {
      const row = storedRow(model, { ...stampsOf(model), ...data });
      const columns = Object.keys(row);
      const text = `INSERT INTO ${tableOf(model)} (${columns.map(quote).join(', ')}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')}) RETURNING *`;
      const { rows } = await database.query<Row>({ text, values: Object.values(row) });
      if (model === 'member') await events.usersChanged(idsOf(rows, 'user_id'));
      return { ...read(rows[0]), ...('token' in data && { token: data['token'] }) } as typeof data;
    },
    async findOne<T>({ model, where }: { model: string; where: CleanedWhere[] }) {
      const values: unknown[] = [];
      const text = `SELECT * FROM ${tableOf(model)}${condition(model, where, values)} LIMIT 1`;
      const { rows } = await database.query<Row>({ text, values });
      return withToken(model, where, rows[0]) as T | null;
    },
    async findMany<T>({ model, where, limit, sortBy, offset }: { model: string; where?: CleanedWhere[] | undefined; limit: number; sortBy?: { field: string; direction: 'asc' | 'desc' } | undefined; offset?: number | undefined }) {
      const values: unknown[] = [];
      const order = sortBy ? ` ORDER BY ${quote(toColumn(sortBy.field))} ${sortBy.direction === 'desc' ? 'DESC' : 'ASC'}` : '';
      const text = `SELECT * FROM ${tableOf(model)}${condition(model, where, values)}${order} LIMIT $${values.push(limit)} OFFSET $${values.push(offset ?? 0)}`;
      const { rows } = await database.query<Row>({ text, values });
      return rows.map(read) as T[];
    },
    async count({ model, where }) {
      const values: unknown[] = [];
      const { rows } = await database.query<{ count: string }>({ text: `SELECT count(*) AS "count" FROM ${tableOf(model)}${condition(model, where, values)}`, values });
      return Number(rows[0]?.count ?? 0);
    },
    async update<T>({ model, where, update }: { model: string; where: CleanedWhere[]; update: T }) {
      const [row] = await change(model, where, update as Row);
      return withToken(model, where, row) as T | null;
    },
    async updateMany({ model, where, update }) {
      return (await change(model, where, update)).length;
    },
    async incrementOne<T>({ model, where, increment, set = {} }: { model: string; where: CleanedWhere[]; increment: Record<string, number>; set?: Record<string, unknown> | undefined }) {
      const [row] = await change(model, where, set, increment);
      return withToken(model, where, row) as T | null;
    },
    async consumeOne<T>({ model, where }: { model: string; where: CleanedWhere[] }) {
      const values: unknown[] = [];
      const table = tableOf(model);
      const text = `DELETE FROM ${table} WHERE "id" = (SELECT "id" FROM ${table}${condition(model, where, values)} LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING *`;
      const { rows } = await database.query<Row>({ text, values });
      await tellRemoved(model, rows);
      return withToken(model, where, rows[0]) as T | null;
    },
    async delete({ model, where }) {
      await remove(model, where);
    },
    async deleteMany({ model, where }) {
      return remove(model, where);
    },
  };

  async function change(model: string, where: CleanedWhere[], update: Row, increment: Readonly<Record<string, number>> = {}): Promise<readonly Row[]> {
    const values: unknown[] = [];
    const sets = Object.entries(storedRow(model, update)).map(([column, value]) => `${quote(column)} = $${values.push(value)}`);
    for (const [field, by] of Object.entries(increment)) sets.push(`${quote(toColumn(field))} = coalesce(${quote(toColumn(field))}, 0) + $${values.push(by)}`);
    if (model !== 'verification') sets.push('"version" = "version" + 1');
    if (!('updatedAt' in update)) sets.push('"updated_at" = now()');
    const text = `UPDATE ${tableOf(model)} SET ${sets.join(', ')}${condition(model, where, values)} RETURNING *`;
    const { rows } = await database.query<Row>({ text, values });
    if (model === 'session') await events.sessionsChanged(idsOf(rows, 'id'));
    if (model === 'user') await events.usersChanged(idsOf(rows, 'id'));
    if (model === 'member') await events.usersChanged(idsOf(rows, 'user_id'));
    return rows;
  }

  async function remove(model: string, where: CleanedWhere[]): Promise<number> {
    const values: unknown[] = [];
    const { rows } = await database.query<Row>({ text: `DELETE FROM ${tableOf(model)}${condition(model, where, values)} RETURNING *`, values });
    await tellRemoved(model, rows);
    return rows.length;
  }

  async function tellRemoved(model: string, rows: readonly Row[]): Promise<void> {
    if (model === 'session') await events.sessionsEnded(idsOf(rows, 'id'));
    if (model === 'member') await events.usersChanged(idsOf(rows, 'user_id'));
  }

  return (options) => {
    const make = (transaction: DBAdapterFactoryConfig['transaction']): DBAdapter =>
      createAdapterFactory({ config: { adapterId: 'objectos', supportsUUIDs: true, supportsNumericIds: false, transaction }, adapter: () => adapter })(options);
    // Statements inside a transaction find it by themselves, so the adapter in it is the same without one.
    return make((work) => database.transaction(() => work(make(false))));
  };
}

function stampsOf(model: string): Row {
  const now = new Date();
  return { createdAt: now, updatedAt: now, ...(model !== 'verification' && { version: 1 }) };
}

function storedRow(model: string, data: Row): Row {
  const row: Row = {};
  for (const [field, value] of Object.entries(data)) {
    if (value !== undefined) row[toColumn(field)] = model === 'session' && field === 'token' ? hashToken(String(value)) : value;
  }
  return row;
}

function read(row: Row | undefined): Row | null {
  if (!row) return null;
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      if (typeof value === 'string' && /_(at|until)$/.test(column)) return [toField(column), new Date(value)];
      return [toField(column), column.endsWith('_count') && value !== null ? Number(value) : value];
    }),
  );
}

/** A session that was asked for by token has it again: callers of better-auth put it into cookies. */
function withToken(model: string, where: readonly CleanedWhere[], row: Row | undefined): Row | null {
  const found = read(row);
  const token = model === 'session' ? where.find(({ field, operator }) => field === 'token' && operator === 'eq')?.value : undefined;
  return found && token !== undefined ? { ...found, token } : found;
}

const idsOf = (rows: readonly Row[], column: string): string[] => rows.map((row) => String(row[column]));

function condition(model: string, where: readonly CleanedWhere[] | undefined, values: unknown[]): string {
  const all = (where ?? []).filter(({ connector }) => connector === 'AND').map((clause) => term(model, clause, values));
  const some = (where ?? []).filter(({ connector }) => connector === 'OR').map((clause) => term(model, clause, values));
  const parts = [...all, ...(some.length > 0 ? [`(${some.join(' OR ')})`] : [])];
  return parts.length === 0 ? '' : ` WHERE ${parts.join(' AND ')}`;
}

const comparisons: Readonly<Record<string, string>> = { eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' };

function term(model: string, { field, operator, value, mode }: CleanedWhere, values: unknown[]): string {
  // Addresses of mail are stored as they were typed.
  const folded = mode === 'insensitive' || (model === 'user' && field === 'email');
  const column = folded ? `lower(${quote(toColumn(field))})` : quote(toColumn(field));
  const stored = (item: unknown): unknown => {
    if (model === 'session' && field === 'token') return hashToken(String(item));
    return folded && typeof item === 'string' ? item.toLowerCase() : item;
  };
  if (value === null) return operator === 'ne' ? `${column} IS NOT NULL` : `${column} IS NULL`;
  if (operator === 'in' || operator === 'not_in') {
    const items = (Array.isArray(value) ? value : [value]).map(stored).filter((item) => !uuidFields.has(field) || uuid.test(String(item)));
    return `${operator === 'in' ? '' : 'NOT '}${column} = ANY($${values.push(items)})`;
  }
  if (uuidFields.has(field) && !uuid.test(String(value))) return operator === 'ne' ? 'true' : 'false';
  const comparison = comparisons[operator ?? 'eq'];
  if (comparison !== undefined) return `${column} ${comparison} $${values.push(stored(value))}`;
  const escaped = String(stored(value)).replace(/[\\%_]/g, '\\$&');
  const pattern = operator === 'starts_with' ? `${escaped}%` : operator === 'ends_with' ? `%${escaped}` : `%${escaped}%`;
  return `${column} LIKE $${values.push(pattern)}`;
}
