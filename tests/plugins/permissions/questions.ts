import fc from '../../support/fast-check.ts';
import type { Deal, Item, Kind, Label, Note, Oracle, Task, Verdict } from './oracle.ts';
import { dealId, labelId, noteId, personId, taskId } from './ids.ts';
import { orgs, type FieldKey } from './world.ts';

export type Where =
  | { readonly is: 'and' | 'or' | 'not'; readonly parts: readonly Where[] }
  | { readonly is: 'field'; readonly field: string; readonly operator: 'eq' | 'ne' | 'gt' | 'lte' | 'startsWith' | 'isNull'; readonly value: unknown }
  | { readonly is: 'relation'; readonly relation: string; readonly quantifier: 'one' | 'some' | 'every' | 'none'; readonly where: Where }
  | { readonly is: 'count'; readonly relation: string; readonly over: number }
  | { readonly is: 'weight'; readonly over: number };
interface OrderBy {
  readonly by: string;
  readonly direction: 'ASC' | 'DESC' | 'ASC_NULLS_FIRST' | 'DESC_NULLS_LAST';
}
export type Question =
  | { readonly asks: 'list'; readonly of: Kind; readonly where: Where | undefined; readonly orderBy: readonly OrderBy[]; readonly page: { readonly size: number; readonly backward: boolean } | undefined; readonly search: string | undefined; readonly inner: Where | undefined }
  | { readonly asks: 'aggregate'; readonly where: Where | undefined; readonly measured: boolean }
  | { readonly asks: 'groups'; readonly by: string; readonly where: Where | undefined; readonly measured: boolean; readonly over: number | undefined }
  | { readonly asks: 'trash'; readonly trash: 'INCLUDE' | 'ONLY'; readonly where: Where | undefined }
  | { readonly asks: 'below'; readonly deal: number; readonly measured: boolean }
  | { readonly asks: 'records'; readonly ids: readonly string[]; readonly code: string };

export interface FieldSpec {
  readonly key?: FieldKey | 'deal.phone';
  get(item: Item): unknown;
}
const of = <T extends Item>(get: (item: T) => unknown, key?: FieldSpec['key']): FieldSpec => ({ get: (item) => get(item as T) ?? null, ...(key && { key }) });
const owner = (n: number | undefined) => (n === undefined ? null : personId(n));
export const fields: Readonly<Record<Kind, Readonly<Record<string, FieldSpec>>>> = {
  deal: {
    id: of<Deal>(({ id }) => id), name: of<Deal>(({ name }) => name), stage: of<Deal>(({ stage }) => stage.toUpperCase()), amount: of<Deal>(({ amount }) => amount, 'deal.amount'), secret: of<Deal>(({ secret }) => secret, 'deal.secret'),
    phone: of<Deal>(({ phone }) => phone, 'deal.phone'), org: of<Deal>(({ org }) => org), code: of<Deal>(({ code }) => code), ownerId: of<Deal>((deal) => owner(deal.owner)), parentId: of<Deal>(({ parent }) => parent), labelIds: of<Deal>(({ labels }) => labels, 'deal.labels'),
  },
  task: { id: of<Task>(({ id }) => id), name: of<Task>(({ name }) => name), weight: of<Task>(({ weight }) => weight, 'task.weight'), dealId: of<Task>(({ deal }) => deal) },
  note: { id: of<Note>(({ id }) => id), name: of<Note>(({ name }) => name), dealId: of<Note>(({ deal }) => deal, 'note.deal') },
  label: { id: of<Label>(({ id }) => id), name: of<Label>(({ name }) => name) },
};

/** The lookup that makes a relation, and how to go along it. */
export interface RelationSpec {
  readonly target: Kind;
  readonly lookup: readonly [Kind, string];
  follow(oracle: Oracle, item: Item): readonly Item[];
}
export const relations: Readonly<Record<Kind, Readonly<Record<string, RelationSpec>>>> = {
  deal: {
    parent: { target: 'deal', lookup: ['deal', 'parentId'], follow: ({ state }, item) => state.deals.filter(({ id }) => id === (item as Deal).parent) },
    children: { target: 'deal', lookup: ['deal', 'parentId'], follow: ({ state }, { id }) => state.deals.filter(({ parent }) => parent === id) },
    tasks: { target: 'task', lookup: ['task', 'dealId'], follow: ({ state }, { id }) => state.tasks.filter(({ deal }) => deal === id) },
    notes: { target: 'note', lookup: ['note', 'dealId'], follow: ({ notes }, { id }) => notes.filter(({ deal }) => deal === id) },
    labels: { target: 'label', lookup: ['deal', 'labelIds'], follow: ({ state }, item) => state.labels.filter(({ id }) => (item as Deal).labels.includes(id)) },
  },
  task: { deal: { target: 'deal', lookup: ['task', 'dealId'], follow: ({ state }, item) => state.deals.filter(({ id }) => id === (item as Task).deal) } },
  note: { deal: { target: 'deal', lookup: ['note', 'dealId'], follow: ({ state }, item) => state.deals.filter(({ id }) => id === (item as Note).deal) } },
  label: { deals: { target: 'deal', lookup: ['deal', 'labelIds'], follow: ({ state }, { id }) => state.deals.filter(({ labels }) => labels.includes(id)) } },
};

