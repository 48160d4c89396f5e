import pg from 'pg';
import type { Statement } from './database.ts';

/** Executions of a statement after which its plans are compared; later, each time so many more were made. */
const firstComparisons = [10, 20, 40];
const executionsBetween = 1_000;

interface Known {
  executions: number;
  /** The plan that is kept serves; `undefined` while that is being found out, false for good once it does not. */
  serves: boolean | undefined;
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Total Cost': number;
  readonly Plans?: readonly PlanNode[];
}

/**
 * Which prepared statements run with the plan that PostgreSQL keeps for all values.
 *
 * It plans anew for each execution when it thinks that knowing the values is worth it: it guesses that any range takes a third of a table, finds the
 * kept plan dear, and then plans the same again and again, which can take longer than the execution. So both plans are compared, for the values
 * of some executions: while they take the same steps over the same indexes, nothing is to be gained from the values, and the kept plan serves. One
 * difference, and the choice is PostgreSQL's for good.
 */
export class KeptPlans {
  readonly #known = new Map<string, Known>();

  serves(name: string | undefined): boolean {
    return name !== undefined && this.#known.get(name)?.serves === true;
  }

  /** Counts an execution; true when it is time to compare. */
  isDue(name: string | undefined): boolean {
    if (name === undefined) return false;
    let known = this.#known.get(name);
    if (!known) this.#known.set(name, (known = { executions: 0, serves: undefined }));
    if (known.serves === false) return false;
    known.executions += 1;
    return firstComparisons.includes(known.executions) || known.executions % executionsBetween === 0;
  }

  /** Compares the plans of a statement for its values, on a connection where it is prepared. Nothing is executed. */
  async compare(client: pg.PoolClient, statement: Statement): Promise<void> {
    const { name } = statement;
    const known = name === undefined ? undefined : this.#known.get(name);
    if (name === undefined || !known) return;
    const same = await isSame(client, name, statement).catch(() => false);
    if (!same) known.serves = false;
    else if (known.serves === undefined && known.executions >= (firstComparisons.at(-1) ?? 0)) known.serves = true;
  }
}

type Explained = pg.QueryResult<{ 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }] }>;

async function isSame(client: pg.PoolClient, name: string, { text, values }: Statement): Promise<boolean> {
  const given = values.length === 0 ? '' : `(${values.map(() => 'NULL').join(', ')})`;
  // One message is one transaction: the setting is as it was, also when it fails.
  const results = (await client.query(`SET plan_cache_mode = force_generic_plan; EXPLAIN (FORMAT JSON) EXECUTE ${pg.escapeIdentifier(name)}${given}; RESET plan_cache_mode`)) as unknown as readonly Explained[];
  const kept = results.map(planOf).find((plan) => plan !== undefined);
  const own = planOf((await client.query(`EXPLAIN (FORMAT JSON) ${text}`, [...values])) as Explained);
  // The cheaper one of two is taken by PostgreSQL itself.
  return kept !== undefined && own !== undefined && kept['Total Cost'] > own['Total Cost'] && shapeOf(kept) === shapeOf(own);
}

const planOf = ({ rows }: Explained): PlanNode | undefined => rows[0]?.['QUERY PLAN'][0].Plan;

const estimates = new Set(['Startup Cost', 'Total Cost', 'Plan Rows', 'Plan Width', 'Subplan Name', 'Filter', 'Join Filter']);

/** Nodes, tables, indexes and their conditions, without estimates and values. */
function shapeOf(node: PlanNode): string {
  return JSON.stringify(node, (key, value: unknown) => {
    if (estimates.has(key)) return undefined;
    return typeof value === 'string' ? withoutValues(value) : value;
  });
}

const withoutValues = (text: string): string => text.replaceAll(/'(?:[^']|'')*'(?:::[a-z ]+(?:\(\d+(?:,\d+)?\))?(?:\[\])?)?|\$\d+|\b\d+(?:\.\d+)?\b/g, '?');
