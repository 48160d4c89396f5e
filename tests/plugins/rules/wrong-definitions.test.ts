import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import fc from '../../support/fast-check.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { diagnose } from '../../metadata/support/compile.ts';

const runs = Number(process.env['WRONG_DEFINITIONS'] ?? 150);

/** Everything that the plugin reads, as it should be. */
const right: Readonly<Record<string, unknown>> = {
  'account.object.yml': parse(`
name: account
fields:
  name: { type: text }
  total: { type: summary, scale: 2, summaryOperations: { object: deal, function: sum, field: amount, relationshipField: account, filter: { stage: { $ne: lost }, amount: { $gt: 3 } } } }
  least: { type: summary, summaryOperations: { object: deal, function: min, field: amount, filter: "stage = 'open'" } }
`),
  'deal.object.yml': parse(`
name: deal
enable: { trackHistory: true }
recordName: { type: autonumber, displayFormat: "D-{0000}", startNumber: 5 }
fields:
  stage: { type: select, options: [{ value: open, visibleWhen: "amount > 1" }, won, lost], defaultValue: open, requiredWhen: "amount > 1", readonlyWhen: "amount > 2", visibleWhen: "amount > 3", dependsOn: [amount], trackHistory: true }
  amount: { type: currency, scale: 2, defaultValue: { dialect: cel, source: "1 + 1" } }
  code: { type: text }
  lines: { type: json }
  number: { type: autonumber, autonumberFormat: "{YYYY}-{000}", startNumber: 3 }
  account: { type: lookup, reference: account }
  twice: { type: formula, expression: "amount * 2", returnType: currency, scale: 2 }
stateMachines:
  stage:
    initial: open
    states:
      open: { on: { WIN: { target: won, cond: "record.amount > 0", actions: [{ assign: { code: "x" } }], meta: { label: L } }, LOSE: lost } }
      won: { type: final, entry: { assign: { code: "=UPPER(code)" } } }
      lost: { on: { AGAIN: open }, exit: [{ type: field_update, field: code, value: y }] }
validations:
  - { name: a, type: script, condition: "amount > 5", message: m, severity: warning, events: [insert], priority: 4, active: true }
  - { name: b, type: format, field: code, regex: "^[a-z]+$", message: m }
  - { name: c, type: json_schema, field: lines, schema: { type: object, properties: { a: { type: string } } }, message: m }
  - { name: d, type: unique, fields: [code], scope: "stage = 'open'", caseSensitive: false, message: m }
  - { name: e, type: state_machine, field: stage, transitions: { open: [won] }, initialStates: [open], message: m }
  - { name: f, type: conditional, when: "amount > 1", then: { type: script, condition: "amount > 2" }, otherwise: { type: format, field: code, format: email }, message: m }
  - { name: g, type: async, validatorUrl: "https://example.com", method: POST, headers: { a: b }, params: { x: 1 }, timeout: 100, field: code, message: m }
  - { name: h, type: custom, handler: x, params: { a: 1 }, field: code, message: m }
hooks:
  - { name: i, events: [beforeInsert], condition: "amount > 1", priority: 3, onError: abort, actions: [{ assign: { code: "=UPPER(code)" } }, { stop: { message: no, field: code, when: "amount > 2" } }] }
  - { name: j, events: [afterUpdate], handler: y }
  - { name: k, events: [beforeUpdate], body: { language: expression, source: "code = UPPER(code)" } }
`),
};

type Path = readonly string[];
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function pathsIn(value: unknown, path: Path = []): readonly Path[] {
  const own = path.length > 1 && path[1] !== 'name' ? [path] : [];
  return [...own, ...(isObject(value) ? Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, [...path, key])) : [])];
}

/** The definitions with something else in one place; undefined leaves it out. */
function withWrong([key = '', ...rest]: Path, value: unknown, whole: unknown): unknown {
  const copy: unknown = Array.isArray(whole) ? [...(whole as readonly unknown[])] : { ...(whole as object) };
  if (rest.length > 0) Object.assign(copy as object, { [key]: withWrong(rest, value, (whole as Record<string, unknown>)[key]) });
  else if (value !== undefined) Object.assign(copy as object, { [key]: value });
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else Reflect.deleteProperty(copy as object, key);
  return copy;
}

const wrong = [null, 5, -1.5, 'x', '', [], {}, [null], [5], { a: 1 }, { a: null }, true, 'amount', '((', '1 +', [[]], [{}], 9e16, '\u0000', 'a'.repeat(11_000), { type: 'x' }, '__proto__', 'constructor', undefined];

it('whatever stands in a definition, mistakes are told with their file and line', () => {
  const files = (definitions: Readonly<Record<string, unknown>>) => Object.fromEntries(Object.entries(definitions).map(([file, value]) => [file, stringify(value)]));
  expect(diagnose(files(right), [rules()])).toEqual([]);
  let mistakes = 0;
  fc.assert(
    fc.property(fc.constantFrom(...pathsIn(right)), fc.constantFrom<unknown>(...wrong), (path, value) => {
      const found = diagnose(files(withWrong(path, value, right) as Readonly<Record<string, unknown>>), [rules()]);
      mistakes += found.length;
      expect(found.filter(({ file, line }) => !(file in right) || line === undefined)).toEqual([]);
    }),
    { numRuns: runs },
  );
  expect(mistakes).toBeGreaterThan(runs / 2);
}, 600_000);
