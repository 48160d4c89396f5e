import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { setSealingKey } from '../../../src/metadata/sealing.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { typeCases } from './cases.ts';
import { makeField } from './make-field.ts';

const scalarFamilies: ReadonlySet<string> = new Set(['id', 'string', 'int', 'float', 'decimal', 'boolean', 'date', 'datetime', 'time', 'enum']);

describeEachDatabase('stored values of every field type', (open) => {
  let database: Database;
  let tables = 0;
  beforeAll(async () => {
    setSealingKey(Buffer.alloc(32, 7));
    database = await open();
  });
  afterAll(() => { setSealingKey(undefined); });

  const stored = typeCases.filter(({ column, accepts }) => column !== undefined && accepts.length > 0);
  it.each(stored.map((one) => [JSON.stringify(one.definition).slice(0, 80), one] as const))('%s', async (_title, { definition, accepts }) => {
    const field = makeField(definition);
    const shape = field.type.column(field);
    if (shape === undefined) throw new Error('no column');
    const table = `t${(tables += 1)}`;
    const checks = (shape.checks ?? []).map((check) => `, CHECK (${check.replaceAll('{column}', 'value')})`).join('');
    await database.exec(`CREATE TABLE ${table} (n integer, value ${shape.pgType}${checks})`);
    const shown: unknown[] = [];
    for (const [n, [input, expected = input]] of accepts.entries()) {
      const coerced = field.type.coerce(input, field);
      if ('problem' in coerced) throw new Error(coerced.problem.message);
      await database.query({ text: `INSERT INTO ${table} VALUES (${n}, $1::${shape.castType})`, values: [coerced.value] });
      shown.push(expected);
      if (scalarFamilies.has(field.type.filters(field) ?? '')) {
        const found = await database.query({ text: `SELECT n FROM ${table} WHERE value = $1::${shape.castType} AND n = ${n}`, values: [coerced.value] });
        expect(found.rows, 'found by its own value').toHaveLength(1);
      }
    }
    await database.exec(`INSERT INTO ${table} VALUES (${accepts.length}, NULL)`);
    const { rows } = await database.query<{ json: { value: unknown } }>({ text: `SELECT json_build_object('value', ${field.type.json('x.value', field)}) AS json FROM ${table} x ORDER BY n`, values: [] });
    expect(rows.map((row) => row.json.value)).toEqual([...shown, null]);
    if (field.type.searchText) await database.exec(`CREATE INDEX ON ${table} USING gin (to_tsvector('english', coalesce(${field.type.searchText('value', field)}, '')))`);
    if (field.type.sortable) await database.query({ text: `SELECT n FROM ${table} ORDER BY value`, values: [] });
    for (const name of field.type.aggregates) {
      const call = name === 'countDistinct' ? 'count(DISTINCT value)' : `${name}(value)`;
      await database.query({ text: `SELECT ${call} FROM ${table}`, values: [] });
    }
  });

  it.each([
    [{ type: 'select', options: ["won't buy"] }, "'other'"],
    [{ type: 'multiselect', options: ['a', 'b'] }, "ARRAY['a', 'c']"],
  ] as const)('the database refuses what is no option of %j', async (definition, sql) => {
    const field = makeField(definition);
    const check = field.type.column(field)?.checks?.[0]?.replaceAll('{column}', 'value') ?? '';
    const table = `t${(tables += 1)}`;
    await database.exec(`CREATE TABLE ${table} (value ${field.type.column(field)?.pgType ?? ''} CHECK (${check}))`);
    await expect(database.exec(`INSERT INTO ${table} VALUES (${sql})`)).rejects.toThrow();
  });
});
