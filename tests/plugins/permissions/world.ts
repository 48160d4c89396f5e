import fc from '../../support/fast-check.ts';
import type { Change } from './changes.ts';
import type { Question } from './questions.ts';

/** A small company: who there is, what there is, and every kind of rule. Indexes name things; `undefined` is "none". */
export interface World {
  /** The plugin tenancy keeps the records of organizations apart. */
  readonly tenancy: boolean;
  readonly model: 'private' | 'public_read' | 'public_read_write' | 'full';
  /** Parent of each role: an earlier one. */
  readonly parents: readonly (number | undefined)[];
  readonly people: readonly Person[];
  /** Roles of further users, who own nothing and do nothing, so that lists of users become long. */
  readonly crowd: readonly number[];
  /** Roles whose holders are in the group, beside its members. */
  readonly teamRoles: readonly number[];
  readonly sets: readonly SetPlan[];
  readonly policies: readonly { readonly condition: Condition; readonly check: Condition | undefined; readonly operation: 'select' | 'insert' | 'update' | 'delete' | 'all'; readonly role: number | undefined }[];
  readonly sharing: readonly { readonly condition: Condition | undefined; readonly ownedBy: Who; readonly sharedWith: Who; readonly level: 'read' | 'edit' | 'full' }[];
  readonly shares: readonly { readonly deal: number; readonly with: Who & { readonly type: 'user' | 'group' | 'role' }; readonly level: 'read' | 'edit'; readonly expired: boolean; readonly within?: Org | undefined }[];
  /** `visible_to` and `editable_by`. */
  readonly fields: Readonly<Record<FieldKey, { readonly visibleTo: readonly Holder[] | undefined; readonly editableBy: readonly Holder[] | undefined }>>;
  readonly mask: { readonly strategy: 'redact' | 'partial' | 'hash' | 'nullify'; readonly roles: readonly Holder[] | undefined; readonly exempt: readonly Holder[] } | undefined;
  readonly seesPeople: boolean;
  readonly deals: readonly DealPlan[];
  readonly notes: readonly { readonly deal: number | undefined; readonly creator: number | undefined; readonly trashed: boolean }[];
  readonly labelModel: 'private' | 'public_read_write';
  readonly labels: readonly { readonly creator: number | undefined; readonly organization: Org }[];
  /** What people then do, one after another. */
  readonly steps: readonly { readonly person: number; readonly acting: number; readonly does: Question | Change }[];
}

export interface Person {
  readonly role: number | undefined;
  readonly sets: readonly number[];
  /** Sets that were assigned for a time that is over. */
  readonly formerSets: readonly number[];
  readonly inGroup: boolean;
  /** The organization in which the person acts, where nothing is kept apart. */
  readonly org: Org | undefined;
  /** Of which organizations the person is a member. */
  readonly orgs: readonly Org[];
  /** Where role, sets and group hold; everywhere when undefined. */
  readonly within: { readonly role?: Org | undefined; readonly sets?: Org | undefined; readonly group?: Org | undefined };
}
export interface DealPlan {
  readonly owner: number | undefined;
  readonly stage: Stage;
  readonly amount: number | undefined;
  readonly org: Org;
  /** To which the record belongs. */
  readonly organization: Org;
  readonly parent: number | undefined;
  readonly tasks: number;
  readonly labels: readonly number[];
}
export interface SetPlan {
  readonly deal: Grant;
  readonly task: Grant;
  readonly note: Grant;
  readonly label: Grant;
  readonly fields: Readonly<Record<FieldKey, FieldPlan | undefined>>;
  /** `deal.*` */
  readonly otherFields: { readonly editable: boolean } | undefined;
  readonly policy: Condition | undefined;
}
export interface Grant {
  readonly create: boolean;
  readonly read: boolean;
  readonly edit: boolean;
  readonly delete: boolean;
  readonly transfer: boolean;
  readonly viewAll: boolean;
  readonly modifyAll: boolean;
}
export interface FieldPlan {
  readonly readable: boolean;
  readonly editable: boolean;
  readonly filterable: boolean;
  readonly sortable: boolean;
  readonly aggregatable: boolean;
}
export type Stage = 'a' | 'b' | 'c';
export const orgs = ['018f0000-0000-7000-8000-00050000000a', '018f0000-0000-7000-8000-00050000000b'] as const;
export type Org = (typeof orgs)[number];
export type Condition = 'own' | 'stage a' | 'amount over 4' | 'not own' | 'my org' | 'below stage a' | 'even amount' | 'of role1';
export const fieldKeys = ['deal.amount', 'deal.secret', 'task.weight', 'note.deal', 'deal.labels'] as const;
export type FieldKey = (typeof fieldKeys)[number];
export interface Holder {
  readonly type: 'role' | 'set';
  readonly index: number;
}
export interface Who {
  readonly type: 'user' | 'group' | 'role' | 'role_and_subordinates';
  readonly index: number;
}

