import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { problems } from '../../metadata/support/compile.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const id = (n: number): string => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;

const objects = [
  { name: 'account', fields: { name: { type: 'text' }, tier: { type: 'select', options: ['gold', 'plain'] } } },
  {
    name: 'case', softDelete: true,
    fields: {
      title: { type: 'text' }, priority: { type: 'select', options: ['low', 'high'] }, account: { type: 'lookup', reference: 'account' }, due: { type: 'date' }, hours: { type: 'number', scale: 0, max: 100 },
      trail: { type: 'text' }, notified: { type: 'boolean' }, closed: { type: 'boolean' },
    },
    hooks: [
      { name: 'second', events: ['beforeCreate', 'beforeUpdate'], priority: 20, actions: [{ assign: { trail: "=trail & 'b'" } }] },
      { name: 'first', events: ['beforeInsert', 'beforeUpdate'], priority: 10, actions: { assign: { trail: "='a'" } } },
      { name: 'urgent', events: ['beforeInsert:case', 'data.beforeUpdate', 'beforeInsert:account'], condition: "priority = 'high' AND account.tier = 'gold'", body: { language: 'expression', source: 'hours = 4\ndue = TODAY() + 1' } },
      { name: 'closed', events: ['beforeUpdate'], condition: 'previous.closed == true', actions: [{ stop: { message: 'Open the case again first.', field: 'title', when: 'ISCHANGED(title)' } }] },
      { name: 'kept', events: ['beforeDelete'], condition: "priority = 'high'", actions: [{ stop: 'Urgent cases stay.' }] },
      { name: 'lenient', events: ['beforeUpdate'], onError: 'log', condition: "title = 'odd'", actions: [{ assign: { hours: 'LEN(title) * 1000', notified: true } }] },
      { name: 'called', events: ['afterInsert'], handler: 'notify' },
    ],
  },
];

describeEachDatabase('hooks of definitions', (open) => {
  let app: TestPlatform;
  const seen: unknown[] = [];
  const notifier: Plugin = {
    name: 'test' as Plugin['name'], version: '1.0.0', description: 'Registers a handler.', after: ['rules'],
    lifecycle: {
      init: ({ services }) => services.get('hookHandlers').register('notify', async ({ event, result, api, id: of }) => {
        seen.push([event, result?.['title']]);
        if (result?.['title'] === 'bad') throw new Error('No.');
        await api.update('case', of, { notified: true });
      }),
    },
  };

  beforeAll(async () => {
    app = await startPlatform({ database: await open(), objects, plugins: [rules(), notifier] });
    await ask(`mutation { createAccounts(input: [{ id: "${id(1)}", tier: GOLD }, { id: "${id(2)}", tier: PLAIN }]) { count } }`);
  });
  afterAll(() => app.close());

  async function ask(document: string): Promise<Record<string, { record: Record<string, unknown> }>> {
    const { data, errors } = await app.query(document);
    expect(errors ?? []).toEqual([]);
    return data as Record<string, { record: Record<string, unknown> }>;
  }
  const create = (input: string): Promise<unknown> => ask(`mutation { createCase(input: { ${input} }) { record { trail hours due notified } } }`).then((data) => data['createCase']?.record);
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

  it('assign fields in the order of their priority, where their condition holds', async () => {
    expect(await create(`priority: HIGH, accountId: "${id(1)}"`)).toEqual({ trail: 'ab', hours: 4, due: tomorrow, notified: true });
    expect(await create(`priority: HIGH, accountId: "${id(2)}"`)).toEqual({ trail: 'ab', hours: null, due: null, notified: true });
    expect(await create(`priority: LOW, accountId: "${id(1)}", trail: "given"`)).toMatchObject({ trail: 'ab', hours: null });
    const { rows } = await app.platform.database.query({ text: `SELECT count(*)::int AS n FROM objectos_change_log WHERE object = 'case' AND changes ? 'hours'`, values: [] });
    expect(rows[0]).toEqual({ n: 1 });
  });

  it('stop writes with a message, each row for itself', async () => {
    await ask(`mutation { createCases(input: [{ id: "${id(10)}", closed: true, priority: HIGH }, { id: "${id(11)}", closed: false }]) { count } }`);
    const { errors } = await app.query(`mutation { updateCase(id: "${id(10)}", input: { title: "new" }) { record { id } } }`);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION_FAILED', problems: [{ path: ['input', 'title'], code: 'STOPPED', message: 'Open the case again first.', rule: 'closed' }] });
    await ask(`mutation { updateCase(id: "${id(10)}", input: { hours: 7 }) { record { id } } }`);
    const bulk = await ask(`mutation { updateCases(mode: PARTIAL, rows: [{ id: "${id(10)}", input: { title: "n" } }, { id: "${id(11)}", input: { title: "n" } }]) { count rows { problems { message } } } }`);
    expect(bulk['updateCases']).toEqual({ count: 1, rows: [{ problems: [{ message: 'Open the case again first.' }] }, { problems: [] }] });
    expect((await app.query(`mutation { deleteCase(id: "${id(10)}") { record { id } } }`)).errors?.[0]?.message).toBe('Urgent cases stay.');
    await ask(`mutation { deleteCase(id: "${id(11)}") { record { id } } restoreCase(id: "${id(11)}") { record { id } } }`);
  });

  it('undo a hook that fails and may', async () => {
    expect(await ask(`mutation { updateCase(id: "${id(11)}", input: { title: "odd" }) { record { hours notified trail } } }`)).toMatchObject({ updateCase: { record: { hours: null, trail: 'ab' } } });
  });

  it('call functions that plugins register', async () => {
    seen.length = 0;
    await create('title: "good"');
    expect(seen).toEqual([['afterInsert', 'good']]);
    expect((await app.query('mutation { createCase(input: { title: "bad" }) { record { id } } }')).errors).toHaveLength(1);
    expect(await ask('{ cases(where: { title: { eq: "bad" } }) { totalCount } }')).toEqual({ cases: { totalCount: 0 } });
  });
});

