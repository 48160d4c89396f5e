import { createHmac, randomBytes } from 'node:crypto';
import type { Database } from '../../../database/database.ts';
import { isSecret } from '../../../kernel/compare-secrets.ts';
import type { CatalogField } from '../../../metadata/catalog.ts';
import type { BindList } from '../../../resolvers/sql/binds.ts';
import { literal } from '../../../resolvers/sql/identifier.ts';
import { setting } from '../claims/file-fields.ts';
import { keyTable } from '../tables.ts';

/** Where files are read: `/files/<id>?expires=<seconds since 1970>&signature=<HMAC-SHA256 of both>`. */
export const filesPath = '/files';

const ownAddress = /(^|\/\/[^/]+)\/files\/[0-9a-f-]{36}(\?|$)/;

/** Whether an address is one that reading gave, of this server or of another. */
export const isOwnAddress = (url: string): boolean => ownAddress.test(url);

/** Seconds for which an address is good, unless the field says otherwise. */
const usualExpiry = 3_600;

/** Addresses stay the same for a quarter of their time, so that caches of clients serve. */
const steps = 4;

/** Addresses under which files may be read for a while. */
export class Addresses {
  readonly #base: string;
  #key = Buffer.alloc(0);

  constructor(baseUrl = '') {
    this.#base = `${baseUrl.replace(/\/$/, '')}${filesPath}/`;
  }

  /** Takes the key from the database, where the first process put it. */
  async open(database: Database): Promise<void> {
    const { rows } = await database.query<{ secret: string }>({
      text: `INSERT INTO "${keyTable}" AS k ("id", "secret") VALUES (1, $1) ON CONFLICT ("id") DO UPDATE SET "secret" = k."secret" RETURNING "secret"`,
      values: [randomBytes(32).toString('hex')],
    });
    this.#key = Buffer.from(rows[0]?.secret ?? '', 'hex');
  }

  of(id: string, seconds = usualExpiry): string {
    const step = Math.ceil(seconds / steps);
    const expires = Math.floor((Date.now() / 1000 + seconds) / step) * step;
    return `${this.#base}${id}?expires=${expires}&signature=${this.#sign(id, expires)}`;
  }

  /** Until when a signed address is good, in seconds since 1970; undefined when it is not. */
  check(id: string, parameters: URLSearchParams): number | undefined {
    const expires = Number(parameters.get('expires') ?? Number.NaN);
    if (!Number.isSafeInteger(expires) || expires * 1000 <= Date.now()) return undefined;
    return isSecret(parameters.get('signature') ?? '', this.#sign(id, expires)) ? expires : undefined;
  }

  /** The same as `of` in SQL: part of the statement that reads the record. `stored` is the jsonb of one file of the field. */
  sql(stored: string, field: CatalogField, binds: BindList): string {
    const id = `${stored} ->> 'id'`;
    const base = literal(this.#base);
    const url = `${stored} ->> 'url'`;
    if (setting(field, 'publicRead') === true) return `coalesce(${url}, ${base} || (${id}))`;
    const wanted = setting(field, 'presignedUrlExpiry');
    const seconds = typeof wanted === 'number' ? wanted : usualExpiry;
    const step = Math.ceil(seconds / steps);
    const pad = (byte: number, name: string): string => `decode(${binds.addOnce(this, name, () => this.#padded(byte), 'text')}, 'hex')`;
    const message = `convert_to((${id}) || '.' || x.expires, 'UTF8')`;
    const signature = `encode(sha256(${pad(0x5c, 'outer')} || sha256(${pad(0x36, 'inner')} || ${message})), 'hex')`;
    const expires = `(floor((extract(epoch FROM statement_timestamp()) + ${seconds}) / ${step}) * ${step})::bigint::text`;
    return `CASE WHEN ${id} IS NULL THEN ${url} ELSE (SELECT ${base} || (${id}) || '?expires=' || x.expires || '&signature=' || ${signature} FROM (SELECT ${expires} AS expires) x) END`;
  }

  #sign(id: string, expires: number): string {
    return createHmac('sha256', this.#key).update(`${id}.${expires}`).digest('hex');
  }

  /** The key as HMAC mixes it in: filled up to a block of SHA-256, each byte changed by this one. */
  #padded(byte: number): string {
    const block = Buffer.alloc(64);
    this.#key.copy(block);
    return Buffer.from(block.map((each) => each ^ byte)).toString('hex');
  }
}
