import type { GraphQLFieldResolver, GraphQLFormattedError, GraphQLResolveInfo, OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { familyOf, operandValue } from '../filter/operators.ts';
import { objectNamed } from '../filter/scope.ts';
import { fieldNamed } from '../filter/to-sql.ts';
import { variableShape } from '../read/arguments.ts';
import { showHidden } from '../read/hidden-cells.ts';
import { planLinked, type LinkedSource } from '../read/linked.ts';
import type { ReadLimits } from '../read/plan-context.ts';
import type { OperationSource, RecordPlan } from '../read/plan.ts';
import { withVariables, type RequestContext } from '../request.ts';
import { operationSource } from './operation-source.ts';
import { loaderPerPlace, responseKeys } from './place.ts';
import { plansPerOperation } from './query.ts';

/** Makes the resolver of a field that leads to records, of how its parents name them. */
export type LinkedResolver = (key: (parent: unknown) => unknown) => GraphQLFieldResolver<unknown, RequestContext>;

type Deny = (context: RequestContext, errors: readonly GraphQLFormattedError[]) => void;

interface Operation {
  readonly source: OperationSource;
  readonly plans: LRUCache<string, RecordPlan>;
}

/** Answers all parents of one place of a document with one statement. */
export function createLinked(limits: ReadLimits, deny: Deny): LinkedResolver {
  const operations = new WeakMap<OperationDefinitionNode, Operation>();
  const loaderOf = loaderPerPlace<string>();

  const operationOf = ({ schema, operation, fragments }: GraphQLResolveInfo): Operation => {
    let found = operations.get(operation);
    if (found?.source.schema !== schema) {
      found = { source: operationSource(schema, operation, fragments, limits), plans: new LRUCache({ max: plansPerOperation }) };
      operations.set(operation, found);
    }
    return found;
  };

  const planned = (linked: LinkedSource, request: RequestContext, info: GraphQLResolveInfo): RecordPlan => {
    const { source, plans } = operationOf(info);
    const path = responseKeys(info.path);
    const key = (): string => `${request.access.fingerprint}|${path.join('.')}|${variableShape(request.variables, source.structural)}`;
    let plan = plans.get(key());
    if (!plan) {
      const { fieldName: name, parentType, fieldNodes: [first, ...others] } = info;
      if (!first) throw new Error(`${name} is selected nowhere.`);
      plan = planLinked(source, request, linked, { key: String(info.path.key), name, field: parentType.getFields()[name], nodes: [first, ...others] }, path);
      // Planning may have found further variables that it depends on.
      plans.set(key(), plan);
    }
    return plan;
  };

  const read = async (keys: readonly string[], linked: LinkedSource, context: RequestContext, info: GraphQLResolveInfo): Promise<unknown[]> => {
    const request = withVariables(context, info.variableValues);
    const plan = planned(linked, request, info);
    const family = familyOf(fieldNamed(objectNamed(request.catalog, linked.object), linked.field));
    const values = keys.map((key) => operandValue(family, key, request.now));
    const { rows } = await request.database.query<{ json: string | null }>({ text: plan.text, name: plan.name, values: plan.binds.values(request, { keys: values }) });
    const shown = showHidden(`[${rows.map(({ json }) => json ?? 'null').join(',')}]`, plan.hidden, responseKeys(info.path));
    // A subscription would gather them for as long as it runs.
    if (info.operation.operation !== 'subscription') deny(context, shown.errors.map(withoutPlace));
    return JSON.parse(shown.json) as unknown[];
  };

  return (keyOf) => (parent, _args, context, info) => {
    const source = info.parentType.getFields()[info.fieldName]?.extensions.objectos;
    if (source?.kind !== 'linked') throw new Error(`${info.parentType.name}.${info.fieldName} leads to no records.`);
    const key = keyOf(parent);
    return key === null || key === undefined ? null : loaderOf(context, info, (keys) => read(keys, source, context, info)).load(String(key));
  };
}

/** Where the parents stand in the response is not known here. */
function withoutPlace({ message, path = [] }: GraphQLFormattedError): GraphQLFormattedError {
  return { message, path: path.filter((step) => typeof step === 'string'), extensions: { code: 'FORBIDDEN' } };
}
