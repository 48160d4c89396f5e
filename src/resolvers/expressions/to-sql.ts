import type { CatalogField } from '../../metadata/catalog.ts';
import type { Arithmetic, Checked, CheckedExpression, Comparison, FindKey, FindRecord, ReadField } from '../../metadata/expressions/checked.ts';
import { familyRead, type ExpressionType } from '../../metadata/expressions/types.ts';
import type { Caller } from '../caller.ts';
import { scopeAt, type SqlScope } from '../filter/scope.ts';
import { fieldSql } from '../filter/to-sql.ts';
import { rowCondition, visibleRows, whereClause } from '../filter/visible-rows.ts';
import { identifier, literal } from '../sql/identifier.ts';
import { callerValue } from './caller-values.ts';
import { sqlFunctions } from './sql-functions.ts';
import { constantSql, dateSql, daySql, instantSql, millisecondsSql, quotientSql, sqlType, wholeSql } from './sql-values.ts';
import { readValue, storedValue } from './values.ts';

export interface ExpressionSqlOptions {
  /** Of days and clocks; UTC by default. */
  readonly timeZone?: string | undefined;
  /** What `os.env` shows. */
  readonly env?: Readonly<Record<string, unknown>> | undefined;
  /** Whose values it takes; the caller of the request by default. */
  readonly caller?: Caller | undefined;
}

/** What parts of one expression share. */
interface Writing {
  readonly scope: SqlScope;
  readonly options: ExpressionSqlOptions;
  /** Rows of enclosing `exists` and `all`, by variable. */
  readonly items: ReadonlyMap<number, string>;
}

/**
 * The value of an expression as SQL at the row `scope.alias`, of the type `sqlType(expression.type)`. Agrees with
 * `evaluateExpression`. Fields and records that the scope's access hides read as null.
 */
export function expressionSql(expression: CheckedExpression, scope: SqlScope, options: ExpressionSqlOptions = {}): string {
  return value(expression.root, { scope, options, items: new Map() });
}

/** As a condition for WHERE: it may come out as null where it is false. */
export function expressionCondition(expression: CheckedExpression, scope: SqlScope, options: ExpressionSqlOptions = {}): string {
  return condition(expression.root, { scope, options, items: new Map() });
}

/** A condition; null stands for false. */
function condition(node: Checked, at: Writing): string {
  switch (node.kind) {
    case 'and': case 'or':
      return `(${node.parts.map((part) => condition(part, at)).join(node.kind === 'and' ? ' AND ' : ' OR ')})`;
    case 'not':
      return `((${condition(node.value, at)}) IS NOT TRUE)`;
    case 'isNull':
      return `(${value(node.value, at)} IS NULL)`;
    case 'compare':
      return comparison(node.operator, node.left, node.right, at);
    case 'in':
      return `(${value(node.value, at)} = ANY(${value(node.list, at)}))`;
    case 'quantifier': {
      const alias = at.scope.binds.alias();
      const test = condition(node.test, { ...at, items: new Map(at.items).set(node.variable, `${alias}.v`) });
      const rows = `(SELECT 1 FROM unnest(${value(node.list, at)}) ${alias}(v) WHERE `;
      return node.quantifier === 'exists' ? `EXISTS ${rows}${test})` : `(NOT EXISTS ${rows}(${test}) IS NOT TRUE))`;
    }
    default:
      return value(node, at);
  }
}

const logical: ReadonlySet<Checked['kind']> = new Set<Checked['kind']>(['and', 'or', 'compare', 'in', 'quantifier']);
const tests: ReadonlySet<string> = new Set(['contains', 'startsWith', 'endsWith', 'matches']);

