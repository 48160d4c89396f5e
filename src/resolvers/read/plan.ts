import { createHash } from 'node:crypto';
import { GraphQLError, isNonNullType, type FieldNode, type FragmentDefinitionNode, type GraphQLFormattedError, type GraphQLObjectType, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { ObjectosError } from '../../errors.ts';
import type { RequestContext } from '../request.ts';
import { BindList } from '../sql/binds.ts';
import { literal } from '../sql/identifier.ts';
import { jsonObject, jsonRow, type JsonEntry } from '../sql/json.ts';
import { identifier } from '../sql/identifier.ts';
import { visibleRows, whereClause } from '../filter/visible-rows.ts';
import { ArgumentReader, type StructuralValues } from './arguments.ts';
import { scopeOf, type PlanContext, type ReadLimits, type RequestProblems } from './plan-context.ts';
import type { HiddenFields } from './hidden-cells.ts';
import { recordEntries } from './record.ts';
import { rootSql } from './root.ts';
import { selectedFields, type SelectedField } from './selection.ts';

/** What planning needs to know of an operation besides the request. */
export interface OperationSource {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly limits: ReadLimits;
  /** Variables whose values plans depend on; shared by all plans of the operation and filled by them. */
  readonly structural: StructuralValues;
}

/** What plans take from the request that they are made for. */
export type PlannedRequest = Pick<RequestContext, 'catalog' | 'access' | 'variables'>;

/** A statement that answers a whole query, for all requests of the same shape and access. */
export interface QueryPlan {
  /** Undefined when no field needs the database. */
  readonly text: string | undefined;
  readonly name: string;
  readonly binds: BindList;
  /** Refused root fields; the same for every request of this plan. */
  readonly errors: readonly GraphQLFormattedError[];
  /** Refused root fields by response key: their resolvers throw these. */
  readonly refused: ReadonlyMap<string, ObjectosError>;
  readonly hidden: HiddenFields;
  /** Problems of single values of a request: part of its answer. */
  readonly problems: readonly RequestProblems[];
  /** A refused field cannot be null, so there is no data at all. */
  readonly noData: boolean;
}

/** One statement for all root fields of a query. Refusals of one field leave the others standing, as GraphQL wants. */
export function planQuery(source: OperationSource, request: RequestContext, mode: PlanContext['mode']): QueryPlan {
  const plan = planContext(source, request, mode);
  const type = source.schema.getQueryType();
  if (!type) throw new Error('The schema has no Query type.');
  const refused = new Map<string, ObjectosError>();
  const errors: GraphQLFormattedError[] = [];
  const entries: JsonEntry[] = [];
  let noData = false;
  let reads = false;
  for (const selected of selectedFields(plan, type, [source.operation])) {
    if (selected.name === '__typename') {
      entries.push({ key: selected.key, sql: literal(type.name) });
      continue;
    }
    try {
      const sql = rootSql(plan, selected);
      if (sql === undefined) continue;
      reads = true;
      entries.push({ key: selected.key, sql });
    } catch (error) {
      if (!(error instanceof ObjectosError)) throw error;
      refused.set(selected.key, error);
      errors.push(formatted(error, selected));
      noData ||= selected.field !== undefined && isNonNullType(selected.field.type);
      entries.push({ key: selected.key, sql: 'NULL' });
    }
  }
  if (mode === 'values' && !reads) return { text: undefined, name: '', binds: plan.binds, errors, hidden: hiddenFields(plan), problems: plan.problems, refused, noData };
  const { text, binds } = plan.binds.finish(`SELECT ${jsonObject(entries)}::text AS json`);
  return { text, name: statementName(text), binds, errors, hidden: hiddenFields(plan), problems: plan.problems, refused, noData };
}

/** Reads records by id in the order of `locals.ids`: one row of JSON text each, null where the caller may not see it. */
export interface RecordPlan {
  readonly text: string;
  readonly name: string;
  readonly binds: BindList;
  readonly hidden: HiddenFields;
}

/** Where an operation selects records of one object. */
export interface RecordSelection {
  /** The type of the object, also where the field is of an interface. */
  readonly type: GraphQLObjectType;
  readonly nodes: readonly FieldNode[];
  readonly path: readonly string[];
  /** Rows say their type, for fields of interfaces. */
  readonly abstract?: boolean;
}

export function planRecords(source: OperationSource, request: RequestContext, mode: PlanContext['mode'], objectName: string, { type, nodes, path, abstract = false }: RecordSelection, trashToo: boolean): RecordPlan {
  const plan = planContext(source, request, mode);
  const scope = scopeOf(plan, objectName);
  const ids = plan.binds.add((_request, locals) => locals['ids'], 'uuid[]');
  const conditions = [`${scope.alias}."id" = i.id`, ...visibleRows(scope, trashToo ? 'INCLUDE' : 'EXCLUDE')];
  const entries = recordEntries(plan, { ...scope, visible: !trashToo }, type, nodes, path);
  if (abstract) entries.push({ key: '$type', sql: literal(type.name) });
  const row = jsonRow(entries, `${identifier(scope.object.table)} ${scope.alias}${whereClause(conditions)}`);
  return finishRecords(plan, `SELECT ${row}::text AS json FROM unnest(${ids}) WITH ORDINALITY i(id, n) ORDER BY i.n`);
}

/** A statement that gives one row of JSON text for each value of a list. */
export function finishRecords(plan: PlanContext, statement: string): RecordPlan {
  const { text, binds } = plan.binds.finish(statement);
  return { text, name: statementName(text), binds, hidden: hiddenFields(plan) };
}

/** A plan context for selections and arguments alone, where no statement is made. */
export function planContext(source: OperationSource, request: PlannedRequest, mode: PlanContext['mode']): PlanContext {
  return {
    schema: source.schema,
    catalog: request.catalog,
    access: request.access,
    fragments: source.fragments,
    args: new ArgumentReader(request.variables, source.structural),
    binds: new BindList(),
    limits: source.limits,
    mode,
    denied: [],
    hideable: [],
    problems: [],
  };
}

const hiddenFields = ({ denied, hideable }: PlanContext): HiddenFields => ({ denied, hideable });

function formatted(error: ObjectosError, { nodes, key }: SelectedField): GraphQLFormattedError {
  return refusal(error, nodes, [key]).toJSON();
}

export function refusal(error: ObjectosError, nodes: readonly FieldNode[], path: readonly (string | number)[]): GraphQLError {
  return new GraphQLError(error.message, { nodes, path, originalError: error, extensions: error.extensions });
}

function statementName(text: string): string {
  return `r${createHash('sha256').update(text).digest('base64url').slice(0, 20)}`;
}

