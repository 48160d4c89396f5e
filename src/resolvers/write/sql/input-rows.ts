import type { BindList } from '../../sql/binds.ts';
import { identifier } from '../../sql/identifier.ts';
import type { ColumnPlan } from '../object-plan.ts';
import type { Values } from '../rows.ts';
import type { RowsInput, SingleInput } from './parts.ts';

/** A further column of the input that is not one of the object: `["#version", "int4"]`. */
export type ExtraColumn = readonly [name: string, type: string];

/** SQL that yields the rows to be written: parameters for one, a JSON document for many (a few statements whatever their number). */
export function inputRows(columns: readonly ColumnPlan[], { many, extra = [] }: { many: boolean; extra?: readonly ExtraColumn[] }, binds: BindList): string {
  const all: ExtraColumn[] = [...columns.map(({ column, castType }) => [column, castType] as const), ...extra.map(([name, type]) => [identifier(name), type] as const)];
  if (many) {
    const rows = binds.add((_, locals) => (locals as RowsInput).rows, 'json');
    return `SELECT * FROM json_to_recordset(${rows}) AS r(${all.map(([name, type]) => `${name} ${type}`).join(', ')})`;
  }
  const values = all.map(([name, type], index) => `${binds.add((_, locals) => (locals as SingleInput).values[index], type)} AS ${name}`);
  return `SELECT ${values.join(', ')}`;
}

export function driverValue({ isJson }: ColumnPlan, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  return isJson ? JSON.stringify(value) : value;
}

/** Rows as one JSON document, keyed by column. */
export function manyInput(columns: readonly ColumnPlan[], rows: readonly { readonly values: Values; readonly extra?: Values | undefined }[]): RowsInput {
  const named = columns.map(({ field }) => ({ name: field.name, column: field.column ?? field.name }));
  return {
    rows: JSON.stringify(
      rows.map(({ values, extra }) => {
        const row: Values = { ...extra };
        for (const { name, column } of named) row[column] = values[name] ?? null;
        return row;
      }),
    ),
  };
}
