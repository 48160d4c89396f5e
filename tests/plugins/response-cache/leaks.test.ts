import { expect, it } from 'vitest';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { responseCache } from '../../../src/plugins/response-cache/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import fc from '../../support/fast-check.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { recording } from '../../support/recording.ts';
import { answerTo } from '../permissions/answers.ts';
import { build, recordsOf } from '../permissions/build-world.ts';
import { changes, effectOf } from '../permissions/changes.ts';
import { personId } from '../permissions/ids.ts';
import { Oracle } from '../permissions/oracle.ts';
import { questions } from '../permissions/questions.ts';
import { definitionsOf, objectsOf, worldsOf, type World } from '../permissions/world.ts';

const worlds = Number(process.env['PERMISSION_WORLDS'] ?? 3);
const steps = 20;

type Variables = Readonly<Record<string, unknown>> | undefined;

interface Count {
  answers: number;
  asked: number;
  writes: number;
}

/** Everybody asks a platform that keeps answers and one that does not; both write, and after each write the same is asked once more. */
async function check(world: World, plain: TestPlatform, cached: TestPlatform, count: Count): Promise<void> {
  const person = (app: TestPlatform, n: number) => app.as({ userId: personId(n), organizationId: world.people[n]?.org });
  const compare = async (n: number, document: string, variables: Variables) => {
    const expected = await person(plain, n).query(document, variables);
    for (const turn of ['first', 'again']) expect(await person(cached, n).query(document, variables), `p${n} ${turn}: ${document} ${JSON.stringify(variables)}`).toEqual(expected);
    count.answers += 2;
    return expected;
  };
  const lately: (readonly [document: string, variables: Variables])[] = [['{ deals { totalCount nodes { name amount tasks { totalCount } } } }', {}]];
  const everybody = (asker: number): TestPlatform => ({
    ...person(plain, asker),
    async query(document, variables) {
      lately.splice(1, lately.length > 2 ? 1 : 0);
      lately.push([document, variables]);
      const answers = [];
      for (const n of world.people.keys()) answers.push(await compare(n, document, variables));
      return answers[asker] ?? {};
    },
  });
  for (const [turn, { person: n, does }] of world.steps.entries()) {
    const oracle = new Oracle(world, n, recordsOf(world));
    if ('asks' in does) await answerTo(does, everybody(n), oracle);
    else {
      const { document, variables } = effectOf(does, oracle, turn);
      // Of all records, whoever may see them: owners and stages change, and with them who sees what.
      const { errors } = await (turn % 2 === 0 ? plain : cached).as(systemCaller).query(document, variables);
      if (!errors) count.writes += 1;
      for (const [question, values] of lately) for (const each of world.people.keys()) await compare(each, question, values);
    }
  }
}

describeEachDatabase('kept answers in generated worlds', (openDatabase, kind) => {
  it('are those that each caller would get from the database now', async () => {
    const database = await openDatabase();
    const count: Count = { answers: 0, asked: 0, writes: 0 };
    const counted = recording(database, ({ text, name }) => {
      if (/^r/.test(name ?? '') && text.endsWith('AS json')) count.asked += 1;
    });
    await fc.assert(
      fc.asyncProperty(worldsOf(fc.oneof({ weight: 3, arbitrary: questions }, { weight: 1, arbitrary: changes }), steps), async (world) => {
        const plain = await build(world, database);
        const cached = await startPlatform({ database: counted, objects: objectsOf(world), plugins: [permissions({ definitions: definitionsOf(world) }), responseCache()], open: false });
        await check(world, plain, cached, count);
      }),
      { numRuns: worlds, endOnFailure: true },
    );
    console.info(`${count.answers} answers compared, ${count.answers - count.asked} of them kept ones or refusals, beside ${count.writes} writes on ${kind}`);
    expect(count.asked).toBeLessThan(count.answers * 0.6);
    expect(count.writes).toBeGreaterThan(worlds * 2);
  }, 600_000);
});