export const size = { roles: 4, people: 4, sets: 3, deals: 6, notes: 4, labels: 3 } as const;
const index = (below: number) => fc.nat({ max: below - 1 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>, freq = 2) => fc.option(arbitrary, { nil: undefined, freq });
const rarely = fc.nat({ max: 7 }).map((n) => n === 7);
const often = fc.nat({ max: 5 }).map((n) => n !== 5);
const mostly = <T, U>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<U>) => fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: other });
const exactly = <T>(arbitrary: fc.Arbitrary<T>, length: number) => fc.array(arbitrary, { minLength: length, maxLength: length });
const grant: fc.Arbitrary<Grant> = fc.record({ create: often, read: often, edit: often, delete: fc.boolean(), transfer: rarely, viewAll: rarely, modifyAll: rarely });
const condition = fc.constantFrom<Condition[]>('own', 'stage a', 'amount over 4', 'not own', 'my org', 'below stage a', 'even amount', 'of role1');
const who: fc.Arbitrary<Who> = fc.record({ type: fc.constantFrom('user', 'group', 'role', 'role_and_subordinates'), index: index(size.people) });
const holders = fc.uniqueArray(fc.record({ type: fc.constantFrom<Holder['type'][]>('role', 'set'), index: index(3) }), { minLength: 1, maxLength: 3, selector: ({ type, index: n }) => `${type}${n}` });
const fieldPlan: fc.Arbitrary<FieldPlan> = fc
  .record({ readable: often, editable: fc.boolean(), filterable: often, sortable: often, aggregatable: often })
  .map((plan) => (plan.readable ? plan : { readable: false, editable: false, filterable: false, sortable: false, aggregatable: false }));
const byField = <T>(arbitrary: fc.Arbitrary<T>) => exactly(arbitrary, fieldKeys.length).map((values) => Object.fromEntries(fieldKeys.map((key, n) => [key, values[n]])) as Record<FieldKey, T>);

/** Most is in the first, so that people meet there. */
const somewhere = fc.constantFrom<Org[]>(orgs[0], orgs[0], orgs[0], orgs[1]);
const within = mostly(fc.constant(undefined), somewhere);

export const worldsOf = (does: fc.Arbitrary<Question | Change>, steps: number, tenancy: fc.Arbitrary<boolean> = fc.constant(false)): fc.Arbitrary<World> => fc.record({
  tenancy,
  model: fc.constantFrom('private', 'private', 'public_read', 'public_read_write', 'public_read_write', 'full'),
  parents: fc.tuple(...Array.from({ length: size.roles }, (_, role) => (role === 0 ? fc.constant(undefined) : maybe(index(role), 5)))),
  people: exactly(fc.record({ role: maybe(index(size.roles), 5), sets: mostly(fc.uniqueArray(index(size.sets), { minLength: 1, maxLength: 2 }), fc.constant([])), formerSets: fc.uniqueArray(index(size.sets), { maxLength: 1 }), inGroup: fc.boolean(), org: somewhere, orgs: fc.uniqueArray(somewhere, { minLength: 1 }), within: fc.record({ role: within, sets: within, group: within }) }), size.people),
  crowd: fc.oneof(fc.constant([]), exactly(index(size.roles), 24)),
  teamRoles: fc.uniqueArray(index(size.roles), { maxLength: 1 }),
  sets: exactly(fc.record({ deal: grant, task: grant, note: grant, label: grant, fields: byField(maybe(fieldPlan, 2)), otherFields: fc.option(fc.record({ editable: often }), { nil: undefined, freq: 2 }), policy: maybe(condition, 3) }), size.sets),
  policies: fc.array(fc.record({ condition, check: maybe(condition), operation: fc.constantFrom('select', 'insert', 'update', 'update', 'delete', 'all', 'all'), role: maybe(index(size.roles)) }), { maxLength: 2 }),
  sharing: fc.array(fc.record({ condition: maybe(condition), ownedBy: who, sharedWith: who, level: fc.constantFrom('read', 'edit', 'full') }), { maxLength: 3 }),
  shares: fc.array(fc.record({ deal: index(size.deals), with: fc.record({ type: fc.constantFrom('user', 'group', 'role'), index: index(size.people) }), level: fc.constantFrom('read', 'edit'), expired: fc.boolean(), within }), { maxLength: 4 }),
  fields: byField(fc.record({ visibleTo: fc.option(holders, { nil: undefined, freq: 2 }), editableBy: fc.option(holders, { nil: undefined, freq: 2 }) })),
  mask: maybe(fc.record({ strategy: fc.constantFrom('redact', 'partial', 'hash', 'nullify'), roles: fc.option(holders, { nil: undefined, freq: 2 }), exempt: holders })),
  seesPeople: often,
  deals: exactly(fc.record({ owner: maybe(index(size.people), 5), stage: fc.constantFrom<Stage[]>('a', 'b', 'c'), amount: maybe(fc.nat({ max: 9 }), 5), org: somewhere, organization: somewhere, parent: maybe(index(size.deals)), tasks: fc.nat({ max: 2 }), labels: fc.uniqueArray(index(size.labels), { maxLength: 2 }) }), size.deals),
  notes: exactly(fc.record({ deal: maybe(index(size.deals), 5), creator: maybe(index(size.people), 5), trashed: rarely }), size.notes),
  labelModel: fc.constantFrom('private', 'public_read_write', 'public_read_write'),
  labels: exactly(fc.record({ creator: maybe(index(size.people), 5), organization: somewhere }), size.labels),
  steps: fc.array(fc.record({ person: index(size.people), acting: fc.nat({ max: 10 }), does }), { minLength: steps, maxLength: steps, size: 'max' }),
});

