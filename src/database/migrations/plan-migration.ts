import type { Catalog } from '../../metadata/catalog.ts';
import { columnName, linkTableName, tableName } from '../../metadata/naming.ts';
import type { ExtraSql } from '../extra-sql.ts';
import { quoteName } from '../listener.ts';
import { type ColumnText, type TableText, parsePrismaSchema, withoutDefault } from '../prisma/parse-schema.ts';
import { castColumn, fitsFunction } from './cast.ts';
import { diffSchemas } from './differ.ts';
import { splitSql } from './split-sql.ts';

/** All that decides what the tables look like. Two equal ones need no migration. */
export interface SchemaState {
  /** Text of `schema.prisma`. */
  readonly prisma: string;
  readonly extras: readonly ExtraSql[];
}

/** A question to the rows that exist; rows in the answer (`id`, `sample`) refuse the migration. */
export interface RowCheck {
  readonly problem: string;
  readonly hint: string;
  readonly check: string;
}

export type Step = RowCheck | { readonly sql: string };

export interface MigrationPlan {
  /** In order. Statements make up `migration.sql`; checks are asked in between, where the tables are as they expect. */
  readonly steps: readonly Step[];
  /** What is lost, one line each: `drops the column contact.fax`. */
  readonly destructive: readonly string[];
}

interface Edit {
  readonly lines: string[];
  readonly steps: Step[];
}

/** Without the schema that the differ thinks of: tables go where the search path says. */
async function diffStatements(from: string | undefined, to: string): Promise<string[]> {
  return splitSql(await diffSchemas(from, to)).filter((statement) => !statement.startsWith('CREATE SCHEMA IF NOT EXISTS'));
}

const sqlSteps = (statements: readonly string[]): Step[] => statements.map((sql) => ({ sql }));

/** The statements of a plan. */
export function statementsOf({ steps }: MigrationPlan): string[] {
  return steps.flatMap((step) => ('sql' in step ? step.sql : []));
}

/**
 * The way from one state to another. Declared renames come first, then conversions; Prisma's differ, shown a previous
 * schema in which both are done already, says the rest. A pure function of its arguments.
 */
export async function planMigration(from: SchemaState | undefined, to: SchemaState, catalog?: Catalog): Promise<MigrationPlan> {
  if (from === undefined) {
    return { steps: sqlSteps([...(await diffStatements(undefined, to.prisma)), ...to.extras.map(({ create }) => create)]), destructive: [] };
  }
  const edit: Edit = { lines: from.prisma.split('\n'), steps: [] };
  const target = parsePrismaSchema(to.prisma);
  if (catalog) rename(edit, target, catalog);
  const renamed = parsePrismaSchema(edit.lines.join('\n'));
  const conversions = convert(edit, renamed, target, to.prisma.split('\n'));
  const rest = await diffStatements(edit.lines.join('\n'), to.prisma);
  // References and indexes that go are gone before the types of their columns change.
  const firstOther = rest.findIndex((statement) => !/^(ALTER TABLE "[^"]+" DROP CONSTRAINT|DROP INDEX)/.test(statement));
  const released = firstOther < 0 ? rest.length : firstOther;
  const extras = diffExtras(from.extras, to.extras, conversions.tables);
  return {
    steps: [
      ...sqlSteps(extras.drops),
      ...edit.steps,
      ...sqlSteps(rest.slice(0, released)),
      ...conversions.steps,
      ...requirements(renamed, target),
      ...sqlSteps(rest.slice(released)),
      ...extras.creates.flatMap((extra): Step[] => [...conditionCheck(extra, renamed, target), { sql: extra.create }]),
    ],
    destructive: losses(renamed, target),
  };
}

/** A rename happens once: where the old name is there and the new one is not. */
function rename(edit: Edit, target: ReadonlyMap<string, TableText>, catalog: Catalog): void {
  let now = parsePrismaSchema(edit.lines.join('\n'));
  const renameTable = (old: string, name: string): void => {
    const table = now.get(old);
    if (!table || now.has(name) || target.has(old)) return;
    if (table.mapped) edit.lines[table.mapLine] = `  @@map("${name}")`;
    else edit.lines.splice(table.mapLine, 0, `  @@map("${name}")`);
    edit.steps.push({ sql: `ALTER TABLE ${quoteName(old)} RENAME TO ${quoteName(name)}` });
    now = parsePrismaSchema(edit.lines.join('\n'));
  };
  for (const object of catalog.objects.values()) {
    if (object.renamedFrom !== undefined) renameTable(tableName(object.renamedFrom), object.table);
    const table = now.get(object.table);
    const goals = target.get(object.table);
    for (const field of object.fields.values()) {
      if (field.renamedFrom === undefined || field.column === undefined || !table) continue;
      const old = columnName(field.renamedFrom, field.reference !== undefined);
      const column = table.columns.get(old);
      if (!column || table.columns.has(field.column) || goals?.columns.has(old)) continue;
      edit.lines[column.line] = mapColumn(edit.lines[column.line] ?? '', field.column);
      edit.steps.push({ sql: `ALTER TABLE ${quoteName(object.table)} RENAME COLUMN ${quoteName(old)} TO ${quoteName(field.column)}` });
    }
  }
  for (const link of catalog.links) {
    const object = catalog.objects.get(link.object);
    const field = object?.fields.get(link.field);
    if (!object || !field) continue;
    // Either name, or both, may be new.
    for (const table of new Set([object.table, object.renamedFrom === undefined ? object.table : tableName(object.renamedFrom)])) {
      for (const name of new Set([link.field, field.renamedFrom ?? link.field])) {
        const old = linkTableName(table, name);
        if (old !== link.table) renameTable(old, link.table);
      }
    }
  }
}

function mapColumn(line: string, column: string): string {
  return /@map\("[^"]+"\)/.test(line) ? line.replace(/@map\("[^"]+"\)/, `@map("${column}")`) : `${line} @map("${column}")`;
}

