import type { GraphQLFormattedError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { variableShape } from '../read/arguments.ts';
import { showHidden } from '../read/hidden-cells.ts';
import { planQuery, type OperationSource, type QueryPlan } from '../read/plan.ts';
import type { PlanContext } from '../read/plan-context.ts';
import type { RequestContext } from '../request.ts';
import type { Answers } from './answers.ts';

/** Plans kept per operation: one for each shape of its variables and each class of access. */
export const plansPerOperation = 64;

/** The JSON text of all root fields of a query, and the errors of fields that are hidden in it and of values that it leaves out. */
export interface QueryAnswer {
  readonly json: string;
  readonly hidden: readonly GraphQLFormattedError[];
}

/** Plans and runs one query; plans are shared by all requests of the same shape and access. */
export class QueryRunner {
  readonly #source: OperationSource;
  readonly #mode: PlanContext['mode'];
  readonly #answers: () => Answers | undefined;
  readonly #plans = new LRUCache<string, QueryPlan>({ max: plansPerOperation });

  constructor(source: OperationSource, mode: PlanContext['mode'], answers: () => Answers | undefined = () => undefined) {
    this.#source = source;
    this.#mode = mode;
    this.#answers = answers;
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
    const { json, errors } = showHidden(await this.#json(plan.text, plan, request), plan.hidden);
    return { json, hidden: [...errors, ...plan.problems.flatMap((problems) => problems(request))] };
  }

  #json(text: string, { name, binds }: QueryPlan, request: RequestContext): Promise<string> {
    const { catalog, now, database } = request;
    const ask = async () => (await database.query<{ json: string }>({ text, name, values: binds.values(request) })).rows[0]?.json ?? '{}';
    const answers = this.#answers();
    // A transaction sees what it has written itself.
    if (!answers || database.inTransaction) return ask();
    return answers.answer({ catalog, name, text, now, ask, values: (at) => binds.values(requestAt(request, at)) });
  }

  #key(request: RequestContext): string {
    return `${request.access.fingerprint}|${variableShape(request.variables, this.#source.structural)}`;
  }
}

/** The same request, had it begun at another moment. */
function requestAt({ requestId, caller, access, variables, catalog, database }: RequestContext, now: Date): RequestContext {
  return { requestId, caller, access, now, variables, catalog, database, signal: undefined };
}
