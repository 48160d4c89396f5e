import type { FieldNode, GraphQLObjectType } from 'graphql';
import type { SqlScope } from '../filter/scope.ts';
import { identifier } from '../sql/identifier.ts';
import { buildObject, jsonArray, jsonObject, jsonRow, type JsonEntry } from '../sql/json.ts';
import type { Args } from './arguments.ts';
import { cursorSql } from './cursor.ts';
import { pageRows, readPage, totalCountSql, type Page } from './page.ts';
import type { PlanContext } from './plan-context.ts';
import { recordEntries } from './record.ts';
import { needsResolver, objectTypeOf, selectedFields, type SelectedField } from './selection.ts';

/** JSON of a connection: a scalar subquery. `base` ties the rows to a parent. */
export function connectionSql(plan: PlanContext, selected: SelectedField, args: Args, scope: SqlScope, path: readonly string[], base: readonly string[] = []): string {
  const page = readPage(args, scope, plan.limits, base);
  return pageSql(plan, selected, { page, entries: (type, nodes, at) => recordEntries(plan, page.scope, type, nodes, at) }, path);
}

/** Rows of a page, and how one of them reads: what `nodes` select of `type`. */
export interface PagedRows {
  readonly page: Page;
  entries(type: GraphQLObjectType, nodes: readonly FieldNode[], path: readonly string[]): JsonEntry[];
}

/** JSON of one page of any rows. */
export function pageSql(plan: PlanContext, selected: SelectedField, rows: PagedRows, path: readonly string[]): string {
  const { page } = rows;
  const type = objectTypeOf(selected.field as NonNullable<SelectedField['field']>);
  const parts = selectedFields(plan, type, selected.nodes);
  const scans = parts.filter(({ field }) => isRowPart(field));
  const [only] = scans;
  if (scans.length > 1 || partOf(only) === 'pageInfo') return windowedPage(plan, rows, type.name, parts, path);
  const entries = parts.map((part): JsonEntry => {
    switch (partOf(part)) {
      case 'nodes':
      case 'edges':
        return { key: part.key, sql: rowsInOrder(page, rowEntries(plan, rows, part, [...path, part.key]), partOf(part) === 'edges') };
      default:
        return plainPart(plan, page, part, type.name);
    }
  });
  return jsonObject(entries);
}

/** Rows of one part alone: the page itself is the scan, so nothing is counted or numbered. */
function rowsInOrder(page: Page, entries: readonly JsonEntry[], withKeys: boolean): string {
  const source = pageRows(page, page.size, withKeys ? keyColumns(page) : []);
  if (!page.backward) return jsonArray(entries, source);
  // Read from the end, shown from the start.
  const { alias } = page.scope;
  return jsonArray(entries, `(SELECT ${alias}.*, row_number() OVER () AS "$n" FROM ${source}) ${alias} ORDER BY ${alias}."$n" DESC`);
}

/** Several parts from one scan: one row more than the page tells whether there is a next one. */
function windowedPage(plan: PlanContext, paged: PagedRows, typeName: string, parts: readonly SelectedField[], path: readonly string[]): string {
  const { page } = paged;
  const { size, backward } = page;
  const rows = plan.binds.alias();
  const columns = ['row_number() OVER () AS "$n"'];
  const cursors = once(() => columns.push('count(*) OVER () AS "$c"', `${cursorOf(page)} AS "$cursor"`));
  const entries = parts.map((part, index): JsonEntry => {
    switch (partOf(part)) {
      case 'nodes':
      case 'edges': {
        const column = `"$r${index}"`;
        columns.push(`${rowObject(plan, paged, part, [...path, part.key])} AS ${column}`);
        const order = backward ? ` ORDER BY ${rows}."$n" DESC` : '';
        return { key: part.key, sql: `coalesce(json_agg(${rows}.${column}${order}) FILTER (WHERE ${rows}."$n" <= ${size}), '[]'::json)` };
      }
      case 'pageInfo':
        return { key: part.key, sql: pageInfo(plan, page, part, rows, cursors) };
      default:
        return plainPart(plan, page, part, typeName);
    }
  });
  return jsonRow(entries, `(SELECT ${columns.join(', ')} FROM ${pageRows(page, size + 1, keyColumns(page))}) ${rows} HAVING true`);
}

