import { PrismaPg } from '@prisma/adapter-pg';
import type { Database } from '../database.ts';
import { PoolDatabase } from '../pool-database.ts';

/** The class that `prisma generate` writes to `prisma/client`. */
export type PrismaClientClass<C> = new (options: { readonly adapter: PrismaPg }) => C;

/**
 * Prisma Client on the connections of the platform, for custom code that wants typed access to the tables:
 *
 * ```ts
 * import { PrismaClient } from './prisma/client/client.ts';
 * const prisma = createPrismaClient(PrismaClient, database);
 * ```
 *
 * It goes around permissions, hooks and the change log: read with it, and write with it only what is not business data. It
 * takes connections of its own from the pool and so never sees what an open `database.transaction` has written. For the same
 * reason it needs a PostgreSQL server: the embedded database has a single connection.
 */
export function createPrismaClient<C extends object>(client: PrismaClientClass<C>, database: Database): C {
  if (!(database instanceof PoolDatabase)) throw new Error('Prisma Client needs a database opened with openDatabase.');
  if (database.kind === 'pglite') throw new Error('Prisma Client needs several connections, and the embedded database has one: set DATABASE_URL to a PostgreSQL server.');
  return new client({ adapter: new PrismaPg(database.pool, { disposeExternalPool: false, ...(database.schema !== undefined && { schema: database.schema }) }) });
}
