import { describe, expect, it } from 'vitest';
import { compileExpression } from '../../../src/metadata/expressions/index.ts';
import { boolean } from '../../../src/metadata/expressions/types.ts';
import { anonymous, type Caller } from '../../../src/resolvers/caller.ts';
import { testExpression } from '../../../src/resolvers/expressions/evaluate.ts';
import { guardCaller } from '../../../src/resolvers/expressions/guard-caller.ts';
import { dealCatalog } from '../../metadata/expressions/support.ts';

const catalog = dealCatalog();
const me = '018f0000-0000-7000-8000-000000000001';
const known: Caller = { ...anonymous, kind: 'user', userId: me, roles: ['sales'], groups: ['won'], attributes: { region: 'north' } };
const now = new Date();

function test(source: string, caller: Caller, record: Readonly<Record<string, unknown>>): boolean {
  const result = compileExpression(source, { catalog, object: catalog.objects.get('deal'), expects: boolean });
  if ('problems' in result) throw new Error(result.problems.map(({ message }) => message).join());
  return testExpression({ ...result.checked, root: guardCaller(result.checked.root) }, { caller, record, now });
}

describe('conditions of rights', () => {
  it.each([
    'owner = current_user.id', 'owner != current_user.id', 'NOT (owner = current_user.id)', 'NOT (NOT (owner = current_user.id))', "NOT (active AND owner = current_user.id)", 'name in current_user.groups', 'NOT (name in current_user.groups)',
    "current_user.role = 'boss'", "current_user.role != 'boss'", "NOT (current_user.region = 'south')", "IF(current_user.region = 'north', false, true)", 'ISBLANK(name & current_user.region)', 'owner = current_user.id AND NOT active', "current_user.level > 3 OR NOT (current_user.level > 3)",
  ])('let through nothing where the caller is not known: %s', (source) => {
    for (const record of [{}, { owner: me, name: 'won', active: true }, { owner: null, name: null, active: false }]) {
      expect(test(source, { ...anonymous, roles: [], attributes: { groups: null } }, record), JSON.stringify(record)).toBe(source === 'NOT (active AND owner = current_user.id)' ? record.active !== true : false);
    }
  });

  it('are what they are where the caller is known, and may ask whether it is', () => {
    expect(test('owner = current_user.id', known, { owner: me })).toBe(true);
    expect(test('NOT (owner = current_user.id)', known, { owner: null })).toBe(true);
    expect(test("NOT (current_user.role = 'boss')", known, {})).toBe(true);
    expect(test('current_user.id = null', anonymous, {})).toBe(true);
    expect(test('current_user.id = null OR owner = current_user.id', anonymous, { owner: null })).toBe(true);
    expect(test('current_user.id != null AND owner = current_user.id', anonymous, { owner: null })).toBe(false);
  });
});