// --- what is asked -----------------------------------------------------------------------------------------------------------

const dealIds = fc.nat({ max: 6 }).map(dealId);
const anyone = fc.nat({ max: 3 }).map(personId);
const test = (field: string, operators: readonly ('eq' | 'ne' | 'gt' | 'lte' | 'startsWith')[], value: fc.Arbitrary<unknown>): fc.Arbitrary<Where> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ is: fc.constant('field'), field: fc.constant(field), operator: fc.constantFrom(...operators), value }) as fc.Arbitrary<Where> },
    { weight: 1, arbitrary: fc.boolean().map((value): Where => ({ is: 'field', field, operator: 'isNull', value })) },
  );
const small = fc.nat({ max: 9 });
const atoms: Readonly<Record<Kind, fc.Arbitrary<Where>>> = {
  deal: fc.oneof(
    test('name', ['eq', 'ne', 'startsWith'], fc.constantFrom('alpha 0', 'beta 1', 'alpha')), test('stage', ['eq', 'ne'], fc.constantFrom('A', 'B', 'C')), test('amount', ['eq', 'ne', 'gt', 'lte'], small), test('secret', ['eq', 'startsWith'], fc.constantFrom('s1', 's2', 's')),
    test('phone', ['startsWith', 'eq'], fc.constantFrom('01', '0123400')), test('org', ['eq', 'ne'], fc.constantFrom(...orgs)), test('code', ['eq', 'ne'], fc.constantFrom('k0', 'k1')), test('ownerId', ['eq', 'ne'], anyone), test('parentId', ['eq'], dealIds),
  ),
  task: fc.oneof(test('name', ['eq'], fc.constantFrom('t0', 't1')), test('weight', ['gt', 'eq', 'lte'], small), test('dealId', ['eq'], dealIds)),
  note: fc.oneof(test('name', ['eq', 'ne'], fc.constantFrom('n0', 'n1')), test('dealId', ['eq', 'ne'], dealIds)),
  label: test('name', ['eq', 'ne'], fc.constantFrom('l0', 'l1')),
};
const quantifiers = fc.constantFrom<('some' | 'every' | 'none')[]>('some', 'every', 'none');
export function wheres(kind: Kind, depth: number): fc.Arbitrary<Where> {
  if (depth === 0) return atoms[kind];
  const inner = wheres(kind, depth - 1);
  const many = (relation: string, target: Kind): fc.Arbitrary<Where> => fc.record({ is: fc.constant('relation'), relation: fc.constant(relation), quantifier: quantifiers, where: wheres(target, depth - 1) }) as fc.Arbitrary<Where>;
  const one = (relation: string): fc.Arbitrary<Where> => wheres('deal', depth - 1).map((where): Where => ({ is: 'relation', relation, quantifier: 'one', where }));
  const along = kind === 'deal'
    ? [one('parent'), many('tasks', 'task'), many('notes', 'note'), many('children', 'deal'), many('labels', 'label'), fc.record({ is: fc.constant('count'), relation: fc.constantFrom('tasks', 'notes', 'children', 'labels'), over: fc.nat({ max: 2 }) }) as fc.Arbitrary<Where>, small.map((over): Where => ({ is: 'weight', over }))]
    : kind === 'label' ? [many('deals', 'deal'), fc.nat({ max: 2 }).map((over): Where => ({ is: 'count', relation: 'deals', over }))] : [one('deal')];
  return fc.oneof(
    { weight: 3, arbitrary: atoms[kind] },
    { weight: 2, arbitrary: fc.oneof(...along) },
    { weight: 1, arbitrary: fc.record({ is: fc.constantFrom('and', 'or'), parts: fc.array(inner, { minLength: 1, maxLength: 2 }) }) as fc.Arbitrary<Where> },
    { weight: 1, arbitrary: inner.map((part): Where => ({ is: 'not', parts: [part] })) },
  );
}
const orders: Readonly<Record<Kind, readonly string[]>> = { deal: ['name', 'stage', 'amount', 'secret', 'phone', 'code', 'parent.name', 'parent.amount', 'tasksCount', 'notesCount', 'labelsCount'], task: ['name', 'weight', 'deal.name', 'deal.secret'], note: ['name', 'dealId', 'deal.name'], label: ['name', 'dealsCount'] };
const maybe = <T>(arbitrary: fc.Arbitrary<T>, freq = 2) => fc.option(arbitrary, { nil: undefined, freq });
const lists = (kind: Kind) =>
  fc.record({
    asks: fc.constant('list'), of: fc.constant(kind), where: maybe(wheres(kind, 2), 3), search: kind === 'deal' ? fc.option(fc.constantFrom('alpha', 'beta', 's1', 'gamma'), { nil: undefined, freq: 2 }) : fc.constant(undefined),
    orderBy: fc.array(fc.record({ by: fc.constantFrom(...orders[kind]), direction: fc.constantFrom<OrderBy['direction'][]>('ASC', 'DESC', 'ASC_NULLS_FIRST', 'DESC_NULLS_LAST') }), { maxLength: 2 }),
    page: maybe(fc.record({ size: fc.integer({ min: 1, max: 3 }), backward: fc.boolean() })), inner: kind === 'deal' ? maybe(wheres('task', 0)) : fc.constant(undefined),
  }) as fc.Arbitrary<Question>;

