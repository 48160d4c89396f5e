import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Statement } from '../../../database/database.ts';
import type { RequestContext } from '../../request.ts';
import type { BindList, Locals } from '../../sql/binds.ts';

/** A statement whose text is fixed; values come with each execution. */
export interface WriteStatement {
  readonly text: string;
  readonly binds: BindList;
}

interface Entry extends WriteStatement {
  name: string | undefined;
  uses: number;
}

const maxEntries = 2000;
/** Servers keep prepared statements per connection for good, so only texts that come back get a name, and not without end. */
const maxNamed = 500;
const usesBeforeName = 2;

/** Texts of write statements by object, operation, columns and rights. */
export class StatementCache {
  readonly #entries = new LRUCache<string, Entry>({ max: maxEntries });
  #named = 0;

  run(key: string, make: () => WriteStatement, request: RequestContext, locals: Locals): Statement {
    const entry = this.#entry(key, make);
    entry.uses += 1;
    if (entry.name === undefined && entry.uses >= usesBeforeName && this.#named < maxNamed) {
      this.#named += 1;
      entry.name = `w_${createHash('sha256').update(entry.text).digest('hex').slice(0, 20)}`;
    }
    return { text: entry.text, values: entry.binds.values(request, locals), name: entry.name };
  }

  bindsOf(key: string, make: () => WriteStatement): BindList {
    return this.#entry(key, make).binds;
  }

  #entry(key: string, make: () => WriteStatement): Entry {
    let entry = this.#entries.get(key);
    if (!entry) {
      entry = { ...make(), name: undefined, uses: 0 };
      this.#entries.set(key, entry);
    }
    return entry;
  }
}