function convert(edit: Edit, from: ReadonlyMap<string, TableText>, to: ReadonlyMap<string, TableText>, targetLines: readonly string[]): { steps: Step[]; tables: ReadonlySet<string> } {
  const steps: Step[] = [];
  const tables = new Set<string>();
  for (const [name, table] of to) {
    const old = from.get(name);
    for (const column of table.columns.values()) {
      const before = old?.columns.get(column.name);
      if (!old || !before || before.pgType === column.pgType) continue;
      const { using, fits } = castColumn(column.name, before.pgType, column.pgType);
      const alter = `ALTER TABLE ${quoteName(name)} ALTER COLUMN ${quoteName(column.name)}`;
      if (fits !== undefined) {
        if (fits.includes('objectos_fits')) steps.push({ check: fitsFunction, problem: '', hint: '' });
        steps.push({
          problem: `${name}.${column.name} becomes ${column.pgType}, and these values do not fit`,
          hint: `Change the values first, or keep the type of ${column.name}.`,
          check: samples(old, name, quoteName(column.name), `NOT (${fits})`),
        });
      }
      if (before.defaultValue !== undefined) steps.push({ sql: `${alter} DROP DEFAULT` });
      if (before.required && column.pgType.endsWith('[]')) steps.push({ sql: `${alter} DROP NOT NULL` });
      steps.push({ sql: `${alter} TYPE ${column.pgType} USING ${using}` });
      tables.add(name);
      edit.lines[before.line] = retype(edit.lines[before.line] ?? '', targetLines[column.line] ?? '', before, column);
    }
  }
  return { steps, tables };
}

/** The column's line of the next schema under its previous field name, as required as it was, and without default. */
function retype(line: string, targetLine: string, before: ColumnText, column: ColumnText): string {
  const field = /^\s*(\w+)/.exec(line)?.[1] ?? column.name;
  const [, type = '', attributes = ''] = /^\s*\w+\s+(Unsupported\("(?:[^"\\]|\\.)*"\)|\w+)(?:\[\])?\??\s*(.*)$/.exec(withoutDefault(targetLine)) ?? [];
  const suffix = column.pgType.endsWith('[]') ? '[]' : before.required ? '' : '?';
  return `  ${field} ${type}${suffix} ${attributes.replace(/@map\("[^"]+"\)/, '')} @map("${column.name}")`;
}

