import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { InsertPart, StatementPart } from '../../../resolvers/write/statement-part.ts';
import { autonumbersOf, emptyInputs, organizationOf, organizationValue, textsAround } from './autonumber.ts';
import { splitNumber } from './format.ts';
import { numberSql, skipStoredSql } from './number-sql.ts';

/** Numbers are given by the inserting statement itself, under the lock of the counter: what is not committed leaves no gap. */
export function autonumberPart(object: CatalogObject, timeZone: string): StatementPart | undefined {
  const numbers = autonumbersOf(object);
  if (numbers.length === 0) return undefined;
  const insert: InsertPart = {
    extra: [
      ...(numbers.some(({ organization }) => organization) ? [[organizationValue, 'text'] as const] : []),
      ...numbers.flatMap(({ before, after, value }) => [[before, 'text'], [after, 'text'], [value, 'int8']] as const),
    ],
    values(change, { now }, report) {
      const values: Record<string, unknown> = { ...organizationOf(numbers, change.record) };
      for (const number of numbers) {
        const { field, format, before, after, value } = number;
        const given = change.values[field.name];
        if (typeof given === 'string') {
          const parts = splitNumber(format, given, change.record);
          Object.assign(values, { [before]: parts?.before ?? null, [after]: null, [value]: parts?.value ?? null });
          continue;
        }
        const empty = emptyInputs(number, change.record);
        for (const name of empty) report(change, { field: name, code: 'REQUIRED', message: `${object.fields.get(name)?.label ?? name} is required, since ${field.label} is made from it.` });
        if (empty.length === 0) Object.assign(values, textsAround(number, change.record, now, timeZone));
      }
      return values;
    },
    sql: (given, rows) => numberSql(numbers, new Set(given), rows),
    async taken(columns, computed, { database }) {
      const number = numbers.find(({ column }) => columns.includes(column));
      if (!number) return false;
      const counters = new Map(computed.flatMap((values) => {
        const [organization, prefix] = [number.organization ? String(values[organizationValue]) : '', values[number.before]];
        return typeof prefix === 'string' ? [[JSON.stringify([organization, prefix]), [organization, prefix] as const]] : [];
      }));
      const [organizations, prefixes] = [[...counters.values()].map(([organization]) => organization), [...counters.values()].map(([, prefix]) => prefix)];
      await database.query({ text: skipStoredSql(number, object.table), values: [number.name, organizations, prefixes] });
      return true;
    },
  };
  return { insert };
}
