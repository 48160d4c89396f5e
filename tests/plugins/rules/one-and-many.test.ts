import fc from '../../support/fast-check.ts';
import { expect, it } from 'vitest';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform } from '../../support/platform.ts';
import { Ways, type Outcome, type Written } from './one-and-many/ways.ts';
import { boxIds, inputs, thingId, worlds } from './one-and-many/worlds.ts';

const runs = Number(process.env['RULE_WORLDS'] ?? 2);
// Two worlds of this one both write and refuse.
const seed = process.env['RULE_WORLDS'] === undefined ? 6 : undefined;

type Values = Readonly<Record<string, unknown>>;

declare module '../../../src/kernel/plugin.ts' {
  interface PluginNames {
    'odd-numbers': true;
  }
}

const oddNumbers: Plugin = {
  name: 'odd-numbers', version: '1.0.0', description: 'Refuses odd numbers.', requires: ['rules'],
  lifecycle: {
    init({ services }) {
      services.get('validators').register('odd', ({ value }) => typeof value !== 'number' || value % 2 === 0);
    },
  },
};

const scenario = fc.record({ world: worlds, base: fc.array(inputs, { minLength: 2, maxLength: 4 }), rounds: fc.array(fc.array(inputs, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }) });

const flat = (outcomes: readonly Outcome[]): readonly string[] => outcomes.flatMap((outcome) => outcome ?? []);

function expectSame(way: string, single: Written, other: Written): void {
  expect({ way, outcomes: other.outcomes, warnings: other.warnings }).toEqual({ way, outcomes: single.outcomes, warnings: single.warnings });
  expect({ way, ...other.state }).toEqual({ way, ...single.state });
}

/** Written together or not at all: as each alone where all are right, else everything that is wrong with each. */
function expectAtomic(way: string, single: Written, other: Written, begin: Written): void {
  const wrong = flat(single.outcomes);
  // A unique index speaks only when nothing else is wrong; and rows that are not written alone may be in the way of others.
  const told = (problems: readonly string[]): readonly string[] => problems.filter((problem) => !problem.includes(' NOT_UNIQUE '));
  const inOrder = (problems: readonly string[]): readonly string[] => (way.startsWith('nested') ? [...problems].sort() : problems);
  expect({ way, outcomes: inOrder(told(flat(other.outcomes))) }).toEqual({ way, outcomes: inOrder(told(wrong)) });
  expect({ way, refused: other.outcomes.some((outcome) => outcome !== undefined) }).toEqual({ way, refused: wrong.length > 0 });
  if (wrong.length === 0) expect({ way, warnings: other.warnings }).toEqual({ way, warnings: single.warnings });
  expect({ way, ...other.state }).toEqual({ way, ...(wrong.length > 0 ? begin : single).state });
}

const warnings = 'warnings { path code message rule }';
const told = `rows { problems { path code message rule } } ${warnings}`;

async function expectCreatesAlike(ways: Ways, rows: readonly Values[], begin: Written): Promise<Written> {
  const records = rows.map((row, index): Values => ({ ...row, id: thingId(50 + index) }));
  const each = await ways.each(`mutation($input: ThingCreateInput!) { createThing(input: $input) { ${warnings} } }`, records.map((input) => ({ input })));
  expectSame('createThings PARTIAL', each, await ways.together(`mutation($input: [ThingCreateInput!]!) { createThings(input: $input, mode: PARTIAL) { ${told} } }`, { input: records }));
  expectAtomic('createThings', each, await ways.together(`mutation($input: [ThingCreateInput!]!) { createThings(input: $input) { ${warnings} } }`, { input: records }), begin);
  expectSame('upsertThing', each, await ways.each(`mutation($input: ThingCreateInput!) { upsertThing(input: $input) { ${warnings} } }`, records.map((input) => ({ input }))));
  expectSame('upsertThings PARTIAL', each, await ways.together(`mutation($input: [ThingCreateInput!]!) { upsertThings(input: $input, mode: PARTIAL) { ${told} } }`, { input: records }));
  const inside = records.map(({ boxId: _, ...row }): Values => row);
  const alone = await ways.each(`mutation($input: ThingCreateInput!) { createThing(input: $input) { ${warnings} } }`, inside.map((row) => ({ input: { ...row, boxId: boxIds()[0] } })));
  expectAtomic('nested create', alone, await ways.together(`mutation($id: ID!, $input: [ThingCreateInput!]!) { updateBox(id: $id, input: { contents: { create: $input } }) { ${warnings} } }`, { id: boxIds()[0], input: inside }), begin);
  const fresh = { name: 'B3', size: 4 };
  const third = '0197f3c0-0000-7000-8000-00000000000c';
  const around = await ways.each(`mutation($box: BoxCreateInput!, $input: [ThingCreateInput!]!) @atomic { createBox(input: $box) { ${warnings} } createThings(input: $input) { ${warnings} } }`, [{ box: { ...fresh, id: third }, input: inside.map((row) => ({ ...row, boxId: third })) }]);
  expectAtomic('nested create of both', around, await ways.together(`mutation($box: BoxCreateInput!) { createBox(input: $box) { ${warnings} } }`, { box: { ...fresh, id: third, contents: { create: inside } } }), begin);
  return each;
}

