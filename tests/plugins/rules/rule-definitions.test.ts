import { describe, expect, it } from 'vitest';
import { DefinitionError } from '../../../src/metadata/diagnostic.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { compile } from '../../metadata/support/compile.ts';

const head = `name: deal
fields:
  name: { type: text, required: true }
  stage: { type: select, options: [Open, Won], defaultValue: open }
  start_date: { type: date }
  end_date: { type: date }
  amount: { type: number }
  data: { type: json }
  tags: { type: tags }
`;

interface Found {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** `line:column message | hint` */
function load(text: string, plugins = [rules()]): Found {
  const shown = (list: readonly { readonly severity: string; readonly line?: number | undefined; readonly column?: number | undefined; readonly message: string; readonly hint?: string | undefined }[], severity: string) =>
    list.filter((one) => one.severity === severity).map(({ line, column, message, hint }) => `${line ?? '?'}:${column ?? '?'} ${message}${hint === undefined ? '' : ` | ${hint}`}`);
  try {
    const { diagnostics } = compile({ 'deal.object.yml': `${head}${text}` }, plugins);
    return { errors: [], warnings: shown(diagnostics, 'warning') };
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return { errors: shown(error.diagnostics, 'error'), warnings: shown(error.diagnostics, 'warning') };
  }
}

const rule = (text: string): string => `validations:\n  - { name: r, message: Wrong., ${text} }\n`;
const field = (text: string): string => `  extra: ${text}\n`;

describe('definitions of validation rules', () => {
  it.each<[string, string]>([
    ['type: script, condition: "amont > 5"', '11:47 deal has no field "amont" | amont > 5\n    ^^^^^\n    Did you mean "amount"?'],
    ['type: script, condition: "amount > name"', '11:47 a number and text cannot be compared by > | amount > name\n    ^^^^^^^^^^^^^\n    Use TEXT(value) to make text of a number.'],
    ['type: script, condition: "amount"', '11:47 a condition is expected here, found a number | amount\n    ^^^^^^\n    Compare it: amount > 0.'],
    ['type: script', '11:5 a script rule needs "condition"'],
    ['type: scrip, condition: "true"', '11:33 "validations.0.type" is "scrip" | Did you mean "script"? Accepted: script, unique, state_machine, format, cross_field, json_schema, async, custom, conditional.'],
    ['type: cross_field, condition: "end_date < start_date", fields: [end_dat]', '11:97 deal has no field "end_dat" | Did you mean "end_date"?'],
    ['type: state_machine, field: stage, transitions: { open: [wonn] }', '11:90 stage has no option "wonn" | Did you mean "won"?'],
    ['type: state_machine, field: name, transitions: { a: [b] }', '11:54 name is no field with one of several options | A state machine is about a select.'],
    ['type: state_machine, field: stage, initialStates: [won], transitions: { open: [won] }', '11:68 new records begin with open, the default of stage, which is no initial state | Add it, or change the default.'],
    ['type: format, field: name', '11:5 a format rule needs "regex" or "format"'],
    ['type: format, field: name, regex: "(?<=a)b"', '11:60 the regular expression cannot be used: the pattern has a group with (?, of which only (?: is known | Accepted are characters, classes, groups, alternatives, repetition, ^ and $, as in RE2: every text is tested in linear time.'],
    ['type: format, field: amount, format: email', '11:47 amount is no text | A format rule is about a text field.'],
    ['type: json_schema, field: data, schema: { type: objekt }', '11:75 there is no type "objekt"; accepted: null, boolean, object, array, number, integer, string'],
    ['type: json_schema, field: data, schema: { properties: { a: { $ref: "#/$defs/b" } } }', '11:94 "#/$defs/b" leads nowhere; write a pointer into this schema such as #/$defs/address'],
    ['type: unique, fields: [tags]', '11:56 the values of tags cannot be told apart: it is a list'],
    ['type: unique, fields: [name], scope: "start_date < TODAY()"', '11:63 the scope of a unique rule reads stored fields of the record and nothing else | Leave out formulas, paths, LOOKUP, previous, the caller and the time.'],
    ['type: async, field: name', '11:5 an async rule names either "validatorUrl" or "validatorFunction"'],
    ['type: async, validatorUrl: "http://127.0.0.1/x"', '11:46 127.0.0.1 is an address of the own machine or network, which rules may not ask | Set rules.allowPrivateAddresses in objectos.config.yml when that is meant.'],
    ['type: async, validatorUrl: "ftp://x"', '11:46 "ftp://x" is no address of a service | Write an absolute one: https://example.com/check.'],
    ['type: conditional, when: "stage = \'lost\'", then: { type: script, condition: "true" }', '11:52 deal.stage has no option "lost" | stage = \'lost\'\n            ^^^^^^\n    Accepted: open, won.'],
    ['type: conditional, when: "amount > 5", then: { type: script, condition: "amont > 5" }', '11:94 deal has no field "amont" | amont > 5\n    ^^^^^\n    Did you mean "amount"?'],
  ])('%s is refused', (text, problem) => {
    expect(load(rule(text)).errors).toEqual([problem]);
  });

  it.each<[string, string]>([
    ['{ type: text, requiredWhen: "amont > 5" }', '10:24 deal has no field "amont" | amont > 5\n    ^^^^^\n    Did you mean "amount"?'],
    ['{ type: text, readonlyWhen: "stage = \'lost\'" }', '10:24 deal.stage has no option "lost" | stage = \'lost\'\n            ^^^^^^\n    Accepted: open, won.'],
    ['{ type: text, visibleWhen: "name" }', '10:24 a condition is expected here, found text | name\n    ^^^^\n    Compare it, or test it with ISBLANK().'],
    ['{ type: select, options: [{ value: a, visibleWhen: "stag" }] }', '10:48 deal has no field "stag" | stag\n    ^^^^\n    Did you mean "stage"?'],
    ['{ type: text, dependsOn: [stag] }', '10:36 deal has no field "stag" | Did you mean "stage"?'],
    ['{ type: formula, expression: amount, requiredWhen: "true" }', '10:47 a formula is never written | Remove "requiredWhen".'],
    ['{ type: composite, fields: { a: { type: text, requiredWhen: "true" } } }', '10:56 "requiredWhen" works on fields of the object, not on parts of a value | Write a validation rule for the whole value.'],
    ['{ type: number, defaultValue: { dialect: cel, source: "name" } }', '10:26 a number is expected here, found text | name\n    ^^^^'],
    ['{ type: number, defaultValue: { dialect: cel, source: "extra + 1" } }', '10:26 the defaults go in a circle: extra → extra | Let one of them read fields that are given.'],
    ['{ type: number, defaultValue: { dialect: cel, source: "previous.amount" } }', '10:26 previous is known only where a record is written | previous.amount\n    ^^^^^^^^'],
    ['{ type: json, defaultValue: { dialect: cel, source: "amount" } }', '10:24 the default of a json cannot be an expression | Write a literal, or set the value in a hook.'],
  ])('a field %s is refused', (text, problem) => {
    expect(load(field(text)).errors).toEqual([problem]);
  });

  it('warns where a rule seems to say what is wanted', () => {
    const warnings = (condition: string, message: string) => load(`validations:\n  - { name: r, type: cross_field, condition: "${condition}", message: "${message}" }\n`).warnings.length;
    expect(warnings('end_date > start_date', 'The end date must be after the start date.')).toBe(1);
    expect(warnings('start_date < end_date', 'The end date must be after the start date.')).toBe(1);
    expect(warnings('amount > 0', 'The amount must be greater than zero.')).toBe(1);
    expect(warnings('end_date < start_date', 'The end date must be after the start date.')).toBe(0);
    expect(warnings('start_date > end_date', 'The end date must be after the start date.')).toBe(0);
    expect(warnings('amount <= 0', 'The amount must be greater than zero.')).toBe(0);
    expect(warnings('amount > 100', 'The amount must not exceed 100.')).toBe(0);
    expect(warnings('end_date < start_date', 'The end comes before the start.')).toBe(0);
  });

  it('warns about keys that have no effect', () => {
    expect(load(rule('type: script, condition: "amount < 0", severty: info')).warnings).toEqual(['11:72 unknown key "severty"; nothing acts on it | Did you mean "severity"?']);
    expect(load(rule('type: script, condition: "amount < 0", regex: a')).warnings).toEqual(['11:72 "regex" has no meaning for a script rule; nothing acts on it']);
    expect(load(rule('type: format, field: name, format: email, events: [delete]')).warnings).toEqual(['11:75 a format rule has nothing to say of a record that is deleted']);
    expect(load(rule('type: unique, fields: [name], case_sensitive: false')).warnings).toEqual([]);
  });

  it('says that nothing acts on rules without the plugin', () => {
    expect(load(`${field('{ type: select, defaultValue: { dialect: cel, source: name }, requiredWhen: "true", options: [{ value: a, visibleWhen: "true" }] }')}${rule('type: script, condition: "true"')}`, []).warnings.map((line) => line.replace(/: accepted.*/, ''))).toEqual([
      '10:72 "requiredWhen", "defaultExpression"', '10:116 "options.0.visibleWhen"', '11:1 "validations"',
    ]);
  });

  it('refuses two rules of one name', () => {
    expect(load('validations:\n  - { name: r, type: script, condition: "amount < 0", message: x }\n  - { name: r, type: script, condition: "amount < 0", message: x }\n').errors).toEqual(['12:7 the rule "r" is defined twice']);
  });
});