export const questions: fc.Arbitrary<Question> = fc.oneof(
  { weight: 6, arbitrary: lists('deal') }, { weight: 2, arbitrary: lists('task') }, { weight: 2, arbitrary: lists('note') }, { weight: 2, arbitrary: lists('label') },
  { weight: 2, arbitrary: fc.record({ asks: fc.constant('aggregate'), where: maybe(wheres('deal', 2), 3), measured: fc.boolean() }) as fc.Arbitrary<Question> },
  { weight: 2, arbitrary: fc.record({ asks: fc.constant('groups'), by: fc.constantFrom('stage', 'org', 'ownerId', 'amount', 'secret', 'phone'), where: maybe(wheres('deal', 1)), measured: fc.boolean(), over: maybe(fc.nat({ max: 6 })) }) as fc.Arbitrary<Question> },
  { weight: 1, arbitrary: fc.record({ asks: fc.constant('trash'), trash: fc.constantFrom('INCLUDE', 'ONLY'), where: maybe(wheres('note', 1)) }) as fc.Arbitrary<Question> }, { weight: 1, arbitrary: fc.record({ asks: fc.constant('below'), deal: fc.nat({ max: 5 }), measured: fc.boolean() }) as fc.Arbitrary<Question> },
  { weight: 2, arbitrary: fc.record({ asks: fc.constant('records'), ids: fc.array(fc.oneof(dealIds, fc.nat({ max: 3 }).map(noteId), fc.nat({ max: 2 }).map(labelId), fc.nat({ max: 5 }).map((n) => taskId(n, 0))), { minLength: 1, maxLength: 3 }), code: fc.constantFrom('k0', 'k1', 'k2') }) as fc.Arbitrary<Question> },
);

// --- what the rules answer ---------------------------------------------------------------------------------------------------

type Right = 'filterable' | 'sortable' | 'aggregatable';
export const all = (verdicts: readonly Verdict[]): Verdict => (verdicts.includes(false) ? false : verdicts.includes(undefined) ? undefined : true);

export const mayUse = (oracle: Oracle, kind: Kind, field: string, right: Right): Verdict => {
  const key = fields[kind][field]?.key;
  return all([oracle.mayUseAny(kind), key ? oracle.mayUse(key, right) : true]);
};

export function mayAsk(oracle: Oracle, kind: Kind, where: Where | undefined): Verdict {
  if (!where) return true;
  switch (where.is) {
    case 'and': case 'or': case 'not': return all(where.parts.map((part) => mayAsk(oracle, kind, part)));
    case 'field': return mayUse(oracle, kind, where.field, 'filterable');
    case 'relation': case 'count': {
      const { target, lookup } = relations[kind][where.relation] as RelationSpec;
      return all([mayUse(oracle, ...lookup, 'filterable'), where.is === 'relation' ? mayAsk(oracle, target, where.where) : true]);
    }
    case 'weight': return all([mayUse(oracle, 'task', 'dealId', 'filterable'), mayUse(oracle, 'task', 'weight', 'filterable'), mayUse(oracle, 'task', 'weight', 'aggregatable')]);
  }
}