function pageInfo(plan: PlanContext, page: Page, part: SelectedField, rows: string, cursors: () => void): string {
  const { size, backward, startsInside } = page;
  const more = `(count(*) > ${size})`;
  const at = (position: string) => {
    cursors();
    return `max(${rows}."$cursor") FILTER (WHERE ${rows}."$n" = ${position})`;
  };
  const near = () => at('1');
  const far = () => at(`least(${rows}."$c", ${size})`);
  const fields = selectedFields(plan, objectTypeOf(part.field as NonNullable<SelectedField['field']>), part.nodes);
  const entries = fields.map(({ key, name, field }): JsonEntry => {
    if (name === '__typename') return { key, sql: `'PageInfo'` };
    const source = field?.extensions.objectos;
    if (source?.kind !== 'pageInfo') throw new Error(`PageInfo.${name} has no source.`);
    switch (source.part) {
      case 'hasNextPage': return { key, sql: backward ? String(startsInside) : more };
      case 'hasPreviousPage': return { key, sql: backward ? more : String(startsInside) };
      case 'startCursor': return { key, sql: backward ? far() : near() };
      case 'endCursor': return { key, sql: backward ? near() : far() };
    }
  });
  return buildObject(entries);
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}

function plainPart(plan: PlanContext, page: Page, part: SelectedField, typeName: string): JsonEntry {
  if (part.name === '__typename') return { key: part.key, sql: `'${typeName}'` };
  if (partOf(part) === 'totalCount') return { key: part.key, sql: totalCountSql(page) };
  needsResolver(plan, `${typeName}.${part.name}`);
  return { key: part.key, sql: 'NULL' };
}

/** JSON of one row as an expression beside others of the same row. */
function rowObject(plan: PlanContext, page: PagedRows, part: SelectedField, path: readonly string[]): string {
  return jsonObject(rowEntries(plan, page, part, path));
}

function rowEntries(plan: PlanContext, { page, entries }: PagedRows, part: SelectedField, path: readonly string[]): JsonEntry[] {
  const field = part.field as NonNullable<SelectedField['field']>;
  if (partOf(part) === 'nodes') return entries(objectTypeOf(field), part.nodes, path);
  const type = objectTypeOf(field);
  return selectedFields(plan, type, part.nodes).map(({ key, name, field: edge, nodes }): JsonEntry => {
    if (name === '__typename') return { key, sql: `'${type.name}'` };
    const source = edge?.extensions.objectos;
    if (edge && source?.kind === 'edge') {
      switch (source.part) {
        case 'cursor': return { key, sql: cursorOf(page) };
        case 'rank': return { key, sql: page.rank === undefined ? 'NULL::float8' : `${page.scope.alias}."$rank"` };
        case 'node': return { key, sql: jsonObject(entries(objectTypeOf(edge), nodes, [...path, key])) };
      }
    }
    needsResolver(plan, `${type.name}.${name}`);
    return { key, sql: 'NULL' };
  });
}

/** The cursor of a row of `pageRows`, whose order keys are columns `$k0…`. */
function cursorOf({ scope, keys, mark }: Page): string {
  return cursorSql(keys, mark, (_key, index) => `${scope.alias}.${identifier(`$k${index}`)}`);
}

/** What cursors and ranks are made of, next to the row itself. */
function keyColumns({ keys, rank }: Page): string[] {
  return [...keys.map((key, index) => `${key.sql} AS "$k${index}"`), ...(rank === undefined ? [] : [`${rank} AS "$rank"`])];
}

function isRowPart(field: SelectedField['field']): boolean {
  const source = field?.extensions.objectos;
  return source?.kind === 'connection' && source.part !== 'totalCount';
}

function partOf(part: SelectedField | undefined): 'nodes' | 'edges' | 'pageInfo' | 'totalCount' | undefined {
  const source = part?.field?.extensions.objectos;
  return source?.kind === 'connection' ? source.part : undefined;
}
