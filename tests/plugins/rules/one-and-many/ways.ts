import type { TestPlatform } from '../../../support/platform.ts';
import { boxIds, thingId } from './worlds.ts';

type Values = Readonly<Record<string, unknown>>;

/** What became of one row: what was wrong, or undefined when it was written. */
export type Outcome = readonly string[] | undefined;

export interface Written {
  /** By row; one for all where they are written together or not at all. */
  readonly outcomes: readonly Outcome[];
  /** In any order. */
  readonly warnings: readonly string[];
  readonly state: Values;
  /** Of the things that are there afterwards. */
  readonly ids: readonly string[];
  /** Those that are in the first box. */
  readonly inFirst: readonly string[];
}

interface Told {
  readonly path: readonly string[];
  readonly code: string;
  readonly message: string;
  readonly rule?: string | null;
}

const steps: ReadonlySet<string> = new Set(['id', 'ids', 'rows', 'input', 'contents', 'create', 'update', 'upsert', 'delete']);
const problem = ({ path, code, rule }: Told): string => {
  const begin = path.findIndex((step) => !steps.has(step) && !/^\d+$/.test(step));
  return [begin < 0 ? '' : path.slice(begin).join('.'), code, rule ?? ''].join(' ');
};

interface Answer {
  readonly problems: Outcome;
  readonly rows: readonly Outcome[];
  readonly warnings: readonly string[];
}

type Data = Readonly<Record<string, { readonly rows?: readonly { readonly problems: readonly Told[] }[]; readonly warnings?: readonly Told[] } | null>> | null | undefined;
type Failed = readonly { readonly message: string; readonly extensions?: { readonly problems?: readonly Told[]; readonly code?: string } }[];

/** The rows of one write in every way in which they can be written; each begins with the same records. */
export class Ways {
  readonly #app: TestPlatform;
  readonly #base: readonly Values[];
  readonly #tables: string;
  constructor(app: TestPlatform, base: readonly Values[], tables: string) {
    this.#app = app;
    this.#base = base;
    this.#tables = tables;
  }

  async #run(document: string, variables: Values): Promise<Answer> {
    const { data, errors = [] } = (await this.#app.query(document, variables)) as { data?: Data; errors?: Failed };
    const told = errors.flatMap(({ message, extensions }) => extensions?.problems?.map(problem) ?? [`${extensions?.code ?? ''} ${message}`]);
    const payloads = Object.values(data ?? {});
    const rows = payloads.flatMap((payload) => payload?.rows ?? []).map(({ problems }) => (problems.length > 0 ? problems.map(problem) : undefined));
    return { problems: errors.length > 0 ? told : undefined, rows, warnings: payloads.flatMap((payload) => payload?.warnings ?? []).map(problem) };
  }

  async #fresh(): Promise<void> {
    const { database } = this.#app.platform;
    await database.exec(`TRUNCATE ${this.#tables}`);
    const [first, second] = boxIds();
    await this.#run('mutation($input: [BoxCreateInput!]!) { createBoxes(input: $input) { count } }', { input: [{ id: first, name: 'B1', size: 2 }, { id: second, name: 'B2', size: 5 }] });
    for (const [index, input] of this.#base.entries()) await this.#run('mutation($input: ThingCreateInput!) { createThing(input: $input) { record { id } } }', { input: { ...input, id: thingId(index) } });
  }

  async #state(): Promise<Values> {
    const { database } = this.#app.platform;
    const read = async (text: string): Promise<unknown> => (await database.query({ text, values: [] })).rows;
    const things = await read(`SELECT to_jsonb(t) - 'created_at' - 'updated_at' AS t FROM "thing" t ORDER BY id`);
    const boxes = await read(`SELECT to_jsonb(b) - 'created_at' - 'updated_at' AS b FROM "box" b ORDER BY id`);
    const changes = await read(`SELECT record_id, kind, changes - 'created_at' - 'updated_at' - 'deleted_at' AS changes, actor, kept FROM "objectos_change_log" WHERE object = 'thing' ORDER BY record_id, position`);
    return JSON.parse(JSON.stringify({ things, boxes, changes }).replace(/"deleted_at":"[^"]+"/g, '"deleted_at":"then"')) as Values;
  }

  async #way(write: () => Promise<Pick<Written, 'outcomes' | 'warnings'>>): Promise<Written> {
    await this.#fresh();
    const { outcomes, warnings } = await write();
    const { rows } = await this.#app.platform.database.query<{ id: string; first: boolean }>({ text: 'SELECT id, box_id = $1 AS first FROM "thing" ORDER BY id', values: [boxIds()[0]] });
    return { outcomes, warnings: [...warnings].sort(), state: await this.#state(), ids: rows.map(({ id }) => id), inFirst: rows.filter(({ first }) => first).map(({ id }) => id) };
  }

  begin(): Promise<Written> {
    return this.#way(() => Promise.resolve({ outcomes: [], warnings: [] }));
  }

  /** One mutation after the other. */
  each(document: string, rows: readonly Values[]): Promise<Written> {
    return this.#way(async () => {
      const answers: Answer[] = [];
      for (const row of rows) answers.push(await this.#run(document, row));
      return { outcomes: answers.map(({ problems }) => problems), warnings: answers.flatMap(({ warnings }) => warnings) };
    });
  }

  /** One mutation for all, of which the answer tells row by row or the error for all. */
  together(document: string, variables: Values): Promise<Written> {
    return this.#way(async () => {
      const { problems, rows, warnings } = await this.#run(document, variables);
      return { outcomes: problems === undefined ? (rows.length > 0 ? rows : [undefined]) : [problems], warnings };
    });
  }
}
