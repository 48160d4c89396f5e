import { getNamedType, isObjectType, type GraphQLFormattedError, type GraphQLObjectType, type GraphQLResolveInfo, type OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { CatalogObject } from '../../../metadata/catalog.ts';
import { operationSource } from '../../../resolvers/execute/operation-source.ts';
import { responseKeys } from '../../../resolvers/execute/place.ts';
import { variableShape } from '../../../resolvers/read/arguments.ts';
import { showHidden } from '../../../resolvers/read/hidden-cells.ts';
import { NeedsResolvers, type ReadLimits } from '../../../resolvers/read/plan-context.ts';
import { planContext, planRecords, type OperationSource, type RecordPlan } from '../../../resolvers/read/plan.ts';
import { selectedFields, type SelectedField } from '../../../resolvers/read/selection.ts';
import { withVariables, type RequestContext } from '../../../resolvers/request.ts';

export interface ReadRecord {
  /** By response key of `record`. */
  readonly rows: Readonly<Record<string, unknown>>;
  /** Of fields that are hidden on this record. */
  readonly errors: readonly GraphQLFormattedError[];
}

/** Reads the records of messages as one operation selects them, under the rights of one class of callers. */
export interface RecordReader {
  /** Equal for readers that read the same. */
  readonly key: string;
  /** Records by id; those that the caller may not see are not among them. */
  read(ids: readonly string[]): Promise<ReadonlyMap<string, ReadRecord>>;
}

/** A place of an operation that selects fields of changes. */
export interface ChangeSelection {
  readonly source: OperationSource;
  /** Made for each shape of variables and each class of rights. */
  readonly plans: LRUCache<string, readonly Place[]>;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly type: GraphQLObjectType;
  readonly nodes: GraphQLResolveInfo['fieldNodes'];
  readonly path: readonly string[];
  /** The field whose records are read. */
  readonly field: 'record' | 'records';
}

export function changeSelection({ schema, operation, fragments, variableValues, fieldNodes, returnType, path }: GraphQLResolveInfo, limits: ReadLimits): ChangeSelection {
  const type = getNamedType(returnType);
  if (!isObjectType(type)) throw new TypeError(`${type.name} is no object type.`);
  let kept = operations.get(operation);
  if (kept?.source.schema !== schema) {
    kept = { source: operationSource(schema, operation, fragments, limits), plans: new LRUCache({ max: keptPlans }) };
    operations.set(operation, kept);
  }
  return { ...kept, variables: variableValues, type, nodes: fieldNodes, path: responseKeys(path), field: 'record' };
}

const keptPlans = 64;
const operations = new WeakMap<OperationDefinitionNode, Pick<ChangeSelection, 'source' | 'plans'>>();

interface Place {
  readonly key: string;
  readonly plan: RecordPlan;
}

/** A mark in the place of the ids. */
const idsMark: readonly string[] = [];

export function createReader(selection: ChangeSelection, object: CatalogObject, request: RequestContext): RecordReader {
  const context = withVariables(request, selection.variables);
  const places = plannedPlaces(selection, object, context);
  const values = places.map(({ plan }) => plan.binds.values(context, { ids: idsMark }));
  const { database } = request;
  return {
    key: JSON.stringify([object.name, places.map(({ key, plan }, index) => [key, plan.name, values[index]])]),
    async read(ids) {
      const found = new Map<string, { readonly rows: Record<string, unknown>; readonly errors: GraphQLFormattedError[] }>();
      if (places.length === 0) return new Map(ids.map((id) => [id, { rows: {}, errors: [] }]));
      for (const [number, { key, plan }] of places.entries()) {
        const { rows } = await database.query<{ json: string | null }>({ text: plan.text, name: plan.name, values: values[number]?.map((value) => (value === idsMark ? ids : value)) ?? [] });
        for (const [index, id] of ids.entries()) {
          const json = rows[index]?.json ?? null;
          if (json === null) continue;
          const shown = showHidden(json, plan.hidden, [...selection.path, key]);
          const record = found.get(id) ?? { rows: {}, errors: [] };
          record.rows[key] = JSON.parse(shown.json) as unknown;
          record.errors.push(...shown.errors);
          found.set(id, record);
        }
      }
      return found;
    },
  };
}

/** Whether the database answers all that is selected, so that the answer depends on nothing but the reader. */
export function isPlain(selection: ChangeSelection, object: CatalogObject, request: RequestContext): boolean {
  try {
    placesOf(selection, object, withVariables(request, selection.variables), 'text');
    return true;
  } catch (error) {
    if (error instanceof NeedsResolvers) return false;
    throw error;
  }
}

function plannedPlaces(selection: ChangeSelection, object: CatalogObject, request: RequestContext): readonly Place[] {
  const { source, plans, path, variables, field } = selection;
  const key = (): string => `${request.access.fingerprint}|${path.join('.')}.${field}|${object.name}|${variableShape(variables, source.structural)}`;
  let places = plans.get(key());
  if (!places) {
    places = placesOf(selection, object, request, 'values');
    // Planning may have found further variables that it depends on.
    plans.set(key(), places);
  }
  return places;
}

function placesOf({ source, type, nodes, path, field }: ChangeSelection, object: CatalogObject, request: RequestContext, mode: 'text' | 'values'): Place[] {
  const fields = selectedFields(planContext(source, request, mode), type, nodes).filter(({ name }) => name === field);
  return fields.map((selected) => ({ key: selected.key, plan: planRecords(source, request, mode, object.name, { type: recordType(selected, object, source), nodes: selected.nodes, path: [...path, selected.key], abstract: !isObjectType(namedTypeOf(selected)) }, false) }));
}

const namedTypeOf = ({ field }: SelectedField): unknown => field && getNamedType(field.type);

function recordType({ name }: SelectedField, object: CatalogObject, { schema }: OperationSource): GraphQLObjectType {
  const type = schema.getType(object.names.type);
  if (!isObjectType(type)) throw new TypeError(`${name} has no type for ${object.name}.`);
  return type;
}
