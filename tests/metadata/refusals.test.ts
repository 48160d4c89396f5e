import { describe, expect, it } from 'vitest';
import { problems } from './support/compile.ts';
import type { Files } from './support/compile.ts';

const user = { 'user.object.yml': 'name: sys_user\nfields:\n  name: text\n' };
const account = { 'account.object.yml': 'name: account\nfields:\n  name: text\n' };

/** A wrong definition, and every problem it must give: no more, no less. */
const cases: readonly (readonly [string, Files, readonly string[]])[] = [
  ['a file that is not YAML', { 'a.object.yml': 'name: a\nfields: [\n' }, ['a.object.yml:3:1 error : The file is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]']],
  ['a key given twice in YAML', { 'a.object.yml': 'name: a\nname: b\n' }, ['a.object.yml:2:1 error : The file is not valid YAML: Map keys must be unique']],
  ['a file that is not JSON', { 'a.object.json': '{"name": "a"' }, ['a.object.json:1:13 error : The file is not valid JSON: Flow map must end with a }']],
  ['a definition that is no mapping', { 'a.object.yml': '- 1\n' }, ['a.object.yml:1:1 error a: must be a mapping of keys, found [1]']],
  ['an unknown type', { 'a.object.yml': 'name: a\nfields:\n  b: { type: selct }\n' }, ['a.object.yml:3:8 error a.b: there is no field type "selct" | Did you mean "select"?']],
  ['a type of another system', { 'a.object.yml': 'name: a\nfields:\n  b: { type: string }\n' }, ['a.object.yml:3:8 error a.b: there is no field type "string" | Use "text".']],
  ['a wrong value', { 'a.object.yml': 'name: a\nfields:\n  b:\n    type: text\n    required: yes please\n' }, ['a.object.yml:5:5 error a.b: "required" must be true or false, found "yes please"']],
  ['a wrong choice', { ...account, 'a.object.yml': 'name: a\nfields:\n  b: { type: lookup, reference: account, deleteBehavior: cascad }\n' }, [
    'a.object.yml:3:42 error a.b: "deleteBehavior" is "cascad" | Did you mean "cascade"? Accepted: set_null, cascade, restrict.',
  ]],
  ['a wrong value deep inside', { 'a.object.yml': 'name: a\nfields:\n  b:\n    type: select\n    options:\n      - { value: x, color: 7 }\n' }, ['a.object.yml:6:21 error a.b: "options.0.color" must be text, found 7']],
  ['unknown keys', { 'a.object.yml': 'name: a\nlable: A\nfields:\n  b: { type: text, requred: true, zzzzzz: 1 }\n' }, [
    'a.object.yml:2:1 warning a: unknown key "lable"; it is kept and nothing acts on it | Did you mean "label"?',
    'a.object.yml:4:20 warning a.b: unknown key "requred"; it is kept and nothing acts on it | Did you mean "required"?',
    'a.object.yml:4:35 warning a.b: unknown key "zzzzzz"; it is kept and nothing acts on it',
  ]],
  ['keys of another type', { 'a.object.yml': 'name: a\nfields:\n  b: { type: boolean, maxLength: 3 }\n' }, ['a.object.yml:3:23 warning a.b: "maxLength" has no meaning for the type boolean; it is kept and nothing acts on it']],
  ['an alias beside the key it means', { ...account, 'a.object.yml': 'name: a\nfields:\n  b: { type: lookup, reference: account, reference_to: contact }\n' }, [
    'a.object.yml:3:42 error a.b: "reference_to" means "reference", which is given too | Keep "reference".',
  ]],
  ['a dangling reference', { ...account, 'a.object.yml': 'name: a\nfields:\n  b: { type: lookup, reference: acount }\n' }, ['a.object.yml:3:22 error a.b: there is no object "acount" to point to | Did you mean "account"?']],
  ['a lookup to nothing', { 'a.object.yml': 'name: a\nfields:\n  b: { type: lookup }\n' }, ['a.object.yml:3:3 error a.b: a lookup needs "reference", the object that it points to | Write reference: account.']],
  ['a user field without users', { 'a.object.yml': 'name: a\nfields:\n  b: { type: user }\n' }, ['a.object.yml:3:8 error a.b: a user points to the object "sys_user", which nothing brings | Use the identity plugin, or define the object.']],
  ['a circle of master_detail', {
    'a.object.yml': 'name: a\nfields:\n  to: { type: master_detail, reference: b }\n',
    'b.object.yml': 'name: b\nfields:\n  ta: { type: master_detail, reference: a }\n',
  }, ['b.object.yml:3:9 error b.ta: master_detail fields go in a circle: a.to → b, b.ta → a | Make one of them a lookup.']],
  ['a master of itself', { 'a.object.yml': 'name: a\nfields:\n  up: { type: master_detail, reference: a }\n' }, ['a.object.yml:3:9 error a.up: master_detail fields go in a circle: a.up → a | Use the type tree for a hierarchy of one object.']],
  ['an object defined twice', { 'one.object.yml': 'name: account\nfields: {}\n', 'two.object.yml': 'label: x\nname: account\nfields: {}\n' }, [
    'two.object.yml:2:1 error account: the object "account" is defined already: account (one.object.yml:1) | Rename one, or write "extend" instead of "name" in the one that adds to the other.',
  ]],
  ['an extension of nothing', { ...account, 'x.object.yml': 'extend: acount\n' }, ['x.object.yml:1:1 error acount: there is no object "acount" to extend | Did you mean "account"?']],
  ['a type name made twice', { ...user, 'u.object.yml': 'name: user\nfields: {}\n' }, [
    'u.object.yml:1:1 error user: the type name "User" is made twice: by the object sys_user (user.object.yml:1) and by the object user | Rename one of them.',
  ]],
  ['a type of an object and of a field', {
    'a.object.yml': 'name: deal\nfields:\n  stage: { type: select, options: [x] }\n',
    'b.object.yml': 'name: deal_stage\nfields: {}\n',
  }, ['b.object.yml:1:1 error deal_stage: the type name "DealStage" is made twice: by the field deal.stage (a.object.yml:3) and by the object deal_stage | Rename one of them.']],
  ['an object named like a shared type that is in use', {
    'a.object.yml': 'name: shop\nfields:\n  place: { type: location }\n',
    'b.object.yml': 'name: location\nfields: {}\n',
  }, ['a.object.yml:3:3 error shop.place: the type name "Location" is made twice: by the object location (b.object.yml:1) and by the fields of the shared type Location | Rename one of them.']],
  ['an object named like a type of the platform', { 'a.object.yml': 'name: query\nfields: {}\n' }, [
    'a.object.yml:1:1 error query: the root field "query" is reserved by the platform (the object query) | Rename the object.',
    'a.object.yml:1:1 error query: the type name "Query" is reserved by the platform (the object query) | Rename one of them.',
  ]],
  ['a field named by GraphQL for filters', { 'a.object.yml': 'name: a\nfields:\n  and: text\n' }, ['a.object.yml:3:3 error a.and: the field name "and" is reserved by the platform (the field a.and) | Rename the field.']],
  ['fields of the platform', { 'a.object.yml': 'name: a\nfields:\n  version: text\n  created_at: datetime\n' }, [
    'a.object.yml:3:3 error a.version: the name "version" is reserved: every object has this field of the platform | Rename the field.',
    'a.object.yml:4:3 warning a.created_at: the platform keeps "created_at" itself; this definition is left out | Remove it.',
  ]],
  ['a name that is none', { 'a.object.yml': 'name: a\nfields:\n  Annual Revenue: text\n' }, [
    'a.object.yml:3:3 error a.Annual Revenue: "Annual Revenue" is not a field name: lower-case letters, digits and underscores, no digit first, not two underscores first | Use "annual_revenue".',
  ]],
  ['a type that GraphQL cannot name', { 'a.object.yml': 'name: sys_2fa\nfields: {}\n' }, ['a.object.yml:1:1 error sys_2fa: the type of "sys_2fa" would be named "2fa", which is no name in GraphQL | Rename the object.']],
  ['a collection that GraphQL cannot name', { ...account, 'a.object.yml': 'name: a\nfields:\n  b: { type: lookup, reference: account, relatedName: 2 things }\n' }, [
    'a.object.yml:3:42 error a.b: "2 things" cannot name a collection: letters, digits and underscores, no digit first',
  ]],
  ['keys that JavaScript knows', { 'a.object.yml': 'name: a\n__proto__: { x: 1 }\nconstructor: 1\nfields:\n  constructor: text\n  to_string: text\n' }, [
    'a.object.yml:2:1 error a: "__proto__" cannot be a key | Remove it.',
    'a.object.yml:3:1 warning a: unknown key "constructor"; it is kept and nothing acts on it',
  ]],
  ['two fields with one name in the API', { 'a.object.yml': 'name: a\nfields:\n  line_1: text\n  line1: text\n' }, [
    'a.object.yml:4:3 error a.line1: the field name "line1" is made twice: by the field a.line_1 (a.object.yml:3) and by the field a.line1 | Rename the field.',
  ]],
  ['a collection named like a field', { 'a.object.yml': 'name: a\nfields:\n  bs: text\n', 'b.object.yml': 'name: b\nfields:\n  a: { type: lookup, reference: a }\n' }, [
    'b.object.yml:3:3 error b.a: the field name of A "bs" is made twice: by the field a.bs (a.object.yml:3) and by the collection that b.a gives a | Give b.a a "relatedName".',
  ]],
  ['options that become one enum value', { 'a.object.yml': 'name: a\nfields:\n  b:\n    type: select\n    options: [{ value: In Use }, { value: in_use }]\n' }, [
    'a.object.yml:5:34 error a.b: the options "In Use" and "in_use" both become the enum value IN_USE | Change the value of one of them.',
  ]],
  ['an option given twice', { 'a.object.yml': 'name: a\nfields:\n  b:\n    type: select\n    options: [{ value: x }, { value: x }]\n' }, ['a.object.yml:5:29 error a.b: the option "x" is given twice']],
  ['a default that is no option', { 'a.object.yml': 'name: a\nfields:\n  b:\n    type: select\n    options: [{ value: x }]\n    defaultValue: y\n' }, [
    'a.object.yml:6:5 error a.b: the default is not an accepted value: Expected one of x, found "y".',
  ]],
  ['set_null on a required lookup', { ...account, 'a.object.yml': 'name: a\nfields:\n  b: { type: lookup, reference: account, required: true, deleteBehavior: set_null }\n' }, [
    'a.object.yml:3:58 error a.b: a required reference cannot become null when its record is deleted | Use cascade or restrict.',
  ]],
  ['unknown fields in indexes, search and nameField', {
    'a.object.yml': 'name: a\nnameField: nme\nindexes:\n  - fields: [name, code]\nsearch:\n  fields: [nam]\nfields:\n  name: text\n',
  }, [
    'a.object.yml:2:1 error a: "nameField" names "nme", which is no field of a | Did you mean "name"?',
    'a.object.yml:4:20 error a: the index names "code", which is no field of a | Accepted: created_at, created_by, id, name, updated_at, updated_by, version.',
    'a.object.yml:6:12 error a: the search names "nam", which is no field of a | Did you mean "name"?',
  ]],
  ['unique on a list', { 'a.object.yml': 'name: a\nfields:\n  b: { type: tags, unique: true }\n' }, ['a.object.yml:3:20 error a.b: a list cannot be unique | Remove "unique".']],
  ['a former name in use', { 'a.object.yml': 'name: a\nfields:\n  b: text\n  c: { type: text, renamedFrom: b }\n' }, [
    'a.object.yml:4:20 error a.c: "renamedFrom" names "b", which is still in use: a.b (a.object.yml:3) | Remove renamedFrom, or rename the other.',
  ]],
  ['a file of no kind', { 'notes.yml': 'a: 1\n', 'a.objct.yml': 'name: a\n' }, [
    'a.objct.yml warning : nothing reads files of the kind "objct" | Did you mean "object"? Kinds: *.object.yml, *.extension.yml, *.data.yml.',
    'notes.yml warning : the file has no kind in its name and is not read | Kinds: *.object.yml, *.extension.yml, *.data.yml.',
  ]],
  ['a computed field that nothing computes', { 'a.object.yml': 'name: a\nindexes: [{ fields: [total] }]\nfields:\n  total: { type: formula, formula: "1 + 1" }\n' }, [
    'a.object.yml:2:22 warning a: the index names "total", which is left out because nothing computes it',
    'a.object.yml:4:12 warning a.total: nothing computes fields of the type formula; the field is left out | Turn on the plugin that does: plugins: [rules] in objectos.config.yml.',
  ]],
  ['keys that nothing acts on, in one line', { 'a.object.yml': 'name: a\nsharingModel: private\nvalidations: [{ name: x }]\nrecordTypes: []\nfields:\n  b: { type: text, requiredWhen: "c = 1" }\n' }, [
    'a.object.yml:2:1 warning a: "sharingModel", "validations": accepted by the vocabulary, but nothing acts on them | Turn on the plugins that do: plugins: [rules, permissions] in objectos.config.yml.',
    'a.object.yml:6:20 warning a.b: "requiredWhen": accepted by the vocabulary, but nothing acts on it | Turn on the plugin that does: plugins: [rules] in objectos.config.yml.',
  ]],
  ['seed data of nothing', { ...account, 'acount.data.yml': '- name: x\n', 'account.data.yml': 'object: account\nexternalId: nme\nrecords:\n  - { name: x, nam: y }\n' }, [
    'account.data.yml:2:1 error data of account: "externalId" names "nme", which is no field of account | Did you mean "name"?',
    'account.data.yml:4:16 error data of account: "nam" is no field of account | Did you mean "name"?',
    'acount.data.yml:1:1 error data of acount: there is no object "acount" | Did you mean "account"?',
  ]],
];

