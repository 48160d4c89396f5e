import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { problems } from '../../metadata/support/compile.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const id = (n: number): string => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;

const objects = [
  { name: 'account', sharingModel: 'public_read_write', fields: { name: { type: 'text' }, blocked: { type: 'boolean' } } },
  {
    name: 'deal', sharingModel: 'public_read_write',
    fields: {
      name: { type: 'text' }, amount: { type: 'currency', scale: 2 }, account: { type: 'lookup', reference: 'account' },
      secret_score: { type: 'number', scale: 0, visible_to: ['manager'] },
      stage: { type: 'select', options: ['new', 'offer', 'review', { value: 'closed_won', label: 'Won' }, { value: 'closed_lost', label: 'Lost' }], visible_to: ['sales', 'manager'], editable_by: ['sales', 'manager'] },
      entered_at: { type: 'datetime' }, closed_on: { type: 'date' }, probability: { type: 'number', scale: 0 }, note: { type: 'text' }, left: { type: 'text' },
      priority: { type: 'select', options: ['low', 'high'] },
    },
    stateMachines: {
      stage: {
        initial: 'new',
        on: { LOSE: { target: 'closed_lost', actions: [{ type: 'field_update', field: 'note', value: 'given up' }] }, NOTE: { actions: { assign: { note: '=UPPER(name)' } } } },
        states: {
          new: { on: { OFFER: { target: 'offer', cond: 'record.amount > 0', meta: { label: 'Make an offer' } } }, exit: { assign: { left: 'new' } } },
          offer: {
            entry: [{ assign: { entered_at: 'NOW()', probability: 50 } }],
            on: {
              WIN: [{ target: 'review', guard: 'secret_score < 10' }, { target: 'closed_won', guards: [{ type: 'greater_than', params: { field: 'amount', value: 100 } }, 'account = null OR account.blocked != true'] }],
              BACK: 'new',
            },
          },
          review: { always: [{ target: 'closed_won', cond: "name = 'fast'" }], on: { WIN: 'closed_won' } },
          closed_won: { type: 'final', entry: [{ type: 'update_record', params: { fields: { closed_on: 'TODAY()', probability: 100 } } }] },
          closed_lost: { type: 'final', onEntry: { assign: { probability: 0 } } },
        },
      },
    },
    stateMachine: { name: 'priority', states: [{ name: 'low', initial: true, transitions: [{ to: 'high', event: 'raise', guard: "current_user.profile = 'manager'" }] }, { name: 'high', final: true }] },
  },
];
const rights = { allowCreate: true, allowRead: true, allowEdit: true, allowDelete: true };
const all = { account: rights, deal: rights };
const definitions = [{ kind: 'profile', value: [{ name: 'sales', objects: all }, { name: 'manager', objects: all }, { name: 'clerk', objects: all }, { name: 'reader', objects: { deal: { allowRead: true } } }] }] as const;

const described = '{ metadata { object(name: "deal") { stateMachines { name field mutation states { graphqlName label initial final transitions { event to label condition } } } } } }';

