import type { Database, Statement } from '../../src/database/database.ts';

/** The same database; every statement is handed to `record` on its way. */
export function recording(database: Database, record: (statement: Statement) => void): Database {
  return new Proxy(database, {
    get(target, key) {
      if (key === 'query') {
        return (statement: Statement) => {
          record(statement);
          return target.query(statement);
        };
      }
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