it('types of fields that share a type in the API stand side by side', () => {
  expect(problems({ 'a.object.yml': 'name: a\nfields:\n  x: { type: image }\n  y: { type: file }\n  z: { type: video }\n' })).toEqual([]);
});

it('objects may be called service, location or address where nothing else is', () => {
  expect(problems(Object.fromEntries(['service', 'location', 'address', 'entity', 'case', 'order', 'user'].map((name) => [`${name}.object.yml`, `name: ${name}\nfields: {}\n`])))).toEqual([]);
});

describe('a definition without the plugin that it is written for', () => {
  const turnOn = 'Turn on the plugin that does: plugins: [rules] in objectos.config.yml.';
  const idle = (keys: readonly string[]): string => `${keys.map((key) => `"${key}"`).join(', ')}: accepted by the vocabulary, but nothing acts on ${keys.length === 1 ? 'it' : 'them'} | ${turnOn}`;
  it.each([
    ['validations: [{ name: a, type: script, condition: "true", message: x }]', `3:1 warning deal: ${idle(['validations'])}`],
    ['stateMachines: { stage: { initial: a, states: { a: {} } } }', `3:1 warning deal: ${idle(['stateMachines'])}`],
    ['stateMachine: { field: stage, states: { a: {} } }', `3:1 warning deal: ${idle(['stateMachine'])}`],
    ['hooks: [{ name: h, events: [beforeInsert], actions: [{ stop: x }] }]', `3:1 warning deal: ${idle(['hooks'])}`],
    ['enable: { trackHistory: true, files: true }', `3:11 warning deal.enable: "trackHistory", "files": accepted by the vocabulary, but nothing acts on them | For "trackHistory" turn on: plugins: [rules] in objectos.config.yml.`],
    ['recordName: { type: autonumber, displayFormat: "D-{0}" }', `3:15 warning deal.name: nothing computes fields of the type autonumber; the field is left out | ${turnOn}`],
  ])('says so of %s', (line, expected) => {
    expect(problems({ 'deal.object.yml': `name: deal\nfields: { stage: { type: select, options: [a] } }\n${line}\n` })).toContain(`deal.object.yml:${expected}`);
  });

  it.each([
    ['type: text, trackHistory: true', idle(['trackHistory'])],
    ['type: text, requiredWhen: "true", readonlyWhen: "true", visibleWhen: "true"', idle(['requiredWhen', 'readonlyWhen', 'visibleWhen'])],
    ['type: text, dependsOn: [a], dependencies: [a]', idle(['dependsOn', 'dependencies'])],
    ['type: select, options: [{ value: a, visibleWhen: "true" }]', idle(['options.0.visibleWhen'])],
    ['type: number, defaultValue: { dialect: cel, source: "1" }', idle(['defaultExpression'])],
    ['type: formula, expression: "1"', `nothing computes fields of the type formula; the field is left out | ${turnOn}`],
    ['type: summary, summaryOperations: { object: deal, function: count }', `nothing computes fields of the type summary; the field is left out | ${turnOn}`],
    ['type: autonumber', `nothing computes fields of the type autonumber; the field is left out | ${turnOn}`],
  ])('says so of a field with %s', (field, expected) => {
    expect(problems({ 'deal.object.yml': `name: deal\nfields:\n  a: { ${field} }\n` })).toEqual([expect.stringContaining(`warning deal.a: ${expected}`)]);
  });

  it.each(['hook', 'state'])('says so of *.%s.yml', (kind) => {
    expect(problems({ [`a.${kind}.yml`]: 'name: a\n' })).toEqual([`a.${kind}.yml warning : nothing reads files of the kind "${kind}" | ${turnOn}`]);
  });
});

describe('a definition is refused with place, finding and advice', () => {
  it.each(cases)('%s', (_title, files, expected) => {
    expect(problems(files)).toEqual(expected);
  });

  it('reports all problems of all files at once', () => {
    const found = problems({
      'a.object.yml': 'name: a\nfields:\n  x: { type: nope }\n  y: { type: lookup, reference: nowhere }\n',
      'b.object.yml': 'name: b\nactive: 3\nfields: 4\n',
    });
    expect(found.map((line) => line.split(' ')[0])).toEqual(['a.object.yml:3:8', 'a.object.yml:4:22', 'b.object.yml:2:1', 'b.object.yml:3:1']);
  });
});