describeEachDatabase('state machines', (open) => {
  let app: TestPlatform;
  let sales: TestPlatform;
  let manager: TestPlatform;
  let n = 100;
  let deal = '';

  beforeAll(async () => {
    app = await startPlatform({ database: await open(), objects, plugins: [permissions({ definitions }), rules()], open: false });
    sales = app.as({ userId: id(1), profile: 'sales' });
    manager = app.as({ userId: id(2), profile: 'manager' });
    await ask(sales, `mutation { createAccounts(input: [{ id: "${id(10)}", name: "open" }, { id: "${id(11)}", blocked: true }]) { count } }`);
  });
  beforeEach(async () => {
    deal = id((n += 1));
    await ask(sales, `mutation { createDeal(input: { id: "${deal}", name: "x", amount: "50.00" }) { record { id } } }`);
  });

  async function ask(as: TestPlatform, document: string): Promise<Record<string, Record<string, unknown>>> {
    const { data, errors } = await as.query(document);
    expect(errors ?? []).toEqual([]);
    return data as Record<string, Record<string, unknown>>;
  }
  async function refused(as: TestPlatform, document: string): Promise<unknown> {
    const { errors } = await as.query(document);
    expect(errors).toHaveLength(1);
    return (errors?.[0]?.extensions as { problems?: readonly unknown[] }).problems ?? errors?.[0]?.message;
  }
  const update = (input: string): string => `mutation { updateDeal(id: "${deal}", input: { ${input} }) { record { stage } } }`;
  const go = (args: string, shown = 'stage'): string => `mutation { transitionDealStage(id: "${deal}", ${args}) { record { ${shown} } } }`;
  const available = async (as: TestPlatform): Promise<unknown> => (await ask(as, `{ deal(id: "${deal}") { availableTransitions { field event to label } } }`))['deal']?.['availableTransitions'];

  it('begin in their initial state and nowhere else', async () => {
    expect(await ask(sales, `{ deal(id: "${deal}") { stage priority } }`)).toEqual({ deal: { stage: 'NEW', priority: 'LOW' } });
    expect(await refused(sales, 'mutation { createDeal(input: { stage: OFFER }) { record { id } } }')).toMatchObject([{ path: ['input', 'stage'], code: 'NOT_A_TRANSITION', message: 'Stage begins as new, not as offer.' }]);
    expect(await refused(sales, 'mutation { createDeal(input: { stage: null }) { record { id } } }')).toMatchObject([{ path: ['input', 'stage'] }]);
    await ask(app.as(systemCaller), 'mutation { createDeal(input: { stage: CLOSED_LOST }) { record { id } } }');
  });

  it('let pass the transitions whose guards hold, and carry out what leaving and entering assign', async () => {
    expect(await refused(sales, update('stage: CLOSED_WON'))).toMatchObject([{ path: ['input', 'stage'], code: 'NOT_A_TRANSITION', message: 'Stage cannot go from new to Won. Allowed: offer, Lost.' }]);
    expect(await refused(sales, update('stage: OFFER, amount: "0.00"'))).toMatchObject([{ message: 'Stage cannot go from new to offer. Allowed: Lost.' }]);
    await ask(sales, update('stage: OFFER'));
    const offered = await ask(sales, `{ deal(id: "${deal}") { stage probability left enteredAt } }`);
    expect(offered).toMatchObject({ deal: { stage: 'OFFER', probability: 50, left: 'new' } });
    expect(Date.parse(String(offered['deal']?.['enteredAt']))).toBeGreaterThan(Date.now() - 60_000);
    expect(await refused(sales, update('stage: null'))).toMatchObject([{ message: 'Stage cannot go from offer to nothing. Allowed: new, Lost.' }]);
    expect(await ask(sales, go('event: LOSE', 'stage probability note'))).toEqual({ transitionDealStage: { record: { stage: 'CLOSED_LOST', probability: 0, note: 'given up' } } });
    expect(await refused(sales, update('stage: OFFER'))).toMatchObject([{ message: 'Stage cannot go from Lost to offer: Lost is final.' }]);
    await ask(sales, update('name: "still writable"'));
  });

  it('follow events to where their guards lead, also by themselves', async () => {
    await ask(sales, go('to: OFFER'));
    expect(await refused(sales, go('event: WIN'))).toMatchObject([{ path: ['input', 'stage'], message: 'WIN is not possible while Stage is offer. Allowed: new, Lost.' }]);
    await ask(sales, update(`amount: "500.00", accountId: "${id(11)}"`));
    expect(await refused(sales, go('event: WIN'))).toHaveLength(1);
    await ask(sales, update(`accountId: "${id(10)}"`));
    expect(await ask(sales, go('event: WIN, dryRun: true'))).toEqual({ transitionDealStage: { record: { stage: 'CLOSED_WON' } } });
    expect(await ask(manager, update('secretScore: 5'))).toEqual({ updateDeal: { record: { stage: 'OFFER' } } });
    expect(await ask(sales, go('event: WIN', 'stage closedOn'))).toEqual({ transitionDealStage: { record: { stage: 'REVIEW', closedOn: null } } });
    await ask(sales, update('name: "fast"'));
    const won = await ask(sales, `{ deal(id: "${deal}") { stage closedOn probability availableTransitions { event } } }`);
    expect(won).toEqual({ deal: { stage: 'CLOSED_WON', closedOn: new Date().toISOString().slice(0, 10), probability: 100, availableTransitions: [] } });
  });

  it('carry out events that leave the state', async () => {
    expect(await ask(sales, go('event: NOTE', 'stage note'))).toEqual({ transitionDealStage: { record: { stage: 'NEW', note: 'X' } } });
    expect(await refused(sales, go('event: NOTE, to: OFFER'))).toBe('Give exactly one of event and to.');
  });

  it('tell which transitions the caller may take now', async () => {
    expect(await available(sales)).toEqual([
      { field: 'stage', event: 'OFFER', to: 'OFFER', label: 'Make an offer' },
      { field: 'stage', event: 'LOSE', to: 'CLOSED_LOST', label: 'Lost' },
      { field: 'stage', event: 'NOTE', to: null, label: 'NOTE' },
    ]);
    expect(await available(manager)).toContainEqual({ field: 'priority', event: 'RAISE', to: 'HIGH', label: 'high' });
    expect(await available(app.as({ userId: id(3), profile: 'clerk' }))).toEqual([]);
    expect(await refused(app.as({ userId: id(3), profile: 'clerk' }), go('event: LOSE').replace('{ stage }', '{ id }'))).toMatchObject([{ code: 'FORBIDDEN' }]);
    await ask(sales, update('stage: OFFER'));
    await ask(manager, update('secretScore: 1'));
    expect(await available(sales)).toMatchObject([{ event: 'WIN', to: 'REVIEW' }, { event: 'BACK' }, { event: 'LOSE' }, { event: 'NOTE' }]);
  });

  it('are described in metadata, as far as the caller may use them', async () => {
    interface Machine { readonly name: string; readonly mutation: string | null; readonly states: readonly { readonly graphqlName: string; readonly label: string; readonly initial: boolean; readonly final: boolean; readonly transitions: readonly { readonly event: string | null; readonly to: string | null; readonly label: string; readonly condition: string | null }[] }[] }
    const machines = async (as: TestPlatform) => (await ask(as, described))['metadata'] as unknown as { object: { stateMachines: readonly Machine[] } };
    const [stage, priority] = (await machines(manager)).object.stateMachines;
    expect([stage?.name, stage?.mutation, priority?.name, priority?.mutation]).toEqual(['stage', 'transitionDealStage', 'priority', 'transitionDealPriority']);
    expect(stage?.states.map(({ graphqlName, label, initial, final }) => [graphqlName, label, initial, final])).toEqual([
      ['NEW', 'new', true, false], ['OFFER', 'offer', false, false], ['REVIEW', 'review', false, false], ['CLOSED_WON', 'Won', false, true], ['CLOSED_LOST', 'Lost', false, true],
    ]);
    const of = (machine: Machine | undefined, state: string) => machine?.states.find(({ graphqlName }) => graphqlName === state)?.transitions.map(({ event, to, condition }) => [event, to, condition]);
    expect(stage?.states[0]?.transitions[0]).toEqual({ event: 'OFFER', to: 'OFFER', label: 'Make an offer', condition: 'record.amount > 0' });
    expect(of(stage, 'OFFER')?.[0]).toEqual(['WIN', 'REVIEW', 'secret_score < 10']);
    expect(of(stage, 'REVIEW')?.[0]).toEqual([null, 'CLOSED_WON', "name = 'fast'"]);
    expect([of(stage, 'CLOSED_WON'), of(stage, 'NEW')?.some(([event, to]) => event === 'NOTE' && to === null)]).toEqual([[], true]);
    // Sales does not see the score, and clerks do not see the stage.
    expect(of((await machines(sales)).object.stateMachines[0], 'OFFER')?.[0]).toEqual(['WIN', 'REVIEW', null]);
    expect((await machines(app.as({ userId: id(3), profile: 'clerk' }))).object.stateMachines.map(({ name }) => name)).toEqual(['priority']);
    expect((await machines(app.as({ userId: id(4), profile: 'reader' }))).object.stateMachines.map(({ mutation }) => mutation)).toEqual([null]);
  });

  it('hold in bulk writes, row by row', async () => {
    const other = id((n += 1));
    await ask(sales, `mutation { createDeal(input: { id: "${other}", amount: "0.00" }) { record { id } } }`);
    const answer = await ask(sales, `mutation { updateDeals(mode: PARTIAL, rows: [{ id: "${deal}", input: { stage: OFFER } }, { id: "${other}", input: { stage: OFFER } }]) { count rows { problems { path message } } } }`);
    expect(answer['updateDeals']).toEqual({ count: 1, rows: [{ problems: [] }, { problems: [{ path: ['rows', '1', 'input', 'stage'], message: 'Stage cannot go from new to offer. Allowed: Lost.' }] }] });
  });
});