const expressions: Readonly<Record<Condition, unknown>> = {
  'own': 'owner = current_user.id', 'stage a': { stage: 'a' }, 'amount over 4': { amount: { $gt: 4 } }, 'not own': 'NOT (owner == current_user.id)',
  'my org': 'org = current_user.organization_id', 'below stage a': "parent.stage = 'a'",
  // Beyond what filters say.
  'even amount': 'amount % 2 = 0', 'of role1': "NOT (current_user.role != 'role1')",
};
const names = (list: readonly Holder[]) => list.map(({ type, index: n }) => `${type}${n}`);

export function objectsOf({ tenancy, model, labelModel, fields, mask }: World) {
  const apart = tenancy && { tenancy: { enabled: true } };
  const ruled = (key: FieldKey, field: object) => {
    const { visibleTo, editableBy } = fields[key];
    return { ...field, ...(visibleTo && { visible_to: names(visibleTo) }), ...(editableBy && { editable_by: names(editableBy) }) };
  };
  const maskingRule = mask && { strategy: mask.strategy, ...(mask.strategy === 'partial' && { keepHead: 1, keepTail: 2 }), ...(mask.roles && { roles: names(mask.roles) }), exemptRoles: names(mask.exempt) };
  return [
    {
      name: 'deal', ...apart, sharingModel: model, search: { fields: ['name', 'secret'] },
      fields: {
        name: { type: 'text' }, stage: { type: 'select', options: ['a', 'b', 'c'] }, amount: ruled('deal.amount', { type: 'number', scale: 0 }), secret: ruled('deal.secret', { type: 'text' }),
        phone: { type: 'text', ...(maskingRule && { maskingRule }) }, org: { type: 'text' }, code: { type: 'text', unique: true, externalId: true }, owner: { type: 'user' },
        parent: { type: 'lookup', reference: 'deal', relatedName: 'children' }, labels: ruled('deal.labels', { type: 'lookup', reference: 'label', multiple: true }),
      },
    },
    { name: 'task', ...apart, sharingModel: 'controlled_by_parent', fields: { name: { type: 'text' }, weight: ruled('task.weight', { type: 'number', scale: 0 }), deal: { type: 'master_detail', reference: 'deal', relatedName: 'tasks' } } },
    { name: 'note', ...apart, softDelete: true, fields: { name: { type: 'text' }, deal: ruled('note.deal', { type: 'lookup', reference: 'deal', relatedName: 'notes' }) } },
    { name: 'label', ...apart, sharingModel: labelModel, fields: { name: { type: 'text' } } },
  ];
}

const principal = ({ type, index: n }: Who) => ({ type, value: type === 'user' ? `p${n}@example.com` : type === 'group' ? 'team' : `role${n}` });

export function definitionsOf(world: World) {
  return [
    { kind: 'role', value: world.parents.map((parent, n) => ({ name: `role${n}`, ...(parent !== undefined && { parent: `role${parent}` }) })) },
    { kind: 'group', value: { name: 'team', roles: world.teamRoles.map((role) => `role${role}`) } },
    {
      kind: 'permission',
      value: world.sets.map(({ deal, task, note, label, fields, otherFields, policy }, n) => ({
        name: `set${n}`,
        objects: { deal, task, note, label, ...(world.seesPeople && { sys_user: { allowRead: true } }) },
        fields: { ...Object.fromEntries(Object.entries(fields).filter(([, plan]) => plan)), ...(otherFields && { 'deal.*': otherFields }) },
        ...(policy && { rowLevelSecurity: [{ name: 'own', object: 'deal', using: expressions[policy] }] }),
      })),
    },
    { kind: 'policy', value: world.policies.map(({ condition: using, check, operation, role }, n) => ({ name: `policy${n}`, object: 'deal', operation, using: expressions[using], ...(check && { check: expressions[check] }), ...(role !== undefined && { roles: [`role${role}`] }) })) },
    {
      kind: 'sharing',
      value: world.sharing.map(({ condition: criteria, ownedBy, sharedWith, level }, n) => ({
        name: `rule${n}`, object: 'deal', accessLevel: level, sharedWith: principal(sharedWith), ...(criteria ? { condition: expressions[criteria] } : { ownedBy: principal(ownedBy) }),
      })),
    },
  ] as const;
}