describe('definitions of hooks', () => {
  const found = (hook: string): readonly string[] => problems({ 'order.object.yml': 'name: order\nfields: { title: { type: text }, total: { type: number } }\n', 'a.hook.yml': `name: a\nobject: order\n${hook}` }, [rules()]);

  it('are refused where nothing would run them', () => {
    expect(found('events: [beforeFind, beforeInsrt]\nactions: [{ assign: { titel: x } }]\nasync: true\n')).toEqual([
      'a.hook.yml:3:10 error a: no hook runs when records are read: "beforeFind" | Rights and masks decide what is read.',
      'a.hook.yml:3:22 error a: there is no event "beforeInsrt" | Did you mean "beforeInsert"?',
      'a.hook.yml:4:23 error a: order has no field "titel" | Did you mean "title"?',
      'a.hook.yml:5:1 error a: a hook runs within its write | Leave async out, or write an automation: it runs when the write is committed, and is tried again.',
    ]);
    expect(found('events: [beforeUpdate]\nbody: { language: js, source: "x" }\n')).toEqual([
      expect.stringContaining('a.hook.yml:1:1 error a: the hook a does nothing') as string,
      'a.hook.yml:4:9 error a: nothing runs hooks in js | Write language: expression, or handler: the name of a function in TypeScript.',
    ]);
    expect(found('events: [beforeInsert]\nactions:\n  - stop: { message: No., when: 5 }\n')).toEqual(['a.hook.yml:5:27 error a: "when" is no expression | Write a condition: when: ISBLANK(reason).']);
    expect(found('events: [beforeInsert]\nactions:\n  - stop: No.\n    when: ISBLAN(total)\n')[0]).toContain('a.hook.yml:6:5 error a: there is no function ISBLAN');
    expect(found('events: [afterUpdate]\nactions: [{ assign: { total: 3 } }]\n')).toEqual(['a.hook.yml:3:1 error a: afterUpdate: the record is written already | Assign and stop in before events; use a handler or an automation afterwards.']);
    expect(found('events: [beforeUpdate]\nactions: [{ assign: { total: 3 } }]\n')).toEqual([]);
  });

  it('stop the start when their handler is nowhere', async () => {
    const app = await startPlatform({ objects: [{ name: 'thing', fields: { name: { type: 'text' } }, hooks: [{ name: 'h', events: ['afterInsert'], handler: 'nowhere' }] }], plugins: [rules()] });
    await expect(app.platform.kernel.start()).rejects.toThrow('The hook h names the handler "nowhere"');
    await app.close();
  });
});
