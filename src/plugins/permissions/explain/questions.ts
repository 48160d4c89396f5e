import type { CatalogObject } from '../../../metadata/catalog.ts';
import { systemAccess } from '../../../resolvers/access.ts';
import type { Filter } from '../../../resolvers/filter/filter.ts';
import { filterToSql } from '../../../resolvers/filter/to-sql.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { BindList } from '../../../resolvers/sql/binds.ts';
import { identifier, literal } from '../../../resolvers/sql/identifier.ts';
import type { Rows } from '../../../resolvers/filter/rows.ts';

/** The record as it is, or as it would be if it belonged to nobody. */
export type Image = 'record' | 'given away';

const alias: Readonly<Record<Image, string>> = { record: 'o', 'given away': 'n' };

/** Conditions about one record, all asked in one statement. */
export class Questions {
  readonly #binds = new BindList();
  readonly #request: RequestContext;
  readonly #object: CatalogObject;
  readonly #columns = new Map<string, string>();
  readonly #known = new Map<Filter, Partial<Record<Image, string>>>();
  #answers: Readonly<Record<string, unknown>> | undefined;

  /** `request` is that of the caller whom the conditions are about. */
  constructor(object: CatalogObject, request: RequestContext) {
    this.#object = object;
    this.#request = request;
  }

  /** Whether the record is among the rows; to be called once `run` found the record. */
  ask(rows: Rows, image: Image = 'record'): () => boolean {
    if (typeof rows === 'boolean') return () => rows;
    const names = this.#known.get(rows) ?? {};
    this.#known.set(rows, names);
    const name = (names[image] ??= this.#add(filterToSql(rows, { object: this.#object, alias: alias[image], catalog: this.#request.catalog, access: systemAccess, binds: this.#binds })));
    return () => this.#answer(name);
  }

  askSql(sql: (alias: string) => string): () => boolean {
    const name = this.#add(sql(alias.record));
    return () => this.#answer(name);
  }

  /** False when there is no such record. `owner` is the field that becomes empty when the record is given away. */
  async run(id: string, owner: string | undefined): Promise<boolean> {
    const wanted = this.#binds.add(() => id, 'uuid');
    const columns = [...this.#columns].map(([name, sql]) => `, (${sql}) IS TRUE AS ${identifier(name)}`).join('');
    const column = owner === undefined ? undefined : this.#object.fields.get(owner)?.column;
    const image = column === undefined ? '' : ` CROSS JOIN LATERAL jsonb_populate_record(o, jsonb_build_object(${literal(column)}, NULL)) n`;
    const text = `SELECT true AS "found"${columns} FROM ${identifier(this.#object.table)} o${image} WHERE o."id" = ${wanted}`;
    const { rows } = await this.#request.database.query<Record<string, unknown>>({ text, values: this.#binds.values(this.#request) });
    this.#answers = rows[0];
    return rows.length > 0;
  }

  #add(sql: string): string {
    const name = `q${this.#columns.size}`;
    this.#columns.set(name, sql);
    return name;
  }

  #answer(name: string): boolean {
    if (!this.#answers) throw new Error('The questions have not been asked.');
    return this.#answers[name] === true;
  }
}
