import type { GraphQLFormattedError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { variableShape } from '../read/arguments.ts';
import { showHiddenCells } from '../read/hidden-cells.ts';
import { deniedErrors, planQuery, type OperationSource, type QueryPlan } from '../read/plan.ts';
import type { DeniedField, PlanContext } from '../read/plan-context.ts';
import type { RequestContext } from '../request.ts';

/** Plans kept per operation: one for each shape of its variables and each class of access. */
export const plansPerOperation = 64;

/** The JSON text of all root fields of a query, and the errors of fields that some of its rows hide. */
export interface QueryAnswer {
  readonly json: string;
  readonly hidden: readonly GraphQLFormattedError[];
}

/** Plans and runs one query; plans are shared by all requests of the same shape and access. */
export class QueryRunner {
  readonly #source: OperationSource;
  readonly #mode: PlanContext['mode'];
  readonly #plans = new LRUCache<string, QueryPlan>({ max: plansPerOperation });

  constructor(source: OperationSource, mode: PlanContext['mode']) {
    this.#source = source;
    this.#mode = mode;
  }

  plan(request: RequestContext): QueryPlan {
    const known = this.#plans.get(this.#key(request));
    if (known) return known;
    const plan = planQuery(this.#source, request, this.#mode);
    // Planning may have found further variables that the plan depends on, so the key is made anew.
    this.#plans.set(this.#key(request), plan);
    return plan;
  }

  async answer(plan: QueryPlan, request: RequestContext): Promise<QueryAnswer> {
    if (plan.text === undefined) return { json: '{}', hidden: [] };
    const { rows } = await request.database.query<{ json: string }>({ text: plan.text, name: plan.name, values: plan.binds.values(request) });
    const found = new Set<DeniedField>();
    const json = showHiddenCells(rows[0]?.json ?? '{}', plan.hideable, found);
    return { json, hidden: deniedErrors(found) };
  }

  #key(request: RequestContext): string {
    return `${request.access.fingerprint}|${variableShape(request.variables, this.#source.structural)}`;
  }
}
