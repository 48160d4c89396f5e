import fc from 'fast-check';

/** A small company: who there is, what there is, and every kind of rule. Indexes name things; `undefined` is "none". */
export interface World {
  readonly model: 'private' | 'public_read' | 'public_read_write' | 'full';
  /** Parent of each role: an earlier one. */
  readonly parents: readonly (number | undefined)[];
  readonly people: readonly { readonly role: number | undefined; readonly sets: readonly number[]; readonly inGroup: boolean }[];
  readonly sets: readonly SetPlan[];
  readonly policies: readonly { readonly condition: Condition; readonly check: Condition | undefined; readonly operation: 'select' | 'insert' | 'update' | 'delete' | 'all'; readonly role: number | undefined }[];
  readonly sharing: readonly { readonly condition: Condition | undefined; readonly ownedBy: Who; readonly sharedWith: Who; readonly level: 'read' | 'edit' | 'full' }[];
  readonly shares: readonly { readonly deal: number; readonly person: number; readonly level: 'read' | 'edit'; readonly expired: boolean }[];
  readonly amountVisibleTo: { readonly role: number | undefined; readonly set: number | undefined } | undefined;
  readonly deals: readonly { readonly owner: number | undefined; readonly stage: Stage; readonly amount: number; readonly tasks: number }[];
}

export interface SetPlan {
  readonly deal: Grant;
  readonly task: Grant;
  readonly secret: { readonly readable: boolean; readonly editable: boolean } | undefined;
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
export type Stage = 'a' | 'b' | 'c';
export type Condition = 'own' | 'stage a' | 'amount over 4' | 'not own';
export interface Who {
  readonly type: 'user' | 'group' | 'role' | 'role_and_subordinates';
  readonly index: number;
}

export const size = { roles: 4, people: 5, sets: 3, deals: 6 } as const;
const index = (below: number) => fc.nat({ max: below - 1 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const rarely = fc.nat({ max: 5 }).map((n) => n === 0);
const often = fc.nat({ max: 3 }).map((n) => n !== 0);
const grant: fc.Arbitrary<Grant> = fc.record({ create: fc.boolean(), read: often, edit: often, delete: fc.boolean(), transfer: rarely, viewAll: rarely, modifyAll: rarely });
const condition = fc.constantFrom<Condition[]>('own', 'stage a', 'amount over 4', 'not own');
const who: fc.Arbitrary<Who> = fc.record({ type: fc.constantFrom('user', 'group', 'role', 'role_and_subordinates'), index: index(size.roles) });

export const worlds: fc.Arbitrary<World> = fc.record({
  model: fc.constantFrom('private', 'private', 'public_read', 'public_read_write', 'full'),
  parents: fc.tuple(...Array.from({ length: size.roles }, (_, role) => (role === 0 ? fc.constant(undefined) : maybe(index(role))))),
  people: fc.array(fc.record({ role: maybe(index(size.roles)), sets: fc.uniqueArray(index(size.sets), { maxLength: 2 }), inGroup: fc.boolean() }), { minLength: size.people, maxLength: size.people }),
  sets: fc.array(
    fc.record({ deal: grant, task: grant, secret: maybe(fc.record({ readable: fc.constant(true), editable: fc.boolean() })), policy: fc.option(condition, { nil: undefined, freq: 2 }) }),
    { minLength: size.sets, maxLength: size.sets },
  ),
  policies: fc.array(fc.record({ condition, check: maybe(condition), operation: fc.constantFrom('select', 'insert', 'update', 'delete', 'all'), role: maybe(index(size.roles)) }), { maxLength: 2 }),
  sharing: fc.array(fc.record({ condition: maybe(condition), ownedBy: who, sharedWith: who, level: fc.constantFrom('read', 'edit', 'full') }), { maxLength: 3 }),
  shares: fc.array(fc.record({ deal: index(size.deals), person: index(size.people), level: fc.constantFrom('read', 'edit'), expired: rarely }), { maxLength: 3 }),
  amountVisibleTo: maybe(fc.record({ role: maybe(index(size.roles)), set: maybe(index(size.sets)) })),
  deals: fc.array(fc.record({ owner: maybe(index(size.people)), stage: fc.constantFrom<Stage[]>('a', 'b', 'c'), amount: fc.nat({ max: 9 }), tasks: fc.nat({ max: 2 }) }), { minLength: size.deals, maxLength: size.deals }),
});

const id = (kind: number, n: number): string => `018f0000-0000-7000-8000-${String(kind).padStart(4, '0')}${String(n).padStart(8, '0')}`;
export const personId = (n: number): string => id(1, n);
export const dealId = (n: number): string => id(2, n);
export const taskId = (deal: number, n: number): string => id(3, deal * 10 + n);

const expressions: Readonly<Record<Condition, unknown>> = {
  'own': 'owner = current_user.id', 'stage a': { stage: 'a' }, 'amount over 4': { amount: { $gt: 4 } }, 'not own': 'NOT (owner == current_user.id)',
};

export function objectsOf({ model, amountVisibleTo }: World) {
  const visibleTo = amountVisibleTo && [...(amountVisibleTo.role === undefined ? [] : [`role${amountVisibleTo.role}`]), ...(amountVisibleTo.set === undefined ? [] : [`set${amountVisibleTo.set}`])];
  return [
    {
      name: 'deal', sharingModel: model,
      fields: {
        name: { type: 'text' }, stage: { type: 'select', options: ['a', 'b', 'c'] }, amount: { type: 'number', scale: 0, ...(visibleTo && { visible_to: visibleTo }) },
        secret: { type: 'text' }, owner: { type: 'user' },
      },
    },
    { name: 'task', sharingModel: 'controlled_by_parent', fields: { name: { type: 'text' }, deal: { type: 'master_detail', reference: 'deal' } } },
  ];
}

const principal = ({ type, index: n }: Who) => ({ type, value: type === 'user' ? `p${n}@example.com` : type === 'group' ? 'team' : `role${n}` });

export function definitionsOf(world: World) {
  return [
    { kind: 'role', value: world.parents.map((parent, n) => ({ name: `role${n}`, ...(parent !== undefined && { parent: `role${parent}` }) })) },
    { kind: 'group', value: { name: 'team' } },
    {
      kind: 'permission',
      value: world.sets.map(({ deal, task, secret, policy }, n) => ({
        name: `set${n}`,
        objects: { deal, task },
        ...(secret && { fields: { 'deal.secret': secret } }),
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
