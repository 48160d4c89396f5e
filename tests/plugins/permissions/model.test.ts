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
import { join, organizationOf, part, worldWithin } from './within.ts';
import { worldsOf, type World } from './world.ts';

/** Worlds per engine, and what people do in each. `PERMISSION_WORLDS=500` is the long mode. */
const usual = 12;
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
  for (const [turn, { person, acting, does }] of world.steps.entries()) {
    const organization = organizationOf(world, person, acting);
    const who = app.as({ userId: personId(person), organizationId: organization });
    const { here, elsewhere } = part(world, state, organization);
    const oracle = new Oracle(worldWithin(world, organization), person, here);
    const context = `step ${turn}, p${person}${world.tenancy ? ` in ${organization?.slice(-1) ?? 'none'}` : ''}:`;
    if ('asks' in does) agree(context, await answerTo(does, who, oracle));
    else {
      let others = elsewhere;
      const made = await make(does, who, oracle, turn, async () => {
        const found = part(world, await stored(database), organization);
        others = found.elsewhere;
        return found.here;
      });
      agree(context, [...made.compared, { what: `records of elsewhere after ${does.does}`, actual: ordered(others), expected: ordered(elsewhere) }]);
      state = join(made.state, elsewhere);
    }
    if (turn % 16 === 0) agree(context, await predicateAnswers(app, oracle, elsewhere), 'predicates');
  }
}

describeEachDatabase('generated worlds', (openDatabase, kind) => {
  it('answer as the rules say, record by record', async () => {
    const [plain, apart] = [await openDatabase(), await openDatabase()];
    const count: Count = { answers: 0, predicates: 0 };
    await fc.assert(
      fc.asyncProperty(worldsOf(fc.oneof({ weight: 3, arbitrary: questions }, { weight: 2, arbitrary: changes }), steps, fc.boolean()), async (world) => {
        const database = world.tenancy ? apart : plain;
        await check(world, await build(world, database), database, count);
      }),
      { numRuns: worlds, seed: Number(process.env['PERMISSION_SEED'] ?? 7), endOnFailure: process.env['PERMISSION_FAST'] === '1', interruptAfterTimeLimit: 180_000 + worlds * 5_000 },
    );
    const cases = count.answers + count.predicates;
    console.info(`${cases} generated cases compared on ${kind}: ${count.answers} answers of the API, ${count.predicates} row rights in memory`);
    if (worlds >= usual) expect(cases).toBeGreaterThan(20_000);
  }, 3_600_000);
});