/** Columns that every row must have from now on: rows that exist get the default, or refuse. */
function requirements(from: ReadonlyMap<string, TableText>, to: ReadonlyMap<string, TableText>): Step[] {
  const steps: Step[] = [];
  for (const [name, table] of to) {
    const old = from.get(name);
    for (const column of table.columns.values()) {
      const before = old?.columns.get(column.name);
      if (!old || !column.required || before?.required === true) continue;
      const target = quoteName(column.name);
      const value = column.defaultValue === undefined ? undefined : sqlDefault(column);
      if (value !== undefined) {
        if (before) steps.push({ sql: `UPDATE ${quoteName(name)} SET ${target} = ${value} WHERE ${target} IS NULL` });
        continue;
      }
      steps.push({
        problem: before ? `${name}.${column.name} becomes required, and these rows have no value` : `${name}.${column.name} is new and required, and these rows exist`,
        hint: `Give ${column.name} a defaultValue, or make it required once every row has a value.`,
        check: samples(old, name, 'NULL', before ? `${target} IS NULL` : 'true'),
      });
    }
  }
  return steps;
}

/** The default as SQL; undefined for those that Prisma Client makes, not the database. */
function sqlDefault({ defaultValue = '', pgType }: ColumnText): string | undefined {
  if (defaultValue === 'now()') return 'CURRENT_TIMESTAMP';
  if (defaultValue.startsWith('"')) return `'${(JSON.parse(defaultValue) as string).replaceAll("'", "''")}'::${pgType}`;
  return /^(-?\d+(\.\d+)?|true|false)$/.test(defaultValue) ? defaultValue : undefined;
}

function losses(from: ReadonlyMap<string, TableText>, to: ReadonlyMap<string, TableText>): string[] {
  const lines: string[] = [];
  for (const [name, table] of from) {
    const after = to.get(name);
    if (!after) lines.push(`drops the table ${name}`);
    else for (const column of table.columns.keys()) if (!after.columns.has(column)) lines.push(`drops the column ${name}.${column}`);
  }
  return lines;
}

function diffExtras(from: readonly ExtraSql[], to: readonly ExtraSql[], rebuilt: ReadonlySet<string>): { drops: string[]; creates: ExtraSql[] } {
  const before = new Map(from.map((extra) => [extra.name, extra]));
  const after = new Map(to.map((extra) => [extra.name, extra]));
  // The conversion of a column is refused while an index or a check is built on it.
  const stays = (extra: ExtraSql, other: ExtraSql | undefined): boolean => other?.create === extra.create && other.table === extra.table && !rebuilt.has(extra.table);
  return {
    drops: from.filter((extra) => !stays(extra, after.get(extra.name))).map(({ drop }) => drop),
    creates: to.filter((extra) => !stays(extra, before.get(extra.name))),
  };
}

/** Rows that a new check refuses are named before PostgreSQL refuses them all at once. */
function conditionCheck({ name, table, condition }: ExtraSql, from: ReadonlyMap<string, TableText>, to: ReadonlyMap<string, TableText>): Step[] {
  const target = to.get(table);
  if (condition === undefined || !target || !from.has(table)) return [];
  const column = [...target.columns.keys()].find((one) => condition.includes(quoteName(one)));
  return [
    {
      problem: `${table} gets the check ${name}, and these rows break it: ${condition}`,
      hint: 'Change the rows first, or the definition.',
      check: samples(target, table, column === undefined ? 'NULL' : quoteName(column), `NOT (${condition})`),
    },
  ];
}

function samples(table: TableText, name: string, value: string, condition: string): string {
  const key = table.columns.has('id') ? 'id::text' : 'ctid::text';
  return `SELECT ${key} AS id, left((${value})::text, 60) AS sample FROM ${quoteName(name)} WHERE ${condition} ORDER BY 1 LIMIT 5`;
}
