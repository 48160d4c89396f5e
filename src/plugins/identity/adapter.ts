import type { BetterAuthOptions } from 'better-auth';
import { createAdapterFactory, type CleanedWhere, type CustomAdapter, type DBAdapter, type DBAdapterFactoryConfig } from 'better-auth/adapters';
import type { Database } from '../../database/database.ts';
import { hashToken } from './hash-token.ts';
import type { Records } from './records.ts';
import { verificationTable } from './tables.ts';

type Row = Record<string, unknown>;

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
/** Objects and tables of identity have the same names. */
const tableOf = (model: string): string => tables[model] ?? unknownModel(model);

function unknownModel(model: string): never {
  throw new TypeError(`There is no table for "${model}".`);
}

/**
 * better-auth on the platform's own database, inside its transactions. Records are written on the write path; the short-lived secrets
 * of verifications, which are no records, directly. Session tokens are kept as hashes.
 */
export function createDatabaseAdapter(database: Database, records: Records): (options: BetterAuthOptions) => DBAdapter {
  const adapter: CustomAdapter = {
    async create({ model, data }) {
      const { token } = data;
      const id = String(data['id']);
      if (model === 'verification') await insertVerification(data);
      // A session is the work of its own person.
      else await records.create(tableOf(model), inputOf(model, data), model === 'session' ? { userId: String(data['userId']) } : undefined);
      const [row] = await rowsOf(model, [id]);
      return { ...read(row), ...(token !== undefined && { token }) } as typeof data;
    },
    async findOne<T>({ model, where }: { model: string; where: CleanedWhere[] }) {
      const values: unknown[] = [];
      const text = `SELECT * FROM ${quote(tableOf(model))}${condition(model, where, values)} LIMIT 1`;
      const { rows } = await database.query<Row>({ text, values });
      return withToken(model, where, rows[0]) as T | null;
    },
    async findMany<T>({ model, where, limit, sortBy, offset }: { model: string; where?: CleanedWhere[] | undefined; limit: number; sortBy?: { field: string; direction: 'asc' | 'desc' } | undefined; offset?: number | undefined }) {
      const values: unknown[] = [];
      const order = sortBy ? ` ORDER BY ${quote(toColumn(sortBy.field))} ${sortBy.direction === 'desc' ? 'DESC' : 'ASC'}` : '';
      const text = `SELECT * FROM ${quote(tableOf(model))}${condition(model, where, values)}${order} LIMIT $${values.push(limit)} OFFSET $${values.push(offset ?? 0)}`;
      const { rows } = await database.query<Row>({ text, values });
      return rows.map(read) as T[];
    },
    async count({ model, where }) {
      const values: unknown[] = [];
      const { rows } = await database.query<{ count: string }>({ text: `SELECT count(*) AS "count" FROM ${quote(tableOf(model))}${condition(model, where, values)}`, values });
      return Number(rows[0]?.count ?? 0);
    },
    async update<T>({ model, where, update }: { model: string; where: CleanedWhere[]; update: T }) {
      const [row] = await change(model, where, () => update as Row);
      return withToken(model, where, row) as T | null;
    },
    async updateMany({ model, where, update }) {
      return (await change(model, where, () => update)).length;
    },
    async incrementOne<T>({ model, where, increment, set = {} }: { model: string; where: CleanedWhere[]; increment: Record<string, number>; set?: Record<string, unknown> | undefined }) {
      const [row] = await change(model, where, (before) => ({ ...set, ...Object.fromEntries(Object.entries(increment).map(([field, by]) => [field, Number(before[toColumn(field)] ?? 0) + by])) }));
      return withToken(model, where, row) as T | null;
    },
    async consumeOne<T>({ model, where }: { model: string; where: CleanedWhere[] }) {
      const [row] = await remove(model, where, ' LIMIT 1 FOR UPDATE SKIP LOCKED');
      return withToken(model, where, row) as T | null;
    },
    async delete({ model, where }) {
      await remove(model, where);
    },
    async deleteMany({ model, where }) {
      return (await remove(model, where)).length;
    },
  };

  async function insertVerification(data: Row): Promise<void> {
    const now = new Date();
    const row = { created_at: now, updated_at: now, ...columnsOf(data) };
    const columns = Object.keys(row);
    const text = `INSERT INTO ${quote(verificationTable)} (${columns.map(quote).join(', ')}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})`;
    await database.query({ text, values: Object.values(row) });
  }

  /** The rows of the condition, locked until the transaction ends. */
  async function locked(model: string, where: CleanedWhere[], how = ' FOR UPDATE'): Promise<readonly Row[]> {
    const values: unknown[] = [];
    const { rows } = await database.query<Row>({ text: `SELECT * FROM ${quote(tableOf(model))}${condition(model, where, values)}${how}`, values });
    return rows;
  }

  async function rowsOf(model: string, ids: readonly string[]): Promise<readonly Row[]> {
    const { rows } = await database.query<Row>({ text: `SELECT * FROM ${quote(tableOf(model))} WHERE "id" = ANY($1::uuid[])`, values: [ids] });
    return rows;
  }

  function change(model: string, where: CleanedWhere[], updateOf: (before: Row) => Row): Promise<readonly Row[]> {
    return database.transaction(async () => {
      const found = await locked(model, where);
      const [before] = found;
      if (!before) return [];
      const ids = idsOf(found);
      const update = updateOf(before);
      if (model === 'verification') {
        const values: unknown[] = [ids];
        const sets = Object.entries({ updated_at: new Date(), ...columnsOf(update) }).map(([column, value]) => `${quote(column)} = $${values.push(value)}`);
        await database.query({ text: `UPDATE ${quote(verificationTable)} SET ${sets.join(', ')} WHERE "id" = ANY($1::uuid[])`, values });
      } else {
        await records.update(tableOf(model), ids, inputOf(model, update));
      }
      return rowsOf(model, ids);
    });
  }

  function remove(model: string, where: CleanedWhere[], how?: string): Promise<readonly Row[]> {
    return database.transaction(async () => {
      const rows = await locked(model, where, how);
      if (model === 'verification') await database.query({ text: `DELETE FROM ${quote(verificationTable)} WHERE "id" = ANY($1::uuid[])`, values: [idsOf(rows)] });
      else await records.delete(tableOf(model), idsOf(rows));
      return rows;
    });
  }

  return (options) => {
    const make = (transaction: DBAdapterFactoryConfig['transaction']): DBAdapter =>
      createAdapterFactory({ config: { adapterId: 'objectos', supportsUUIDs: true, supportsNumericIds: false, transaction }, adapter: () => adapter })(options);
    // Statements inside a transaction find it by themselves, so the adapter in it is the same without one.
    return make((work) => database.transaction(() => work(make(false))));
  };
}

/** The platform sets these by itself. */
const stamps = new Set(['createdAt', 'updatedAt']);

/** What the write path takes: fields have the names that better-auth gives them. */
function inputOf(model: string, data: Row): Row {
  const input: Row = {};
  for (const [field, value] of Object.entries(data)) {
    if (value === undefined || stamps.has(field)) continue;
    if (model === 'session' && field === 'token') input[field] = hashToken(String(value));
    // Providers hand over what they like; a picture is no reason to refuse anybody.
    else if (model === 'user' && field === 'image') input[field] = typeof value === 'string' && /^https?:/.test(value) && URL.canParse(value) ? value : null;
    else input[field] = value;
  }
  return input;
}

const columnsOf = (data: Row): Row => Object.fromEntries(Object.entries(data).flatMap(([field, value]) => (value === undefined ? [] : [[toColumn(field), value]])));

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

const idsOf = (rows: readonly Row[]): string[] => rows.map(({ id }) => String(id));

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
