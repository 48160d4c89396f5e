import { validate as isUuid } from 'uuid';
import type { Database } from '../../database/database.ts';
import { anonymous, type Callers } from '../../resolvers/caller.ts';

/** Callers of people of whom nothing is known but that they are there. */
export function createCallers(database: Database): Callers {
  return {
    async of(userId) {
      if (!isUuid(userId)) return undefined;
      const { rows } = await database.query<{ id: string; email: string }>({ text: 'SELECT "id", "email" FROM "sys_user" WHERE "id" = $1::uuid AND "active" IS NOT FALSE', values: [userId] });
      const [person] = rows;
      return person && { ...anonymous, kind: 'user', userId: person.id, attributes: { email: person.email } };
    },
  };
}