function value(node: Checked, at: Writing): string {
  if (logical.has(node.kind)) return `(${condition(node, at)} IS TRUE)`;
  switch (node.kind) {
    case 'constant': return constantSql(node.type, node.value);
    case 'field': return readField(node, node.type, at);
    case 'find': return find(node, at);
    case 'value': return bound(node, at);
    case 'variable': return at.items.get(node.variable) ?? '';
    case 'call': return tests.has(node.function) ? `(${call(node, at)} IS TRUE)` : call(node, at);
    case 'convert': return convert(node, at);
    case 'conditional': {
      // A branch that is nothing has no type of its own, and the branches must have one in common.
      const branch = (side: Checked) => (side.type.kind === 'null' ? constantSql(node.type, null) : value(side, at));
      return `CASE WHEN ${condition(node.condition, at)} THEN ${branch(node.then)} ELSE ${branch(node.otherwise)} END`;
    }
    case 'list': return list(node, at);
    case 'arithmetic': return arithmetic(node.operator, value(node.left, at), value(node.right, at));
    case 'isNew': throw new Error('Whether a record is new cannot be told in SQL.');
    default: return condition(node, at);
  }
}

const signs: Readonly<Record<Comparison, string>> = { eq: '=', ne: 'IS DISTINCT FROM', lt: '<', lte: '<=', gt: '>', gte: '>=' };

function comparison(operator: Comparison, left: Checked, right: Checked, at: Writing): string {
  const [a, b] = [value(left, at), value(right, at)];
  const known = left.kind === 'constant' || right.kind === 'constant';
  if (operator === 'eq') return `(${a} ${known ? '=' : 'IS NOT DISTINCT FROM'} ${b})`;
  return left.type.kind === 'text' && operator !== 'ne' ? `(${a} COLLATE "C" ${signs[operator]} ${b})` : `(${a} ${signs[operator]} ${b})`;
}

function bound({ root, name, type }: Checked & { kind: 'value' }, { scope, options }: Writing): string {
  if (root === 'variable') throw new Error(`The variable ${name} cannot be read in SQL.`);
  const { env } = options;
  return scope.binds.add((request) => {
    const caller = options.caller ?? request.caller;
    const given = root === 'user' ? callerValue(caller, name) : root === 'org' ? caller.organizationId : env && Object.hasOwn(env, name) ? env[name] : null;
    return storedValue(type, readValue(type, given));
  }, sqlType(type));
}

function list({ items, type }: Checked & { kind: 'list' }, at: Writing): string {
  const written = `ARRAY[${items.map((item) => value(item, at)).join(', ')}]::${sqlType(type)}`;
  return items.every((item) => item.kind === 'constant') ? written : `array_remove(${written}, NULL)`;
}

function call(node: Checked & { kind: 'call' }, at: Writing): string {
  const zone = node.zone ?? at.options.timeZone ?? 'UTC';
  return sqlFunctions[node.function](node.args.map((arg) => value(arg, at)), {
    call: node,
    zone: literal(zone),
    dayOf: (instant) => dayOf(instant, zone),
    now: () => at.scope.binds.add(({ now }) => now.toISOString(), 'timestamptz'),
  });
}

/** The calendar of other zones than UTC can run out of the years 1 to 9999. */
function dayOf(instant: string, zone: string): string {
  const day = `(${instant} AT TIME ZONE ${literal(zone)})::date`;
  return zone === 'UTC' ? day : dateSql(daySql(day));
}

function convert(node: Checked & { kind: 'convert' }, at: Writing): string {
  const sql = value(node.value, at);
  const zone = node.zone ?? at.options.timeZone ?? 'UTC';
  switch (node.conversion) {
    case 'toDate': return dayOf(sql, zone);
    case 'toDatetime': {
      const instant = `(${sql}::timestamp AT TIME ZONE ${literal(zone)})`;
      return zone === 'UTC' ? instant : instantSql(millisecondsSql(instant));
    }
    case 'toText': return textSql(node.value.type, sql);
  }
}

