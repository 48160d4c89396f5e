import { LRUCache } from 'lru-cache';
import { variableShape } from '../read/arguments.ts';
import { planQuery, type OperationSource, type QueryPlan } from '../read/plan.ts';
import type { PlanContext } from '../read/plan-context.ts';
import type { RequestContext } from '../request.ts';

/** Plans kept per operation: one for each shape of its variables and each class of access. */
export const plansPerOperation = 64;

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

  /** The database's JSON text of all root fields. */
  async data(plan: QueryPlan, request: RequestContext): Promise<string> {
    if (plan.text === undefined) return '{}';
    const { rows } = await request.database.query<{ json: string }>({ text: plan.text, name: plan.name, values: plan.binds.values(request) });
    return rows[0]?.json ?? '{}';
  }

  #key(request: RequestContext): string {
    return `${request.access.fingerprint}|${variableShape(request.variables, this.#source.structural)}`;
  }
}