describe('definitions of state machines', () => {
  const fields = 'fields:\n  status: { type: select, options: [open, busy, done], defaultValue: open }\n  title: { type: text }\n';
  const found = (machine: string): readonly string[] => problems({ 'order.object.yml': `name: order\n${fields}${machine}` }, [rules()]);

  it('are refused with their place where they say what cannot be', () => {
    expect(found(`stateMachines:
  flow:
    states: { open: {}, busy: {}, done: {} }
`)).toEqual(['order.object.yml:6:3 error order: which field holds the state is not said | Name the machine like the field, or write field: status.']);
    expect(found(`stateMachines:
  status:
    initial: open
    states:
      open: { on: { GO: bussy, CALL: { target: busy, actions: [send_email] } } }
      busy: { type: parallel, on: { END: { target: done, cond: amount > 3 } } }
      done: { type: final, on: { AGAIN: open } }
`)).toEqual([
      'order.object.yml:9:21 error order: no state is called "bussy" | Did you mean "busy"?',
      'order.object.yml:9:64 error order: nothing runs the action "send_email" in the write | Only fields of the record are set here: { assign: { field: value } }. Mails, calls and other records belong into an automation.',
      'order.object.yml:10:15 error order: the state busy is parallel: states have no states inside and no memory | Use one select option for each state.',
      expect.stringContaining('order.object.yml:10:58 error order: order has no field "amount"') as string,
      'order.object.yml:11:7 error order: done is a final state, so nothing leads out of it | Remove the transitions, or the mark.',
    ]);
  });

  it('warn of states that nothing leads to', () => {
    expect(found(`stateMachine:
  field: status
  states: { open: { transitions: { go: { to: busy, rolls: [x] } } }, busy: { final: true }, done: {} }
`)).toEqual([
      'order.object.yml:7:3 warning order: nothing leads to done | Add a transition to it, or make it initial.',
      'order.object.yml:7:52 warning order: unknown key "rolls"; nothing acts on it',
    ]);
  });

  it('stand in files of their own too', () => {
    const files = { 'order.object.yml': `name: order\n${fields}`, 'status.state.yml': 'name: status\nobject: orders\nstates:\n  open: { initial: true, transitions: { go: busy, end: dne } }\n  busy: {}\n  done: {}\n' };
    expect(problems(files, [rules()])).toEqual(['status.state.yml:3:1 warning state: nothing leads to done | Add a transition to it, or make it initial.', 'status.state.yml:4:51 error state: no state is called "dne" | Did you mean "done"?']);
  });
});