function textSql(type: ExpressionType, sql: string): string {
  switch (type.kind) {
    case 'number': return `trim_scale(${sql})::text`;
    case 'datetime': return `to_char(${sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
    case 'time': return `to_char(${sql}, 'HH24:MI:SS.MS')`;
    default: return `(${sql})::text`;
  }
}

const operators = { add: '+', subtract: '-', multiply: '*' } as const;

function arithmetic(operator: Arithmetic, left: string, right: string): string {
  switch (operator) {
    case 'add': case 'subtract': case 'multiply': return `(${left} ${operators[operator]} ${right})`;
    case 'divide': return quotientSql(left, right);
    case 'remainder': return `(${left} % nullif(${right}, 0))`;
    case 'concat': return `concat(${left}, ${right})`;
    case 'addDays': return dateSql(`${daySql(left)} + trunc(${right})`);
    case 'addTime': return instantSql(`${millisecondsSql(left)} + round(${right} * 86400000)`);
    case 'daysBetween': return `(${left} - ${right})::numeric`;
    case 'timeBetween': return quotientSql(`(${millisecondsSql(left)} - ${millisecondsSql(right)})`, '86400000');
  }
}

function readField({ root, steps, field }: ReadField, type: ExpressionType, { scope }: Writing): string {
  if (root === 'previous') throw new Error('The former image of a record cannot be read in SQL.');
  return along(steps, field, type, scope);
}

/** Served by the unique index of the key. Whoever may not read a field of the key finds nothing by it. */
function find({ object, keys, organization, field, type }: Checked & FindRecord, at: Writing): string {
  const target = scopeAt(at.scope, object);
  const conditions = [
    ...(organization ? [sameOrganization(organization, at.scope, target)] : []),
    ...keys.flatMap((key) => [`${fieldSql(key.field, target)} = ${keySql(key, at)}`, ...readCondition(target, key.field)]),
    ...visibleRows(target),
  ];
  return `(SELECT ${along([], field, type, target)} FROM ${identifier(target.object.table)} ${target.alias}${whereClause(conditions)})`;
}

function sameOrganization({ found, own }: NonNullable<FindRecord['organization']>, scope: SqlScope, target: SqlScope): string {
  return `${fieldSql(found, target)} ${found.required ? '=' : 'IS NOT DISTINCT FROM'} ${fieldSql(own, scope)}`;
}

/** In the type of the column, so that its index is used. */
function keySql({ field, value: key }: FindKey, at: Writing): string {
  const type = field.type.column(field)?.castType;
  return type === 'integer' || type === 'bigint' ? wholeSql(value(key, at)) : value(key, at);
}

/** A field of the row, or of the row that lookups lead to from there, each step under the rights of the scope. */
function along([step, ...rest]: readonly CatalogField[], field: CatalogField, type: ExpressionType, scope: SqlScope): string {
  if (!step?.reference || step.column === undefined) return readable(scope, field, numbered(field, type, fieldSql(field, scope)));
  const target = scopeAt(scope, step.reference.object);
  const conditions = [`${target.alias}."id" = ${scope.alias}.${identifier(step.column)}`, ...visibleRows(target)];
  const sql = `(SELECT ${along(rest, field, type, target)} FROM ${identifier(target.object.table)} ${target.alias}${whereClause(conditions)})`;
  return readable(scope, step, sql);
}

/** Null where the caller may not read the field, or only a mask of it. */
function readable(scope: SqlScope, field: CatalogField, sql: string): string {
  const [condition] = readCondition(scope, field);
  return condition === undefined ? sql : `CASE WHEN ${condition} THEN ${sql} END`;
}

function readCondition(scope: SqlScope, field: CatalogField): readonly string[] {
  const { read, mask } = scope.access.object(scope.object.name).field(field.name);
  const condition = mask ? 'false' : rowCondition(read, scope);
  return condition === undefined ? [] : [condition];
}

/** Every number as numeric, a double with all the digits that it is shown with. */
function numbered(field: CatalogField, type: ExpressionType, sql: string): string {
  if (type.kind !== 'number') return sql;
  const family = familyRead(field);
  return family === 'decimal' ? sql : family === 'float' ? `${sql}::text::numeric` : `${sql}::numeric`;
}
