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
 * takes connections of its own from the pool and so never sees what an open `database.transaction` has written. On the
 * embedded database, which has one connection, a call of it inside `database.transaction` would wait for that very
 * transaction: it is refused.
 */
export function createPrismaClient<C extends object>(client: PrismaClientClass<C>, database: Database): C {
  if (!(database instanceof PoolDatabase)) throw new Error('Prisma Client needs a database opened with openDatabase.');
  return new client({ adapter: new PrismaPg(prismaPool(database), { disposeExternalPool: false }) });
}

type Pool = PoolDatabase['pool'];

/** The pool, guarded against the wait without end that one connection allows. */
function prismaPool(database: PoolDatabase): Pool {
  if (database.kind !== 'pglite') return database.pool;
  const refuse = (): void => {
    if (database.inTransaction) throw new Error('Prisma Client cannot be used inside a transaction of the embedded database, which has one connection.');
  };
  return new Proxy(database.pool, {
    get(pool, key) {
      const value: unknown = Reflect.get(pool, key, pool);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (key === 'query' || key === 'connect') refuse();
        return Reflect.apply(value, pool, args);
      };
    },
  });
}
