import fc from '../../support/fast-check.ts';
import { expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { describeEachDatabase } from '../../support/database.ts';
import type { TestPlatform } from '../../support/platform.ts';
import { answerTo, type Compared } from './answers.ts';
import { build, recordsOf, stored } from './build-world.ts';
import { changes, make, ordered } from './changes.ts';
import { personId } from './ids.ts';
import { Oracle } from './oracle.ts';
import { predicateAnswers } from './predicates.ts';
import { questions } from './questions.ts';
import { worldsOf, type World } from './world.ts';

/** Worlds per engine, and what people do in each. `PERMISSION_WORLDS=500` is the long mode. */
const usual = 18;
const worlds = Number(process.env['PERMISSION_WORLDS'] ?? usual);
const steps = 400;

interface Count {
  /** Answers of the API, and the records that are there after a write. */
  answers: number;
  /** Row rights of single records, as functions in memory. */
  predicates: number;
}

/** Lets people ask and write, and compares all answers with the rules. */
async function check(world: World, app: TestPlatform, database: Database, count: Count): Promise<void> {
  let state = recordsOf(world);
  const agree = (context: string, compared: readonly Compared[], of: keyof Count = 'answers') => {
    for (const { what, actual, expected } of compared) expect(actual, `${context} ${what}`).toEqual(expected);
    count[of] += compared.length;
  };
  agree('seeds', [{ what: 'records', actual: ordered(await stored(database)), expected: ordered(state) }]);
  for (const [turn, { person, does }] of world.steps.entries()) {
    const who = app.as({ userId: personId(person), organizationId: world.people[person]?.org });
    const oracle = new Oracle(world, person, state);
    const context = `step ${turn}, p${person}:`;
    if ('asks' in does) agree(context, await answerTo(does, who, oracle));
    else {
      const made = await make(does, who, oracle, turn, () => stored(database));
      agree(context, made.compared);
      state = made.state;
    }
    if (turn % 40 === 0) agree(context, await predicateAnswers(app, oracle), 'predicates');
  }
}

describeEachDatabase('generated worlds', (openDatabase, kind) => {
  it('answer as the rules say, record by record', async () => {
    const database = await openDatabase();
    const count: Count = { answers: 0, predicates: 0 };
    await fc.assert(
      fc.asyncProperty(worldsOf(fc.oneof({ weight: 3, arbitrary: questions }, { weight: 2, arbitrary: changes }), steps), async (world) => {
        await check(world, await build(world, database), database, count);
      }),
      { numRuns: worlds, seed: Number(process.env['PERMISSION_SEED'] ?? 7), endOnFailure: process.env['PERMISSION_FAST'] === '1', interruptAfterTimeLimit: 120_000 + worlds * 20_000 },
    );
    console.info(`${count.answers} answers of the API and ${count.predicates} row rights in memory compared on ${kind}`);
    if (worlds >= usual) expect(count.answers).toBeGreaterThan(10_000);
  }, 3_600_000);
});
