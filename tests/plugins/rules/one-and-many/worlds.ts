import fc from '../../../support/fast-check.ts';
import type { DefinitionInput } from '../../../../src/metadata/phase.ts';

type Values = Readonly<Record<string, unknown>>;

/** Definitions of boxes with things in them, whose rules differ from world to world. */
export interface World {
  readonly objects: readonly DefinitionInput[];
}

const small = fc.integer({ min: -3, max: 9 });
const of = (...texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);

/** Tests of a record in all kinds of ways: own fields, formulas, the former image, behind a lookup. */
const simple: fc.Arbitrary<string> = fc.oneof(
  small.map((n) => `qty > ${n}`), small.map((n) => `price * qty > ${n * 4}`), small.map((n) => `total < ${n * 3}`), small.map((n) => `LEN(name) > ${Math.abs(n)}`), small.map((n) => `box.size < ${n}`),
  small.map((n) => `previous.qty > ${n}`), of('ISBLANK(note)', "kind = 'a'", "kind != 'b'", 'flag', 'ISCHANGED(kind)', 'ISNEW()', 'due < DATE(2026, 6, 1)', "'red' in tags", "STARTS_WITH(label, 'x')", "box.name = 'B1'", 'NOT ISBLANK(box)', 'ISCHANGED(box, qty)', "status = 'busy'"),
);
const condition: fc.Arbitrary<string> = fc.oneof({ weight: 3, arbitrary: simple }, fc.tuple(simple, of('AND', 'OR'), simple).map(([left, junction, right]) => `(${left}) ${junction} (${right})`), simple.map((test) => `NOT (${test})`));

const severity = of('error', 'error', 'warning', 'warning', 'info');
const events = fc.constantFrom(['insert', 'update'], ['insert'], ['update'], ['insert', 'update', 'delete'], ['delete']);
const rest = fc.record({ severity, events, priority: fc.integer({ min: 1, max: 9 }) });
const script = condition.map((test) => ({ type: 'script', condition: test }));
const check: fc.Arbitrary<Values> = fc.oneof(
  { weight: 3, arbitrary: script as fc.Arbitrary<Values> },
  fc.tuple(condition, fc.constantFrom(['qty'], ['price', 'qty'])).map(([test, fields]) => ({ type: 'cross_field', condition: test, fields })),
  fc.tuple(of('name', 'note'), of('^[a-z]+$', 'x', '[0-9]{2}')).map(([field, regex]) => ({ type: 'format', field, regex })),
  fc.constant({ type: 'json_schema', field: 'meta', schema: { type: 'object', properties: { n: { type: 'integer', minimum: 2 } }, required: ['n'] } }),
  fc.tuple(fc.constantFrom(['note'], ['kind', 'qty']), fc.boolean(), fc.option(of("kind = 'a'", 'flag'), { nil: undefined })).map(([fields, caseSensitive, scope]) => ({ type: 'unique', fields, caseSensitive, ...(scope !== undefined && { scope }) })),
  fc.tuple(condition, script, fc.option(script, { nil: undefined })).map(([when, then, otherwise]) => ({ type: 'conditional', when, then: { ...then, message: 'then' }, ...(otherwise && { otherwise: { ...otherwise, message: 'otherwise' } }) })),
  fc.constant({ type: 'state_machine', field: 'kind', transitions: { a: ['b'], b: ['a', 'c'] }, initialStates: ['a', 'b'] }),
  fc.constant({ type: 'custom', handler: 'odd', field: 'qty' }),
);
const validation = fc.tuple(check, rest).map(([own, common]): Values => ({ ...common, ...own, message: 'No.' }));

const assignment: fc.Arbitrary<Values> = fc.constantFrom<Values>({ note: '=UPPER(name)' }, { qty: '=qty + 1' }, { due: '=TODAY()' }, { price: '=COALESCE(price, 0) + box.size' }, { kind: 'c' }, { flag: '=NOT flag' });
const action: fc.Arbitrary<Values> = fc.oneof(assignment.map((assign) => ({ assign })), condition.map((when) => ({ stop: { message: 'Stop.', field: 'qty', when } })));
const hook = fc.record({ events: fc.constantFrom(['beforeInsert'], ['beforeUpdate'], ['beforeInsert', 'beforeUpdate']), condition, priority: small.map((n) => n + 5), actions: fc.array(action, { minLength: 1, maxLength: 2 }) });

const machine: Values = {
  initial: 'open',
  states: {
    open: { on: { START: { target: 'busy', cond: 'record.qty > 0' } } },
    busy: { entry: { assign: { note: 'busy' } }, on: { FINISH: 'done', BACK: 'open' } },
    done: { type: 'final', entry: { assign: { due: 'TODAY()' } } },
  },
};

const maybe = (value: Values): fc.Arbitrary<Values> => fc.constantFrom<Values>({}, {}, value);
const when = (key: string): fc.Arbitrary<Values> => fc.option(condition.map((test): Values => ({ [key]: test })), { nil: {}, freq: 2 });

