import fc from '../../support/fast-check.ts';
import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../support/database.ts';
import type { TestPlatform } from '../../support/platform.ts';
import { build } from './build-world.ts';
import { dealId, personId } from './ids.ts';
import { questions } from './questions.ts';
import { worldsOf, type World } from './world.ts';

/** Worlds per engine. */
const runs = Number(process.env['PERMISSION_WORLDS'] ?? 3);

/** Trying writes the name, so that no set may keep it from being written. */
const plainWorlds = worldsOf(questions, 0).map((world): World => ({ ...world, sets: world.sets.map((set) => ({ ...set, otherFields: undefined })) }));

interface Layer {
  readonly step: string;
  readonly kind: string;
  readonly outcome: string;
}
interface Explanation {
  readonly allowed: boolean;
  readonly layers: readonly Layer[];
  readonly fields: readonly { readonly name: string; readonly canRead: boolean; readonly canEdit: boolean }[];
}
const actions = ['READ', 'EDIT', 'DELETE', 'TRANSFER'] as const;
type Action = (typeof actions)[number];

/** One person's view on one deal: what really happens when they try. */
async function tryAll(who: TestPlatform, id: string): Promise<Record<Action, boolean> & { readonly secret: boolean | undefined; readonly editsSecret: boolean }> {
  const works = async (mutation: string): Promise<boolean> => (await who.query(`mutation { ${mutation} }`)).errors === undefined;
  const update = (input: string) => works(`updateDeal(id: "${id}", dryRun: true, input: { ${input} }) { clientMutationId }`);
  const deal = (await who.query(`{ deal(id: "${id}") { secret } }`)).data?.['deal'] as { secret: string | null } | null | undefined;
  return {
    READ: Boolean(deal),
    EDIT: await update('name: "x"'),
    DELETE: await works(`deleteDeal(id: "${id}", dryRun: true) { clientMutationId }`),
    TRANSFER: await update('ownerId: null'),
    secret: deal ? deal.secret !== null : undefined,
    editsSecret: await update('secret: "x"'),
  };
}

async function explain(who: TestPlatform, id: string, action: Action, as?: string): Promise<Explanation | null> {
  const { data, errors } = await who.query(
    'query($id: ID!, $action: AccessAction!, $as: ID) { explainAccess(object: "deal", id: $id, action: $action, as: $as) { allowed summary layers { step kind outcome name detail } fields { name canRead canEdit } } }',
    { id, action, as },
  );
  expect(errors).toBeUndefined();
  return (data as { explainAccess: Explanation | null }).explainAccess;
}

const stepsOf: Readonly<Record<Action, readonly string[]>> = { READ: ['SEE'], EDIT: ['SEE', 'CHANGE', 'RESULT'], DELETE: ['SEE', 'DELETE'], TRANSFER: ['SEE', 'CHANGE', 'RESULT'] };

/** What the layers alone come to. */
function decided({ layers }: Explanation, action: Action): boolean {
  const some = (step: string, kind: string, outcome: string): boolean => layers.some((layer) => layer.step === step && layer.kind === kind && layer.outcome === outcome);
  return stepsOf[action].every((step) => some(step, 'PERMISSION_SET', 'GRANTED')) && (action !== 'TRANSFER' || some('CHANGE', 'OWNER_FIELD', 'GRANTED'));
}

async function check(world: World, app: TestPlatform): Promise<void> {
  const manager = app.as({ userId: '018f0000-0000-7000-8000-00000000aaaa', permissionSets: ['managers'] });
  for (const [n] of world.people.entries()) {
    const who = app.as({ userId: personId(n) });
    for (const [d] of world.deals.entries()) {
      const id = dealId(d);
      const real = await tryAll(who, id);
      for (const action of actions) {
        const at = `p${n} ${action} d${d}`;
        const told = await explain(manager, id, action, personId(n));
        expect(told?.allowed, at).toBe(real[action]);
        expect(told && decided(told, action), `${at} by its layers: ${JSON.stringify(told?.layers)}`).toBe(real[action]);
        const secret = told?.fields.find(({ name }) => name === 'secret');
        expect(secret?.canRead, `${at} secret`).toBe(real.secret ?? false);
        if (action === 'EDIT') expect(told?.allowed === true && secret?.canEdit === true, `${at} edits the secret`).toBe(real.editsSecret);
        expect((await explain(who, id, action))?.allowed, `${at} asked by themselves`).toBe(real.READ ? real[action] : undefined);
      }
    }
  }
}

describeEachDatabase('explainAccess', (openDatabase) => {
  it('says of generated worlds what really happens', async () => {
    const database = await openDatabase();
    await fc.assert(
      fc.asyncProperty(plainWorlds, async (world) => {
        await check(world, await build(world, database, [{ kind: 'permission', value: { name: 'managers', systemPermissions: ['manage_users'] } }]));
      }),
      { numRuns: runs, interruptAfterTimeLimit: 3_000_000 },
    );
  }, 3_600_000);
});
