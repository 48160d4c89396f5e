import { describe, expect, it } from 'vitest';
import { compileCatalog } from '../../../src/metadata/compile.ts';
import { DefinitionError } from '../../../src/metadata/diagnostic.ts';
import { fieldTypes } from '../../../src/metadata/field-types/index.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { users } from '../../../src/plugins/users/index.ts';

const account = `
name: account
sharingModel: private
fields:
  name: { type: text }
  status: { type: select, options: [Open, Closed] }
  amount: { type: currency }
  active: { type: boolean }
  parent: { type: lookup, reference: account }
  pin: { type: text, internal: true }
  owner: { type: user }
`;

/** Problems of the definitions as they are printed, first lines only. */
function problemsOf(files: Readonly<Record<string, string>>): readonly string[] {
  const all = Object.entries({ 'account.object.yml': account, ...files }).map(([file, text]) => ({ file, text }));
  const show = (diagnostics: readonly { file: string; line: number | undefined; column: number | undefined; message: string }[]) =>
    diagnostics.map(({ file, line, column, message }) => `${file}:${line ?? '-'}:${column ?? '-'} ${message}`);
  try {
    return show(compileCatalog({ files: all, plugins: [users(), permissions()], fieldTypes }).diagnostics);
  } catch (error) {
    if (error instanceof DefinitionError) return show(error.diagnostics);
    throw error;
  }
}

const set = (rest: string): Record<string, string> => ({ 'a.permission.yml': `name: a\n${rest}` });
const policy = (using: unknown): Record<string, string> => ({ 'p.policy.yml': `name: p\nobject: account\nusing: ${JSON.stringify(using)}\n` });