const fields = fc.record({
  name: maybe({ minLength: 2, maxLength: 6 }),
  note: fc.oneof(when('requiredWhen'), when('readonlyWhen'), maybe({ defaultValue: { dialect: 'cel', source: "name & '-' & TEXT(qty)" } })),
  qty: fc.oneof(when('readonlyWhen'), maybe({ min: 0 }), maybe({ defaultValue: 3 }), maybe({ defaultValue: { dialect: 'cel', source: 'box.size' } })),
  price: fc.oneof(when('requiredWhen'), maybe({ defaultValue: { dialect: 'cel', source: 'qty * 2' } })),
  kind: fc.tuple(maybe({ defaultValue: 'a' }), when('readonlyWhen')).map(([given, locked]): Values => ({ ...given, ...locked })),
  due: maybe({ defaultValue: 'TODAY()' }),
  serial: of('T-{000}', '{kind}-{00}', '{YYYY}/{0000}'),
  option: when('visibleWhen'),
});

export const worlds: fc.Arbitrary<World> = fc.record({ own: fields, validations: fc.array(validation, { maxLength: 4 }), hooks: fc.array(hook, { maxLength: 2 }), machine: fc.boolean(), soft: fc.boolean(), keyed: fc.boolean() }).map(({ own, validations, hooks, ...flags }): World => ({
  objects: [
    {
      name: 'box', softDelete: flags.soft,
      fields: {
        name: { type: 'text', required: true },
        size: { type: 'number', scale: 0 },
        things: { type: 'summary', summaryOperations: { object: 'thing', function: 'count' } },
        worth: { type: 'summary', scale: 2, summaryOperations: { object: 'thing', function: 'sum', field: 'total', filter: "kind != 'b'" } },
        most: { type: 'summary', summaryOperations: { object: 'thing', function: 'max', field: 'price', filter: { flag: true } } },
        mean: { type: 'summary', summaryOperations: { object: 'thing', function: 'avg', field: 'qty' } },
      },
    },
    {
      name: 'thing', softDelete: flags.soft, enable: { trackHistory: true },
      fields: {
        name: { type: 'text', required: true, ...own.name },
        code: { type: 'text', unique: flags.keyed },
        note: { type: 'text', ...own.note },
        qty: { type: 'number', scale: 0, ...own.qty },
        price: { type: 'currency', scale: 2, ...own.price },
        kind: { type: 'select', options: [{ value: 'a' }, { value: 'b', ...own.option }, { value: 'c' }], ...own.kind, ...(own.serial.includes('kind') && { required: true }) },
        status: { type: 'select', options: ['open', 'busy', 'done'], ...(!flags.machine && { defaultValue: 'open' }) },
        due: { type: 'date', ...own.due },
        flag: { type: 'boolean' },
        tags: { type: 'tags' },
        meta: { type: 'json' },
        box: { type: 'lookup', reference: 'box', relatedName: 'contents' },
        serial: { type: 'autonumber', autonumberFormat: own.serial },
        total: { type: 'formula', expression: 'qty * price', returnType: 'currency', scale: 2 },
        label: { type: 'formula', expression: "name & ' ' & note" },
      },
      validations: validations.map((rule, index) => ({ name: `rule_${index}`, ...rule })),
      hooks: hooks.map((one, index) => ({ name: `hook_${index}`, ...one })),
      ...(flags.machine && { stateMachines: { status: machine } }),
    },
  ],
}));

/** Values of a record; some do not fit. What is absent is not written. */
export const inputs: fc.Arbitrary<Values> = fc.record(
  {
    note: fc.option(of('x', 'X', 'ab', '12', '')), qty: fc.option(small), price: fc.option(of('1', '2.50', '7.25', '4', '12', '3.333')), kind: of('A', 'B', 'C'), status: of('OPEN', 'OPEN', 'OPEN', 'OPEN', 'BUSY', 'DONE'),
    due: fc.option(of('2026-01-05', '2026-09-09')), flag: fc.boolean(), tags: fc.constantFrom(['red'], [], ['red', 'blue']), meta: fc.constantFrom<unknown>({ n: 3 }, { n: 7 }, { n: 2 }, { n: 1 }, null), boxId: fc.option(fc.constantFrom(...boxIds(), ...boxIds().slice(0, 2), ...boxIds().slice(0, 2)), { freq: 6 }),
  },
  { requiredKeys: ['kind'] },
).chain((values) => fc.tuple(of('x', 'xy', 'abc', 'abcd', 'xyz', 'abcdefgh'), fc.option(of('c1', 'c2', 'c3', 'c4', 'c5'), { nil: undefined, freq: 2 })).map(([name, code]) => ({ ...values, name, ...(code !== undefined && { code }) })));

export function boxIds(): readonly [string, string, string] {
  return ['0197f3c0-0000-7000-8000-00000000000a', '0197f3c0-0000-7000-8000-00000000000b', '0197f3c0-0000-7000-8000-00000000dead'];
}

export const thingId = (index: number): string => `0197f3c0-0000-7000-8000-0000000001${String(index).padStart(2, '0')}`;
