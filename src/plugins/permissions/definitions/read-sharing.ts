import { principalTypes, type Level, type Principal, type SharingRule } from '../rules.ts';
import { suggest } from '../../../metadata/nearest.ts';
import { objectNamed, readCondition } from './object-name.ts';
import { checkRole, type Draft } from './read-rules.ts';
import { isMapping, Reader } from '../../../metadata/definitions/reader.ts';

const levelSpellings: Readonly<Record<string, Level>> = { read: 'read', read_only: 'read', edit: 'edit', read_write: 'edit', full: 'full' };
const typeSpellings: Readonly<Record<string, 'owner' | 'criteria'>> = { owner: 'owner', owner_based: 'owner', criteria: 'criteria', criteria_based: 'criteria' };
const principalSpellings: Readonly<Record<string, Principal['type']>> = {
  ...Object.fromEntries(principalTypes.map((type) => [type, type])), position: 'role', team: 'group', roles_and_subordinates: 'role_and_subordinates',
} as Readonly<Record<string, Principal['type']>>;

/** `{ name, object, type, condition, ownedBy, accessLevel, sharedWith, active }` */
export function readSharingRule(reader: Reader, draft: Draft): void {
  const { catalog } = draft;
  const name = reader.required('name');
  const object = objectNamed(catalog, reader, 'object', reader.required('object', 'objectName'));
  const condition = readCondition(reader, catalog, object, 'condition', 'criteria', 'filter');
  const ownedBy = principals(reader, draft, 'ownedBy', ['ownedByType', 'ownedByValues']);
  const type = reader.oneOf(typeSpellings, 'type', 'ruleType') ?? (ownedBy.length > 0 ? 'owner' : 'criteria');
  const level = reader.oneOf(levelSpellings, 'accessLevel', 'access', 'level') ?? 'read';
  const sharedWith = principals(reader, draft, 'sharedWith', ['sharedWithType', 'sharedWithValues']);
  const active = reader.flag(true, 'active', 'isActive', 'enabled');
  reader.skip('label', 'description');
  reader.idle('priority');
  reader.end();
  if (!object) return;
  if (sharedWith.length === 0) reader.error([], 'nobody is named whom the records are shared with', 'Give sharedWith: { type: role, value: … }.');
  if (type === 'criteria' && !condition) reader.error([], 'a rule by criteria needs a condition');
  if (type === 'owner' && ownedBy.length === 0) reader.error([], 'a rule by owner needs ownedBy: { type, value }');
  if (type === 'owner' ? condition : ownedBy.length > 0) reader.error([], 'a rule goes by owner or by criteria, not by both', 'Make two rules of it.');
  const known = draft.sharing.get(object.name) ?? [];
  if ([...draft.sharing.values()].flat().some((rule) => rule.name === name)) reader.error(['name'], `there are two sharing rules of the name "${name}"`, 'Rename one of them.');
  if (!active) return;
  const records: SharingRule['records'] = type === 'owner' ? { kind: 'owner', ownedBy } : { kind: 'criteria', filter: condition ?? { kind: 'always', value: false } };
  draft.sharing.set(object.name, [...known, { name, object: object.name, level, sharedWith, records }]);
}

function principals(reader: Reader, draft: Draft, key: string, [typeKey, valuesKey]: readonly [string, string]): readonly Principal[] {
  const list = reader.raw(key);
  const values = reader.texts(valuesKey);
  const type = reader.oneOf(principalSpellings, typeKey);
  const found = values && type ? values.map((value) => ({ type, value })) : [];
  if ((values === undefined) !== (type === undefined)) reader.error([], `"${typeKey}" and "${valuesKey}" go together`);
  const given = list === undefined ? [] : Array.isArray(list.value) ? list.value : [list.value];
  const all = [...found, ...given.flatMap((value: unknown, index) => principal(reader, value, Array.isArray(list?.value) ? [key, index] : [key]))];
  for (const one of all) check(reader, draft, key, one);
  return all;
}

function principal(reader: Reader, value: unknown, at: readonly (string | number)[]): readonly Principal[] {
  if (!isMapping(value)) {
    reader.error(at, 'must be { type, value }');
    return [];
  }
  const inner = new Reader(value, [...reader.path, ...at], reader.subject, reader.report);
  const type = inner.oneOf(principalSpellings, 'type');
  const name = type === 'guest' ? (inner.text('value') ?? '') : inner.required('value');
  inner.end();
  return type ? [{ type, value: name }] : [];
}

function check(reader: Reader, draft: Draft, key: string, { type, value }: Principal): void {
  const report = (message: string, hint?: string): void => { reader.error([key], message, hint); };
  if (type === 'role' || type === 'role_and_subordinates') checkRole(draft, value, report);
  if (type === 'group') {
    draft.later.push(() => {
      if (!draft.groups.has(value)) report(`there is no group "${value}"`, suggest(value, [...draft.groups.keys()]));
    });
  }
  if (type === 'guest' && key === 'ownedBy') report('guests own no records');
}