describe('definitions of rights', () => {
  it.each<[string, Record<string, string>]>([
    ['a permission set', set('objects: { account: { allowRead: true, viewAllRecords: true } }\nfields: { account.amount: { readable: true } }\nsystemPermissions: [manage_users]')],
    ['other spellings', set('objectPermissions: { account: { canRead: true, update: true, modifyAllData: false } }\nfls: { account: { amount: { read: true, edit: true } } }\nrls: [{ name: p, object: account, using: active }]')],
    ['the layout of one object', { 'a.permission.yml': "name: a\nobjectName: account\nprofiles: { sales: { allowRead: true, viewFilters: { owner: '{{ userId }}' } } }\nfieldPermissions: { amount: { visibleTo: [sales], editableBy: [] } }" }],
    ['nested roles', { 'tree.role.yml': 'roles: [{ name: boss }, { name: rep, parentRole: boss }]' }],
    ['older sharing rules', { 'r.role.yml': 'name: boss', 's.sharing.yml': 'name: s\nobjectName: account\ntype: criteria_based\ncriteria: { status: open }\naccessLevel: read_write\nsharedWithType: role\nsharedWithValues: [boss]' }],
    ['masks of phone numbers, and of addresses', { 'x.extension.yml': 'extend: account\nfields:\n  phone: { type: phone, maskingRule: { preset: phone } }\n  mail: { type: email, maskingRule: { strategy: nullify } }\n  site: { type: url, maskingRule: { strategy: nullify } }\n  address_text: { type: text, maskingRule: { preset: email } }' }],
    ['sharing by owner', { 'r.role.yml': 'name: boss', 's.sharing.yml': 'name: s\nobject: account\nownedBy: { type: role, value: boss }\nsharedWith: [{ type: user, value: ada@example.com }]' }],
  ])('%s loads', (_name, files) => {
    expect(problemsOf(files)).toEqual([]);
  });

  it('end plain indexes of private objects with the owner and the mark of the trash', () => {
    const indexes = '{ fields: [status, amount] }, { fields: [amount, owner] }, { fields: [amount, name], unique: true }, { fields: [active, name], partial: active }';
    const indexed = (name: string, rest: string): string => `name: ${name}\nindexes: [{ fields: [name, status], name: by_${name} }, ${indexes}]\n${rest}\nfields:\n  name: { type: text }\n  status: { type: text, index: true }\n  amount: { type: currency }\n  active: { type: boolean }\n  owner: { type: user, relatedName: ${name}s_owned }\n`;
    const files = [['private', 'enable: { trash: true }'], ['open', 'sharingModel: public_read']].map(([name = '', rest = '']) => ({ file: `${name}.object.yml`, text: indexed(name, rest) }));
    const { objects } = compileCatalog({ files, plugins: [users(), permissions()], fieldTypes }).catalog;
    const kept = ['amount, name', 'active, name'];
    const listed = (name: string): string[] => (objects.get(name)?.indexes ?? []).map(({ fields, name: own }) => `${own.startsWith(name) ? '' : `${own}: `}${fields.join(', ')}`);
    expect(listed('private').sort()).toEqual([...kept, 'amount, owner, deleted_at', 'by_private: name, status, owner, deleted_at', 'owner, id', 'status, amount, owner, deleted_at', 'status, owner, deleted_at'].sort());
    expect(listed('open').sort()).toEqual([...kept, 'amount, owner', 'by_open: name, status', 'owner, id', 'status, amount', 'status'].sort());
  });

  it.each([
    ['owner = current_user.id'], ["status == 'open' && amount >= 10"], ["status IN ('Open', 'closed') OR NOT (active = true)"], ['amount IS NOT NULL and parent.owner = {current_user_id}'.replace('{current_user_id}', "'{current_user_id}'")],
    ['10 < amount'], ['!active'], ["status NOT IN ('Open')"], ['name in current_user.groups'], ["record.name != 'x'"], ['current_user.region = name'], ['true'], ['name = status'], ['size(name) = 1'], ["session.role = 'boss' AND owner = current_user_id"],
    [{ status: 'open', amount: { $gt: 5, $lte: 10 } }], [{ $or: [{ owner: '{current_user_id}' }, { parent: { status: { $in: ['Open'] } } }] }], [{ name: { $startsWith: 'A' }, parent: null }], [{ $not: { active: true } }],
  ])('the condition %j loads', (using) => {
    expect(problemsOf(policy(using))).toEqual([]);
  });

  it.each<[unknown, string]>([
    ['ownr = current_user.id', 'account has no field "ownr"'],
    ['amount > 10 +', 'the expression ends too early'],
    ['amount >', 'the expression ends too early'],
    ["amount = 'many'", 'a number and text cannot be compared by ='],
    ["status = 'Gone'", 'account.status has no option "Gone"'],
    ['status > 1', 'an option of account.status and a number cannot be compared by >'],
    ["owner = 'ada'", '"ada" is no id'],
    ['amount = current_user.id', 'a number and an id cannot be compared by ='],
    ['name = current_user.groups', 'text and a list of texts cannot be compared by ='],
    ['previous.active', 'previous is known only where a record is written'],
    ["pin = '1'", 'account.pin cannot be compared'],
    ['sizes(name) = 1', 'there is no function sizes'],
    ['id IN (SELECT id FROM account)', 'unexpected "id"; expected ")" or ","'],
    [{ name: { $regex: 'x' } }, 'unknown operator "$regex"'],
    [{ amount: { $gt: null } }, '$gt cannot compare with null'],
    [7, 'a condition is a mapping of fields or a list'],
  ])('the condition %j is refused', (using, message) => {
    expect(problemsOf(policy(using))).toEqual([`p.policy.yml:3:1 ${message}`]);
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['unknown objects', set('objects:\n  acount: { allowRead: true }'), ['a.permission.yml:3:3 there is no object "acount"']],
    ['unknown fields', set('fields:\n  account.amont: { readable: true }'), ['a.permission.yml:3:3 account has no field "amont"']],
    ['unknown keys', set('objects:\n  account:\n    allowRaed: true'), ['a.permission.yml:4:5 unknown key "allowRaed"']],
    ['internal fields', set('fields:\n  account.pin: { readable: true }'), ['a.permission.yml:3:3 there are no rights on account.pin']],
    ['what is not enforced', set('objects:\n  account: { allowRead: true, readScope: own }'), ['a.permission.yml:3:31 "readScope" is not enforced']],
    ['purging apart from deleting', set('objects:\n  account: { allowPurge: true }'), ['a.permission.yml:3:14 restoring and purging go with the right to delete']],
    ['rights on assignments', set('objects:\n  sys_record_share: { allowRead: true }'), ['a.permission.yml:3:3 rights on sys_record_share come with the system permission "manage_sharing"']],
    ['system permissions for everybody', set('isDefault: true\nsystemPermissions: [manage_users]'), ['a.permission.yml:3:1 a set that everybody has cannot give system permissions']],
    ['system permissions for callers who are not signed in', { 'g.profile.yml': 'name: guest\nsystemPermissions: [manage_users]' }, ['g.profile.yml:2:1 the set of callers who are not signed in cannot give system permissions']],
    ['an editable field that cannot be read', set('fields:\n  account.amount: { readable: false, editable: true }'), ['a.permission.yml:3:3 account.amount cannot be editable and not readable']],
    ['names given twice', { ...set(''), 'b.profile.yml': 'name: a' }, ['a.permission.yml:1:1 there are two of the name "a"']],
    ['circles of roles', { 'r.role.yml': '- { name: a, parent: b }\n- { name: b, parent: a }' }, ['definitions:-:- the roles a → b → a form a circle']],
    ['unknown parents', { 'r.role.yml': 'name: a\nparent: boss' }, ['r.role.yml:2:1 there is no role "boss"']],
    ['unknown holders', { 'x.extension.yml': 'extend: account\nfields:\n  secret: { type: text, visible_to: [nobody] }' }, ['x.extension.yml:3:25 there is no profile, permission set or role "nobody"']],
    ['masks that make text of numbers', { 'x.extension.yml': 'extend: account\nfields:\n  size: { type: number, maskingRule: { strategy: redact } }' }, ['x.extension.yml:3:40 a field of the type number cannot be masked with redact']],
    ['control by no parent', { 'b.object.yml': 'name: b\nsharingModel: controlled_by_parent\nfields: { name: { type: text } }' }, ['b.object.yml:2:1 nothing controls the records: the object has no master_detail field']],
    ['fields of unknown objects', set('fields:\n  acount.name: { readable: true }'), ['a.permission.yml:3:3 there is no object "acount"']],
    ['policies of a set for unknown objects', set('rowLevelSecurity:\n  - { name: x, object: acount, using: active }'), ['a.permission.yml:3:16 there is no object "acount"']],
    ['policies for unknown objects', { 'p.policy.yml': 'name: p\nobject: acount\nusing: active' }, ['p.policy.yml:2:1 there is no object "acount"']],
    ['policies for unknown roles', { 'p.policy.yml': 'name: p\nobject: account\nusing: active\nroles: [boss]' }, ['p.policy.yml:4:1 there is no role "boss"']],
    ['sharing of unknown objects', { 's.sharing.yml': 'name: s\nobject: acount\ncondition: active\nsharedWith: { type: guest }' }, ['s.sharing.yml:2:1 there is no object "acount"']],
    ['sharing by unknown fields', { 's.sharing.yml': 'name: s\nobject: account\ncondition: { activ: true }\nsharedWith: { type: guest }' }, ['s.sharing.yml:3:1 account has no field "activ"']],
    ['sharing with unknown groups', { 's.sharing.yml': 'name: s\nobject: account\ncondition: active\nsharedWith: { type: group, value: team }' }, ['s.sharing.yml:4:1 there is no group "team"']],
    ['groups of unknown roles', { 'g.group.yml': 'name: g\nroles: [boss]' }, ['g.group.yml:2:1 there is no role "boss"']],
    ['the layout of one object for an unknown one', { 'a.permission.yml': 'name: a\nobjectName: acount\nprofiles: { sales: { allowRead: true } }' }, ['a.permission.yml:2:1 there is no object "acount"']],
    ['the layout of one object with unknown fields', { 'a.permission.yml': 'name: a\nobjectName: account\nprofiles: { sales: { allowRead: true } }\nfieldPermissions:\n  amont: { visibleTo: [sales] }' }, ['a.permission.yml:5:3 account has no field "amont"']],
    ['masks that are no addresses', { 'x.extension.yml': 'extend: account\nfields:\n  mail: { type: email, maskingRule: { preset: email } }' }, ['x.extension.yml:3:24 a field of the type email cannot be masked with partial']],
    ['rules for nobody', { 's.sharing.yml': 'name: s\nobject: account\ncondition: active' }, ['s.sharing.yml:1:1 nobody is named whom the records are shared with']],
    ['checks that say nothing of old records', { 'p.policy.yml': 'name: p\nobject: account\ncheck: active' }, ['p.policy.yml:3:1 "check" alone says nothing about records as they are, which all asks']],
  ])('refuses %s', (_name, files, problems) => {
    expect(problemsOf(files)).toEqual(problems);
  });

  it('warns about keys that nothing acts on', () => {
    expect(problemsOf(set('tabPermissions: { app: visible }\nsystemPermissions: [studio.access]'))).toEqual([
      'a.permission.yml:2:1 "tabPermissions": accepted by the vocabulary, but nothing acts on it',
      'a.permission.yml:3:1 nothing acts on the system permission "studio.access"',
    ]);
  });

  it('masking strategies that need a store are refused', () => {
    const [problem] = problemsOf({ 'x.extension.yml': 'extend: account\nfields:\n  secret: { type: text, maskingRule: { strategy: tokenize } }' });
    expect(problem).toMatch(/^x\.extension\.yml:3:\d+ /);
  });
});
