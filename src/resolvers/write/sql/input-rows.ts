import type { BindList } from '../../sql/binds.ts';
import { identifier } from '../../sql/identifier.ts';
import type { ColumnPlan } from '../object-plan.ts';
import type { Values } from '../rows.ts';
import type { RowsInput, SingleInput } from './parts.ts';

/** A further column of the input that is not one of the object: `["#version", "int4"]`. */
export type ExtraColumn = readonly [name: string, type: string];

/** Milliseconds for which a statement of several requests waits for other transactions. */
const patience = 50;

/**
 * SQL that yields the rows to be written: parameters for one, a JSON document for many (a few statements whatever their number). Requests that are
 * gathered must not wait long for the record that one of them needs: their statement then fails, and each goes by itself.
 */
export function inputRows(columns: readonly ColumnPlan[], { many, gathered = false, extra = [] }: { many: boolean; gathered?: boolean; extra?: readonly ExtraColumn[] }, binds: BindList): string {
  if (!many) return inputRow(columns, extra, binds).sql;
  const rows = binds.addOwn((_, locals) => (locals as RowsInput).rows, 'json');
  const limited = gathered ? ` WHERE (SELECT set_config('lock_timeout', '${patience}', true)) IS NOT NULL` : '';
  return `SELECT * FROM json_to_recordset(${rows}) AS r(${typed(columns, extra).map(([name, type]) => `${name} ${type}`).join(', ')})${limited}`;
}

/** One row of parameters, and SQL of the first of them. */
export function inputRow(columns: readonly ColumnPlan[], extra: readonly ExtraColumn[], binds: BindList): { readonly sql: string; readonly first: string | undefined } {
  const values = typed(columns, extra).map(([name, type], index) => ({ name, sql: binds.addOwn((_, locals) => (locals as SingleInput).values[index], type) }));
  return { sql: `SELECT ${values.map(({ name, sql }) => `${sql} AS ${name}`).join(', ')}`, first: values[0]?.sql };
}

function typed(columns: readonly ColumnPlan[], extra: readonly ExtraColumn[]): readonly ExtraColumn[] {
  return [...columns.map(({ column, castType }) => [column, castType] as const), ...extra.map(([name, type]) => [identifier(name), type] as const)];
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