async function expectUpdatesAlike(ways: Ways, rows: readonly Values[], begin: Written): Promise<void> {
  const records = rows.slice(0, begin.ids.length).map((input, index) => ({ id: begin.ids[index], input }));
  if (records.length === 0) return;
  const each = await ways.each(`mutation($id: ID!, $input: ThingUpdateInput!) { updateThing(id: $id, input: $input) { ${warnings} } }`, records);
  expectSame('updateThings PARTIAL', each, await ways.together(`mutation($rows: [ThingUpdateRow!]!) { updateThings(rows: $rows, mode: PARTIAL) { ${told} } }`, { rows: records }));
  expectAtomic('updateThings', each, await ways.together(`mutation($rows: [ThingUpdateRow!]!) { updateThings(rows: $rows) { ${warnings} } }`, { rows: records }), begin);
  expectSame('updateThings where', each, await ways.each(`mutation($id: ID!, $input: ThingUpdateInput!) { updateThings(where: { id: { eq: $id } }, input: $input) { ${warnings} } }`, records));
  expectSame('upsertThing', each, await ways.each(`mutation($input: ThingCreateInput!) { upsertThing(input: $input) { ${warnings} } }`, records.map(({ id, input }) => ({ input: { ...input, id } }))));
  const [common] = rows;
  const same = await ways.each(`mutation($id: ID!, $input: ThingUpdateInput!) { updateThing(id: $id, input: $input) { ${warnings} } }`, begin.ids.map((id) => ({ id, input: common })));
  expectAtomic('updateThings where', same, await ways.together(`mutation($input: ThingUpdateInput!) { updateThings(where: {}, input: $input) { ${warnings} } }`, { input: common }), begin);
  const ids = begin.inFirst;
  if (ids.length === 0) return;
  const inside = ids.map((id, index) => ({ id, input: rows[index % rows.length] }));
  const alone = await ways.each(`mutation($id: ID!, $input: ThingUpdateInput!) { updateThing(id: $id, input: $input) { ${warnings} } }`, inside);
  expectAtomic('nested update', alone, await ways.together(`mutation($id: ID!, $rows: [ThingUpdateRow!]!) { updateBox(id: $id, input: { contents: { update: $rows } }) { ${warnings} } }`, { id: boxIds()[0], rows: inside }), begin);
}

async function expectDeletesAlike(ways: Ways, begin: Written): Promise<void> {
  const { ids } = begin;
  if (ids.length === 0) return;
  const each = await ways.each(`mutation($id: ID!) { deleteThing(id: $id) { ${warnings} } }`, ids.map((id) => ({ id })));
  expectSame('deleteThings PARTIAL', each, await ways.together(`mutation($ids: [ID!]!) { deleteThings(ids: $ids, mode: PARTIAL) { ${told} } }`, { ids }));
  expectAtomic('deleteThings', each, await ways.together(`mutation($ids: [ID!]!) { deleteThings(ids: $ids) { ${warnings} } }`, { ids }), begin);
}

describeEachDatabase('rules over one record and over many', (open) => {
  it('say and write the same, however records are written', async () => {
    let written = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(scenario, async ({ world, base, rounds }) => {
        const database = await open();
        const app = await startPlatform({ objects: world.objects, plugins: [rules(), oddNumbers], database });
        const ways = new Ways(app, base, '"thing", "box", "objectos_change_log", "objectos_counter"');
        const begin = await ways.begin();
        for (const rows of rounds) {
          const created = await expectCreatesAlike(ways, rows, begin);
          written += created.outcomes.filter((outcome) => outcome === undefined).length;
          refused += created.outcomes.filter((outcome) => outcome !== undefined).length;
          await expectUpdatesAlike(ways, rows, begin);
          await expectDeletesAlike(ways, begin);
        }
        await app.close();
      }),
      { numRuns: runs, ...(seed !== undefined && { seed }), endOnFailure: true },
    );
    if (process.env['RULE_WORLDS'] !== undefined) console.log(`${written} written, ${refused} refused`);
    expect(written).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  }, 600_000);
});
