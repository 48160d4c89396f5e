import fc from '../../support/fast-check.ts';
import { expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { describeEachDatabase } from '../../support/database.ts';
import type { TestPlatform } from '../../support/platform.ts';
import { answerTo } from './answers.ts';
import { build, recordsOf } from './build-world.ts';
import { changes, effectOf } from './changes.ts';
import { dealId, labelId, noteId, personId, taskId } from './ids.ts';
import { Oracle, type Deal, type State } from './oracle.ts';
import { questions } from './questions.ts';
import { worldsOf, type World } from './world.ts';

/** Half of them on each engine, each of its own. */
const worlds = Math.ceil(Number(process.env['PERMISSION_WORLDS'] ?? 8) / 2);
const steps = 60;
/** Each after what it points to. */
const tables = ['label', 'deal', 'deal_labels_link', 'task', 'note'] as const;

/** Everything that the caller is told, byte by byte, and the statements that it took. */
async function told(world: World, person: number, app: TestPlatform, statements: string[]): Promise<readonly string[]> {
  const answers: string[] = [];
  const caller = app.as({ userId: personId(person), organizationId: world.people[person]?.org });
  const who: TestPlatform = {
    ...caller,
    async query(document, variables) {
      statements.length = 0;
      const answer = await caller.query(document, variables);
      // A delete takes as many statements as records hang on the one that goes, seen or not.
      const work = /\{ delete\w+\(/.test(document) ? [] : statements;
      answers.push(`${document} ${JSON.stringify(variables)}\n${JSON.stringify(answer)}\n${work.join('\n')}`);
      return answer;
    },
  };
  // The oracle only words the questions here: its records are those of the first world in both.
  const oracle = new Oracle(world, person, recordsOf(world));
  for (const [turn, { does }] of world.steps.entries()) {
    if ('asks' in does) await answerTo(does, who, oracle);
    else {
      const { document, variables } = effectOf(does, oracle, turn);
      await who.query(document.replace(/(\{ \w+\()/, '$1dryRun: true, '), variables);
    }
  }
  await who.query('{ deals { totalCount edges { cursor node { id version updatedBy } } } dealsAggregate { count } tasks { edges { cursor } } notes { totalCount } labels { edges { cursor node { version } } } users { totalCount } }');
  return answers;
}

/** Changes what the caller may not read, and nothing that a rule looks at: values, whole records, and records more. */
async function changeHidden(world: World, person: number, database: Database): Promise<number> {
  const state = recordsOf(world);
  const oracle = new Oracle(world, person, state);
  const jobs: { readonly text: string; readonly values: readonly unknown[] }[] = [];
  const set = (table: string, id: string, column: string, value: unknown) => jobs.push({ text: `UPDATE ${table} SET ${column} = $1, version = version + 1 WHERE id = $2`, values: [value, id] });
  const hide = (table: string, id: string, column: string, value: unknown) => jobs.push({ text: `UPDATE ${table} SET ${column} = $1 WHERE id = $2`, values: [value, id] });
  // Rules compare amounts with 4: a value moves on its side only.
  const moved = (amount: number) => (amount > 4 ? 14 - amount : 4 - amount);
  for (const deal of state.deals) {
    if (!oracle.reads('deal', deal)) {
      for (const [column, value] of [['name', 'alpha beta gamma s1'], ['secret', 's1 s2 alpha'], ['phone', '0123400'], ['created_by', personId(person)]] as const) set('deal', deal.id, column, value);
      if (deal.amount !== null) set('deal', deal.id, 'amount', moved(deal.amount));
      continue;
    }
    if (!oracle.showsField('deal.secret', deal)) hide('deal', deal.id, 'secret', 's2 alpha');
    if (!oracle.showsField('deal.labels', deal)) jobs.push(...relinked(deal));
    if (!oracle.showsField('deal.amount', deal) && deal.amount !== null) hide('deal', deal.id, 'amount', moved(deal.amount));
    const { mask } = world;
    if (oracle.isMasked && mask && mask.strategy !== 'hash') hide('deal', deal.id, 'phone', mask.strategy === 'nullify' ? null : `${deal.phone?.[0] ?? ''}9999${deal.phone?.slice(-2) ?? ''}`);
  }
  for (const label of state.labels) if (!oracle.reads('label', label)) set('label', label.id, 'name', 'l0');
  for (const task of state.tasks) if (!oracle.showsField('task.weight', task) && task.weight !== null) hide('task', task.id, 'weight', task.weight + 50);
  for (const note of state.notes) {
    if (!oracle.reads('note', note)) {
      set('note', note.id, 'name', 'n0');
      set('note', note.id, 'deal_id', dealId(0));
    } else if (!oracle.showsField('note.deal', note)) hide('note', note.id, 'deal_id', note.deal === dealId(1) ? dealId(2) : dealId(1));
  }
  jobs.push(...newcomers(world, oracle, state));
  for (const { text, values } of jobs) await database.query({ text, values });
  return jobs.length;
}

/** The other labels, in another order. */
function relinked({ id, labels }: Deal): readonly { readonly text: string; readonly values: readonly unknown[] }[] {
  const others = [2, 1, 0].map(labelId).filter((label) => !labels.includes(label));
  const link = (label: string, position: number) => ({ text: 'INSERT INTO deal_labels_link (source_id, target_id, position) VALUES ($1, $2, $3)', values: [id, label, position] });
  return [{ text: 'DELETE FROM deal_labels_link WHERE source_id = $1', values: [id] }, ...others.map(link)];
}

function newcomers(world: World, oracle: Oracle, state: State) {
  const stamps = 'now(), now(), 1';
  const jobs: { readonly text: string; readonly values: readonly unknown[] }[] = [];
  const parent = state.deals.find((deal) => oracle.reads('deal', deal))?.id ?? null;
  for (const n of world.people.keys()) {
    const deal: Deal = { id: dealId(50 + n), name: 'alpha 0', stage: 'b', amount: 3, secret: 's1', phone: '0123400', org: null, code: null, owner: n, parent, labels: [], organization: null };
    if (oracle.reads('deal', deal)) continue;
    jobs.push({ text: `INSERT INTO deal (created_at, updated_at, version, id, name, stage, amount, secret, phone, owner_id, parent_id) VALUES (${stamps}, $1, $2, 'b', 3, 's1', '0123400', $3, $4)`, values: [deal.id, deal.name, personId(n), parent] });
    const after = new Oracle(world, oracle.me, { ...state, deals: [...state.deals, deal] });
    const task = { id: taskId(50 + n, 0), name: 't0', weight: 3, deal: deal.id, organization: null };
    if (!after.reads('task', task)) jobs.push({ text: `INSERT INTO task (created_at, updated_at, version, id, name, weight, deal_id) VALUES (${stamps}, $1, 't0', 3, $2)`, values: [task.id, deal.id] });
  }
  if (!oracle.reads('note', { id: noteId(50), name: 'n0', deal: parent, creator: undefined, trashed: false, organization: null })) jobs.push({ text: `INSERT INTO note (created_at, updated_at, version, id, name, deal_id) VALUES (${stamps}, $1, 'n0', $2)`, values: [noteId(50), parent] });
  return jobs;
}

describeEachDatabase('non-interference', (openDatabase, kind) => {
  it('what a caller may not read changes no byte and no statement of any answer', async () => {
    const statements: string[] = [];
    const real = await openDatabase();
    const database = new Proxy(real, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        if (name !== 'query') return member.bind(target) as unknown;
        return (statement: { readonly text: string }) => {
          // Who the caller is may be looked up at any time.
          if (!/^SELECT t\.".* FROM "sys_|pg_notify/.test(statement.text)) statements.push(statement.text);
          return target.query(statement as Parameters<Database['query']>[0]);
        };
      },
    });
    let pairs = 0;
    let hidden = 0;
    await fc.assert(
      fc.asyncProperty(worldsOf(fc.oneof({ weight: 3, arbitrary: questions }, { weight: 2, arbitrary: changes }), steps), async (world) => {
        const app = await build(world, database);
        for (const table of tables) await real.exec(`DROP TABLE IF EXISTS kept_${table}; CREATE TABLE kept_${table} AS TABLE ${table}`);
        for (const [person] of world.people.entries()) {
          // Once before, so that what is kept in memory is there in both worlds.
          await told(world, person, app, statements);
          const before = await told(world, person, app, statements);
          hidden += await changeHidden(world, person, real);
          expect(await told(world, person, app, statements), `p${person}`).toEqual(before);
          pairs += before.length;
          await real.exec(`DELETE FROM note; DELETE FROM task; DELETE FROM deal; DELETE FROM label; ${tables.map((table) => `INSERT INTO ${table} SELECT * FROM kept_${table}`).join('; ')}`);
        }
      }),
      { numRuns: worlds, seed: Number(process.env['PERMISSION_SEED'] ?? 7) + (kind === 'pglite' ? 0 : 1), endOnFailure: process.env['PERMISSION_FAST'] === '1', interruptAfterTimeLimit: 180_000 + worlds * 5_000 },
    );
    console.info(`${pairs} answers compared between worlds that differ in ${hidden} hidden places on ${kind}`);
    expect(hidden).toBeGreaterThan(worlds * 4);
  }, 3_600_000);
});