export const seen = (oracle: Oracle, kind: Kind, items: readonly Item[]) => items.filter((item) => oracle.reads(kind, item));
export const along = (oracle: Oracle, kind: Kind, relation: string, item: Item) => {
  const { target, follow } = relations[kind][relation] as RelationSpec;
  return { target, items: seen(oracle, target, follow(oracle, item)) };
};

export function matches(oracle: Oracle, kind: Kind, item: Item, where: Where | undefined): boolean {
  if (!where) return true;
  switch (where.is) {
    case 'and': return where.parts.every((part) => matches(oracle, kind, item, part));
    case 'or': return where.parts.some((part) => matches(oracle, kind, item, part));
    case 'not': return !where.parts.every((part) => matches(oracle, kind, item, part));
    case 'count': return along(oracle, kind, where.relation, item).items.length > where.over;
    case 'weight': {
      const weights = along(oracle, kind, 'tasks', item).items.flatMap((task) => (task as Task).weight ?? []);
      return weights.length > 0 && weights.reduce((sum, weight) => sum + weight, 0) > where.over;
    }
    case 'relation': {
      const { target, items } = along(oracle, kind, where.relation, item);
      const found = items.filter((other) => matches(oracle, target, other, where.where)).length;
      return where.quantifier === 'every' ? found === items.length : where.quantifier === 'none' ? found === 0 : found > 0;
    }
    case 'field': {
      const value = fields[kind][where.field]?.get(item) as string | number | null;
      const given = where.value as string | number;
      switch (where.operator) {
        case 'isNull': return (value === null) === where.value;
        case 'eq': return value === given;
        case 'ne': return value !== given;
        case 'gt': return value !== null && value > given;
        case 'lte': return value !== null && value <= given;
        case 'startsWith': return value !== null && String(value).startsWith(String(given));
      }
    }
  }
}

/** As the API takes it. */
export function whereInput(where: Where | undefined): object | undefined {
  if (!where) return undefined;
  switch (where.is) {
    case 'and': case 'or': return { [where.is]: where.parts.map(whereInput) };
    case 'not': return { not: whereInput(where.parts[0]) };
    case 'field': return { [where.field]: { [where.operator]: where.value } };
    case 'relation': return { [where.relation]: where.quantifier === 'one' ? whereInput(where.where) : { [where.quantifier]: whereInput(where.where) } };
    case 'count': return { [`${where.relation}Aggregate`]: { count: { gt: where.over } } };
    case 'weight': return { tasksAggregate: { sum: { weight: { gt: where.over } } } };
  }
}

export function mayOrder(oracle: Oracle, kind: Kind, by: string): Verdict {
  if (by.endsWith('Count')) return mayUse(oracle, ...(relations[kind][by.slice(0, -5)] as RelationSpec).lookup, 'sortable');
  const [step = '', last] = by.split('.');
  return last === undefined ? mayUse(oracle, kind, step, 'sortable') : all([mayUse(oracle, ...(relations[kind][step] as RelationSpec).lookup, 'sortable'), mayUse(oracle, 'deal', last, 'sortable')]);
}

function orderValue(oracle: Oracle, kind: Kind, by: string, item: Item): string | number | null {
  if (by.endsWith('Count')) return along(oracle, kind, by.slice(0, -5), item).items.length;
  const [step = '', last] = by.split('.');
  const value = last === undefined ? fields[kind][step]?.get(item) : along(oracle, kind, step, item).items.map((other) => fields.deal[last]?.get(other))[0];
  return (value ?? null) as string | number | null;
}

export function sorted(oracle: Oracle, kind: Kind, items: readonly Item[], orderBy: readonly OrderBy[]): Item[] {
  return [...items].sort((left, right) => {
    for (const { by, direction } of orderBy) {
      const [a, b] = [orderValue(oracle, kind, by, left), orderValue(oracle, kind, by, right)];
      if (a === b) continue;
      const nullsFirst = direction.endsWith('NULLS_FIRST') || direction === 'DESC';
      if (a === null || b === null) return (a === null) === nullsFirst ? -1 : 1;
      return (a < b ? -1 : 1) * (direction.startsWith('DESC') ? -1 : 1);
    }
    return (left.id < right.id ? -1 : 1) * (orderBy[0]?.direction.startsWith('DESC') ? -1 : 1);
  });
}
