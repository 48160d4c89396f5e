import type { CatalogField } from '../../../metadata/catalog.ts';
import type { CheckedExpression } from '../../../metadata/expressions/checked.ts';
import { fieldType } from '../../../metadata/expressions/types.ts';
import { systemAccess } from '../../../resolvers/access.ts';
import { testExpression } from '../../../resolvers/expressions/evaluate.ts';
import { expressionCondition } from '../../../resolvers/expressions/to-sql.ts';
import { BindList } from '../../../resolvers/sql/binds.ts';
import { identifier } from '../../../resolvers/sql/identifier.ts';
import { columnPlans, type ColumnPlan } from '../../../resolvers/write/object-plan.ts';
import type { Change, MutationContext } from '../../../resolvers/write/phase.ts';
import { compileCondition } from '../evaluation/compile.ts';
import type { Subject } from '../evaluation/environment.ts';
import { formulaOf } from '../../../resolvers/expressions/formulas.ts';
import type { CompileCheck, RuleSource } from './rule.ts';

/**
 * No two records have the same values in some fields, among those that meet a condition. Exact under concurrent writes: whoever writes such
 * values holds a lock on them until the commit, and looks for others only then. Records in the trash do not count, nor do those of another
 * organization.
 */
export const compileUnique: CompileCheck = (source) => {
  const { object, catalog, definition: { fields: names = [], scope, caseSensitive = true }, services: { timeZone }, name } = source;
  const columns = columnPlans(object);
  const fields = names.flatMap((given, index) => uniqueField(given, index, source) ?? []);
  const condition = scope === undefined ? undefined : compileScope(source);
  if (fields.length < names.length || (scope !== undefined && !condition)) return undefined;
  const organization = object.organizationField === undefined ? undefined : columns.get(object.organizationField);
  const compared = fields.flatMap((field) => columns.get(field.name) ?? []);
  const given = [...(organization ? [organization] : []), ...compared];
  const shown = (column: ColumnPlan, sql: string): string => {
    const text = !caseSensitive && column.castType === 'text' ? `lower(${sql})` : sql;
    return column.castType === 'numeric' ? `trim_scale(${text})` : text;
  };
  const rows = `json_to_recordset($1::json) AS r("#place" int4, ${[...new Set(given.map(({ column, castType }) => `${column} ${castType}`))].join(', ')})`;
  const key = `concat_ws(chr(31), ${[`'${object.name} ${name.replaceAll("'", "''")}'`, ...given.map((column) => `coalesce(${shown(column, `r.${column.column}`)}::text, '')`)].join(', ')})`;
  const lock = `SELECT pg_advisory_xact_lock(k."key") FROM (SELECT DISTINCT hashtextextended(${key}, 0) AS "key" FROM ${rows} ORDER BY 1) AS k`;

  const binds = new BindList();
  const input = rows.replace('$1::json', binds.add((_, locals) => locals['rows'], 'json'));
  const written = binds.add((_, locals) => locals['ids'], 'uuid[]');
  const trash = object.softDelete === undefined ? undefined : columns.get(object.softDelete);
  const conditions = [
    ...compared.map((column) => `${shown(column, `o.${column.column}`)} = ${shown(column, `r.${column.column}`)}`),
    ...(organization ? [`o.${organization.column} IS NOT DISTINCT FROM r.${organization.column}`] : []),
    `o."id" <> ALL(${written})`,
    ...(trash ? [`o.${trash.column} IS NULL`] : []),
    ...(condition ? [expressionCondition(condition, { object, alias: 'o', catalog, access: systemAccess, binds }, { timeZone })] : []),
  ];
  const look = `SELECT r."#place" AS "place" FROM ${input} WHERE EXISTS (SELECT FROM ${identifier(object.table)} o WHERE ${conditions.join(' AND ')})`;

  const finding = { field: fields.at(-1)?.name, code: 'NOT_UNIQUE' };
  const valuesOf = (record: Readonly<Record<string, unknown>>) => given.map(({ field }) => record[field.name] ?? null);
  const holds = ({ change: { record }, environment }: Subject): boolean => compared.every(({ field }) => (record[field.name] ?? null) !== null) && (!condition || testExpression(condition, environment));
  /** Of one that holds values: they are other ones than before. */
  const takes = ({ change, environment }: Subject): boolean => {
    const { record, previous, kind } = change;
    if (kind !== 'update' || !previous || JSON.stringify(valuesOf(record)) !== JSON.stringify(valuesOf(previous))) return true;
    return condition !== undefined && !testExpression(condition, { ...environment, record: previous });
  };
  const taken = new WeakMap<MutationContext, Map<string, Change>>();

  return {
    expressions: condition ? [condition] : [],
    fields: given.map(({ field }) => field.name),
    pure: false,
    async run(subjects, context, fail) {
      const written = taken.get(context) ?? new Map<string, Change>();
      taken.set(context, written);
      const asked: Subject[] = [];
      const holding = subjects.filter(holds);
      const taking = new Set(holding.filter(takes));
      // Who keeps values has them before those that take them.
      for (const subject of [...holding.filter((one) => !taking.has(one)), ...taking]) {
        const text = JSON.stringify(valuesOf(subject.change.record));
        const value = caseSensitive ? text : text.toLowerCase();
        const holder = written.get(value) ?? subject.change;
        written.set(value, holder);
        if (!taking.has(subject)) continue;
        if (holder.id === subject.change.id) asked.push(subject);
        else fail(subject, { ...finding, because: holder });
      }
      if (asked.length === 0) return;
      const document = JSON.stringify(asked.map(({ change: { record } }, place) => Object.fromEntries([['#place', place], ...given.map(({ field }) => [field.column ?? field.name, record[field.name] ?? null])])));
      await context.database.query({ text: lock, values: [document] });
      // A statement of its own: it sees what was committed while the lock was waited for.
      const ids = subjects.map(({ change }) => change.id);
      const { rows: found } = await context.database.query<{ place: number }>({ text: look, values: binds.values(context, { rows: document, ids }) });
      for (const { place } of found) {
        const subject = asked[place];
        if (subject) fail(subject, finding);
      }
    },
  };
};

const kinds: ReadonlySet<string> = new Set(['number', 'boolean', 'date', 'datetime', 'time', 'id', 'text']);

function uniqueField(name: string, index: number, { field: fieldNamed, report }: RuleSource): CatalogField | undefined {
  const field = fieldNamed(name, ['fields', index]);
  if (!field) return undefined;
  if (field.column !== undefined && !field.multiple && !field.type.computed && kinds.has(fieldType(field)?.kind ?? '')) return field;
  report('error', ['fields', index], `the values of ${field.name} cannot be told apart: it is ${field.multiple ? 'a list' : `a ${field.type.name}`}`);
  return undefined;
}

/** Of the records as they are stored, whoever looks and whenever: what changes by itself could not be kept unique. */
function compileScope({ definition: { scope = '' }, object, catalog, report }: RuleSource): CheckedExpression | undefined {
  const condition = compileCondition(scope, { object, catalog }, (text, hint) => report('error', ['scope'], text, hint));
  if (!condition) return undefined;
  const foreign = condition.reads.some(({ root, steps, field }) => root === 'previous' || steps.length > 0 || formulaOf(field, catalog) !== undefined);
  if (!foreign && condition.finds.length === 0 && !condition.usesNow && !condition.usesCaller) return condition;
  report('error', ['scope'], 'the scope of a unique rule reads stored fields of the record and nothing else', 'Leave out formulas, paths, LOOKUP, previous, the caller and the time.');
  return undefined;
}
