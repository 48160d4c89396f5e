import fc from '../../support/fast-check.ts';
import { ask, type Compared } from './answers.ts';
import { matches, mayAsk, whereInput, wheres, type Where } from './questions.ts';
import type { TestPlatform } from '../../support/platform.ts';
import { dealId, labelId, noteId, personId, taskId } from './ids.ts';
import { Oracle, type Deal, type Item, type Kind, type Label, type Note, type State, type Task } from './oracle.ts';
import type { FieldKey, Stage } from './world.ts';

interface DealInput {
  readonly name?: string;
  readonly stage?: Stage;
  readonly amount?: number | null;
  readonly secret?: string;
  readonly phone?: string;
  readonly code?: string;
  readonly owner?: number;
  readonly parent?: number;
  readonly labels?: readonly number[];
}
export type Change =
  | { readonly does: 'createDeal'; readonly input: DealInput }
  | { readonly does: 'updateDeal'; readonly deal: number; readonly input: DealInput }
  | { readonly does: 'updateDeals'; readonly where: Where; readonly input: DealInput }
  | { readonly does: 'updateEach'; readonly deals: readonly number[]; readonly input: DealInput }
  | { readonly does: 'upsertDeal'; readonly code: string; readonly input: DealInput }
  | { readonly does: 'deleteDeal'; readonly deal: number }
  | { readonly does: 'deleteDeals'; readonly where: Where }
  | { readonly does: 'nest'; readonly deal: number; readonly operation: 'create' | 'connect' | 'update' | 'delete'; readonly task: readonly [number, number] }
  | { readonly does: 'createTask'; readonly deal: number; readonly weight: number | undefined }
  | { readonly does: 'updateTask'; readonly task: readonly [number, number]; readonly weight: number | undefined; readonly to: number | undefined }
  | { readonly does: 'deleteTask'; readonly task: readonly [number, number] }
  | { readonly does: 'createNote'; readonly deal: number | undefined }
  | { readonly does: 'updateNote'; readonly note: number; readonly deal: number | null | undefined }
  | { readonly does: 'deleteNote' | 'restoreNote' | 'purgeNote'; readonly note: number }
  | { readonly does: 'createLabel' }
  | { readonly does: 'deleteLabel'; readonly label: number }
  | { readonly does: 'link'; readonly deal: number; readonly operation: LinkOperation; readonly labels: readonly number[] }
  | { readonly does: 'linkBack'; readonly label: number; readonly operation: LinkOperation; readonly deals: readonly number[] };
type LinkOperation = 'connect' | 'disconnect' | 'set';

const deal = fc.nat({ max: 5 });
const task = fc.tuple(deal, fc.nat({ max: 1 }));
const note = fc.nat({ max: 3 });
const label = fc.nat({ max: 2 });
const labels = fc.oneof({ weight: 3, arbitrary: label.map((one) => [one]) }, { weight: 1, arbitrary: fc.uniqueArray(label, { maxLength: 2 }) });
const operation = fc.constantFrom<LinkOperation[]>('connect', 'disconnect', 'set');
const input = (more: object): fc.Arbitrary<DealInput> =>
  fc.record({ name: fc.constantFrom('alpha 0', 'beta 1'), stage: fc.constantFrom<Stage[]>('a', 'b', 'c'), amount: fc.option(fc.nat({ max: 9 })), secret: fc.constantFrom('s1', 's2'), phone: fc.constantFrom('0123400', '9876500'), ...more }, { requiredKeys: [] }).filter((one) => Object.keys(one).length > 0).map((one) => Object.fromEntries(Object.entries(one).slice(0, 2)));
const owned = input({ owner: fc.nat({ max: 3 }), labels, parent: deal, code: fc.constantFrom('k0', 'k1', 'k9') });
const rotated = fc.tuple(owned, fc.boolean()).map(([one, last]): DealInput => (last ? Object.fromEntries(Object.entries(one).slice(-1)) : one));
const some = fc.record({ owner: fc.nat({ max: 3 }), parent: deal, code: fc.constantFrom('k0', 'k1', 'k9') }, { requiredKeys: [] });
const inputs: fc.Arbitrary<DealInput> = fc.oneof(rotated, some.filter((one) => Object.keys(one).length > 0), input({}));
const record = (value: object): fc.Arbitrary<Change> => fc.record(value as Record<string, fc.Arbitrary<unknown>>) as fc.Arbitrary<unknown> as fc.Arbitrary<Change>;
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

export const changes: fc.Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: record({ does: fc.constant('updateDeal'), deal, input: inputs }) }, { weight: 3, arbitrary: record({ does: fc.constant('createDeal'), input: inputs }) },
  { weight: 2, arbitrary: record({ does: fc.constant('updateDeals'), where: wheres('deal', 1), input: input({}) }) }, { weight: 2, arbitrary: record({ does: fc.constant('upsertDeal'), code: fc.constantFrom('k0', 'k1', 'k8'), input: input({}) }) },
  { weight: 2, arbitrary: record({ does: fc.constant('updateEach'), deals: fc.uniqueArray(deal, { minLength: 1, maxLength: 5 }), input: inputs.filter(({ code }) => code === undefined) }) },
  { weight: 1, arbitrary: record({ does: fc.constant('deleteDeal'), deal }) }, { weight: 1, arbitrary: record({ does: fc.constant('deleteDeals'), where: wheres('deal', 1).map((where): Where => ({ is: 'and', parts: [where, { is: 'field', field: 'amount', operator: 'gt', value: 7 }] })) }) },
  { weight: 3, arbitrary: record({ does: fc.constant('nest'), deal, operation: fc.constantFrom('create', 'connect', 'update', 'delete'), task }) },
  { weight: 2, arbitrary: record({ does: fc.constant('createTask'), deal, weight: maybe(deal) }) }, { weight: 2, arbitrary: record({ does: fc.constant('updateTask'), task, weight: maybe(deal), to: maybe(deal) }) }, { weight: 1, arbitrary: record({ does: fc.constant('deleteTask'), task }) },
  { weight: 1, arbitrary: record({ does: fc.constant('createNote'), deal: maybe(deal) }) }, { weight: 2, arbitrary: record({ does: fc.constant('updateNote'), note, deal: fc.option(fc.option(deal), { nil: undefined, freq: 2 }) }) }, { weight: 3, arbitrary: record({ does: fc.constantFrom('deleteNote', 'deleteNote', 'restoreNote', 'restoreNote', 'purgeNote'), note }) },
  { weight: 3, arbitrary: record({ does: fc.constant('link'), deal, operation, labels }) }, { weight: 3, arbitrary: record({ does: fc.constant('linkBack'), label, operation, deals: fc.oneof(deal.map((one) => [one]), fc.uniqueArray(deal, { maxLength: 2 })) }) }, { weight: 1, arbitrary: fc.oneof(record({ does: fc.constant('createLabel') }), record({ does: fc.constant('deleteLabel'), label })) },
);

/** One record as it was and becomes, with what the caller gives. */
interface RowWrite {
  readonly kind: Kind;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  readonly given: readonly string[];
  readonly into?: 'trash' | 'life';
  /** Against the labels that it names. */
  readonly problems?: readonly Problem[];
}
interface Effect {
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly rows: readonly RowWrite[];
  /** Beside what follows from the rows. */
  readonly problems?: readonly Problem[];
}
/** `?` before it: the platform may refuse so, or not. */
type Problem = 'MISSING' | 'FORBIDDEN' | 'CONFLICT' | '?MISSING' | '?FORBIDDEN';

const guarded: Readonly<Record<string, FieldKey>> = { 'deal amount': 'deal.amount', 'deal secret': 'deal.secret', 'task weight': 'task.weight', 'note deal': 'note.deal', 'deal labels': 'deal.labels' };

/** What the rules have against a row. */
function problemsOf(oracle: Oracle, { kind, before, after, given, problems = [] }: RowWrite): readonly Problem[] {
  if (before && !oracle.reads(kind, before)) return ['MISSING', '?FORBIDDEN'];
  const found: Problem[] = [...problems];
  const refuse = (holds: boolean, problem: Problem) => { if (holds) found.push(problem); };
  if (!after) return before && !oracle.deletes(kind, before) ? ['FORBIDDEN'] : [];
  const keys = given.map((name) => guarded[`${kind} ${name}`] ?? (kind === 'deal' ? ('deal.*' as const) : undefined)).filter((key) => key !== undefined);
  if (before) {
    refuse(!oracle.edits(kind, before) || !oracle.mayBecome(kind, after), 'FORBIDDEN');
    refuse(keys.some((key) => !oracle.editsField(key, before)), 'FORBIDDEN');
    refuse(given.includes('owner') && !oracle.mayGiveAway(before as Deal), 'FORBIDDEN');
  } else {
    refuse(!oracle.mayOwnRecords, 'MISSING');
    refuse(!oracle.creates(kind, after), 'FORBIDDEN');
    const able = oracle.sets.filter((set) => oracle.setCreates(set, kind, after));
    const editing = oracle.sets.filter((set) => oracle.setEdits(set, kind, after));
    const known = oracle.sets.filter((set) => { const { create, edit, modifyAll } = oracle.grant(set, kind); return create || edit || modifyAll; });
    const may = keys.map((key) => (set: number) => oracle.setEditsField(set, key));
    const take = (set: number) => oracle.setEditsField(set, 'deal.*') && (oracle.transfers(set) || (after as Deal).owner === oracle.me);
    for (const holds of given.includes('owner') ? [...may, take] : may) {
      // A field that could be set by an edit right afterwards may be given at once.
      refuse(!able.some(holds) && !editing.some(holds), 'FORBIDDEN');
      refuse(!able.some(holds), '?FORBIDDEN');
      refuse(!known.every(holds), '?FORBIDDEN');
    }
  }
  const reference = (name: string, now: unknown, was: unknown, visible: boolean) => refuse(given.includes(name) && now !== null && now !== undefined && !visible, now === was ? '?MISSING' : 'MISSING');
  if (kind === 'deal') {
    const [now, was] = [after as Deal, before as Deal | undefined];
    reference('owner', now.owner, was?.owner, now.owner !== undefined && oracle.seesPerson(now.owner));
    reference('parent', now.parent, was?.parent, seesDeal(oracle, now.parent));
    refuse(now.code !== null && oracle.state.deals.some(({ id, code }) => code === now.code && id !== now.id), 'CONFLICT');
  } else if (kind !== 'label') {
    const [now, was] = [after as Task | Note, before as Task | Note | undefined];
    reference('deal', now.deal, was?.deal, seesDeal(oracle, now.deal));
  }
  return found;
}

/** Deals that change together are judged once more as they all become. Rows that stay allowed, and those that do not. */
function together(oracle: Oracle, rows: readonly RowWrite[]): { readonly stay: readonly RowWrite[]; readonly refused: readonly RowWrite[] } {
  if (rows.length < 2) return { stay: rows, refused: [] };
  const become = new Oracle(oracle.world, oracle.me, apply(oracle.state, rows));
  const stay = rows.filter(({ kind, after }) => !after || become.mayBecome(kind, after));
  return { stay, refused: rows.filter((row) => !stay.includes(row)) };
}

const seesDeal = (oracle: Oracle, id: string | null): boolean => {
  const found = oracle.dealOf(id);
  return found !== undefined && oracle.reads('deal', found);
};

/** The records after the rows were written, with what follows from deletes. */
function apply(state: State, rows: readonly RowWrite[]): State {
  const of = (kind: Kind) => rows.filter((row) => row.kind === kind);
  const written = <T extends Item>(kind: Kind, items: readonly T[]): T[] => {
    const changed = new Map(of(kind).map(({ before, after, into }) => [(before ?? after)?.id, (into ? { ...before, trashed: into === 'trash' } : after) as T | undefined]));
    return [...items.flatMap((item) => (changed.has(item.id) ? (changed.get(item.id) ?? []) : item)), ...of(kind).flatMap(({ before, after }) => (!before && after ? (after as T) : []))];
  };
  const deals = written('deal', state.deals);
  const labels = written('label', state.labels);
  const gone = new Set(state.deals.filter(({ id }) => !deals.some((one) => one.id === id)).map(({ id }) => id));
  const left = <T extends string | null>(id: T) => (id !== null && gone.has(id) ? null : id);
  return {
    labels, deals: deals.map((one) => ({ ...one, parent: left(one.parent), labels: one.labels.filter((id) => labels.some((other) => other.id === id)) })), tasks: written('task', state.tasks).filter((one) => !gone.has(one.deal)), notes: written('note', state.notes).map((one) => ({ ...one, deal: left(one.deal) })),
  };
}

const inputOf = ({ owner, parent, stage, labels: linked, ...rest }: DealInput) => ({ ...rest, ...(stage && { stage: stage.toUpperCase() }), ...(owner !== undefined && { ownerId: personId(owner) }), ...(parent !== undefined && { parentId: dealId(parent) }), ...(linked && { labelIds: linked.map(labelId) }) });
const changed = (oracle: Oracle, one: Deal, { parent, labels: linked, ...rest }: DealInput): Deal => ({ ...one, ...rest, ...(parent !== undefined && { parent: dealId(parent) }), ...(linked && { labels: linkedAfter(oracle, one, 'set', linked) }) });
const organizationOf = ({ world, me }: Oracle) => (world.tenancy ? (world.people[me]?.org ?? null) : null);
const fresh = (oracle: Oracle, n: number): Deal => ({ id: dealId(n), name: 'new', stage: 'a', amount: null, secret: null, phone: null, org: null, code: null, owner: undefined, parent: null, labels: [], organization: organizationOf(oracle) });

/** The labels of a deal after an operation. What the person does not see stays. */
function linkedAfter(oracle: Oracle, one: Deal, operation: LinkOperation, given: readonly number[]): readonly string[] {
  const ids = given.map(labelId);
  if (operation === 'disconnect') return one.labels.filter((id) => !ids.includes(id));
  const seen = oracle.seenLabels(one).map(({ id }) => id);
  return [...new Set([...(operation === 'set' ? one.labels.filter((id) => !seen.includes(id)) : one.labels), ...ids])];
}

/** Labels are named as records that are seen, and left as ones that are linked. */
function labelProblems(oracle: Oracle, one: Deal | undefined, operation: LinkOperation, given: readonly number[]): readonly Problem[] {
  const named = given.map((n) => oracle.state.labels.find(({ id }) => id === labelId(n)));
  const known = named.every((found) => found && oracle.reads('label', found) && (operation !== 'disconnect' || one?.labels.includes(found.id)));
  return [...(known ? [] : ['MISSING' as const]), ...(one && !oracle.showsField('deal.labels', one) ? ['?FORBIDDEN' as const] : []), ...(oracle.mayUseAny('label') === true ? [] : ['?FORBIDDEN' as const])];
}

/** What a change sends, and which rows it writes when nothing is against it. `turn` makes ids of new records. */
export function effectOf(change: Change, oracle: Oracle, turn: number): Effect {
  const { state } = oracle;
  const one = <T extends Item>(items: readonly T[], id: string): T | undefined => items.find((item) => item.id === id);
  const row = (kind: Kind, before: Item | undefined, after: Item | undefined, given: readonly string[] = []): RowWrite => ({ kind, before, after, given });
  const dealRow = (before: Deal | undefined, after: Deal, input: DealInput): RowWrite => ({ ...row('deal', before, after, Object.keys(input)), ...(input.labels && { problems: labelProblems(oracle, before, 'set', input.labels) }) });
  const gone: Effect['problems'] = ['MISSING', '?FORBIDDEN'];
  switch (change.does) {
    case 'createDeal': {
      const given = { name: 'new', stage: 'a' as const, ...change.input };
      return { document: 'mutation($input: DealCreateInput!) { createDeal(input: $input) { record { id } } }', variables: { input: { ...inputOf(given), id: dealId(100 + turn) } }, rows: [dealRow(undefined, changed(oracle, fresh(oracle, 100 + turn), given), given)] };
    }
    case 'updateDeal': {
      const before = one(state.deals, dealId(change.deal));
      const own = change.input.parent === change.deal ? { name: 'alpha 0' } : change.input;
      return { document: 'mutation($id: ID!, $input: DealUpdateInput!) { updateDeal(id: $id, input: $input) { record { id } } }', variables: { id: dealId(change.deal), input: inputOf(own) }, rows: before ? [dealRow(before, changed(oracle, before, own), own)] : [], ...(!before && { problems: gone }) };
    }
    case 'updateDeals': {
      const matching = state.deals.filter((item) => oracle.reads('deal', item) && matches(oracle, 'deal', item, change.where));
      const rows = matching.map((before) => dealRow(before, changed(oracle, before, change.input), change.input));
      return {
        document: 'mutation($where: DealWhere!, $input: DealUpdateInput!) { updateDeals(where: $where, input: $input) { count } }', variables: { where: whereInput(change.where), input: inputOf(change.input) },
        rows, problems: [...asked(oracle, change.where), ...(matching.length === 0 ? ['?FORBIDDEN' as const] : []), ...(together(oracle, rows).refused.length > 0 ? ['FORBIDDEN' as const] : [])],
      };
    }
    case 'updateEach': {
      const rows = change.deals.flatMap((n) => {
        const before = one(state.deals, dealId(n));
        return before ? [dealRow(before, changed(oracle, before, change.input), change.input)] : [];
      });
      return {
        document: 'mutation($rows: [DealUpdateRow!]!) { updateDeals(mode: PARTIAL, rows: $rows) { count rows { index problems { code } } } }', variables: { rows: change.deals.map((n) => ({ id: dealId(n), input: inputOf(change.input) })) }, rows,
      };
    }
    case 'upsertDeal': {
      const before = state.deals.find(({ code }) => code === change.code);
      const given = { ...change.input, code: change.code };
      const after = changed(oracle, before ?? { ...fresh(oracle, 100 + turn), name: 'new' }, before ? given : { name: 'new', stage: 'a', ...given });
      const sent = { ...inputOf(before ? given : { name: 'new', stage: 'a', ...given }), id: before?.id ?? dealId(100 + turn) };
      const document = 'mutation($input: DealCreateInput!) { upsertDeal(by: CODE, input: $input) { record { id } } }';
      const problems: Problem[] = oracle.mayUseAny('deal') === true ? [] : [oracle.mayUseAny('deal') === false ? 'FORBIDDEN' : '?FORBIDDEN'];
      if (before && !oracle.reads('deal', before)) return { document, variables: { input: sent }, rows: [], problems: [...problems, 'CONFLICT', '?FORBIDDEN'] };
      return { document, variables: { input: sent }, rows: [dealRow(before, after, before ? given : { name: 'new', stage: 'a', ...given })], problems };
    }
    case 'deleteDeal': return remove('Deal', dealId(change.deal), one(state.deals, dealId(change.deal)));
    case 'deleteDeals': {
      const matching = state.deals.filter((item) => oracle.reads('deal', item) && matches(oracle, 'deal', item, change.where));
      return { document: 'mutation($where: DealWhere!) { deleteDeals(where: $where) { count } }', variables: { where: whereInput(change.where) }, rows: matching.map((before) => row('deal', before, undefined)), problems: [...asked(oracle, change.where), ...(matching.length === 0 ? ['?FORBIDDEN' as const] : [])] };
    }
    case 'nest': {
      const before = one(state.deals, dealId(change.deal));
      const id = change.operation === 'create' ? taskId(100 + turn, 0) : taskId(...change.task);
      const child = one(state.tasks, id);
      const moved = child && { ...child, deal: dealId(change.deal) };
      const operand = { create: { id, name: 'new' }, connect: { id }, update: { id, input: { name: 'nested' } }, delete: { id } }[change.operation];
      const rows = {
        create: [row('task', undefined, { id, name: 'new', weight: null, deal: dealId(change.deal), organization: organizationOf(oracle) })], connect: moved ? [row('task', child, moved, ['deal'])] : [],
        update: child?.deal === dealId(change.deal) ? [row('task', child, { ...child, name: 'nested' }, ['name'])] : [], delete: child?.deal === dealId(change.deal) ? [row('task', child, undefined)] : [],
      }[change.operation];
      const follow: Problem[] = change.operation === 'create' || oracle.mayUseAny('task') === true ? [] : ['?FORBIDDEN'];
      return {
        document: 'mutation($id: ID!, $input: DealUpdateInput!) { updateDeal(id: $id, input: $input) { record { id } } }', variables: { id: dealId(change.deal), input: { tasks: { [change.operation]: [operand] } } },
        rows: before ? [row('deal', before, before), ...rows] : [], problems: [...follow, ...(rows.length === 0 || !before ? gone : [])],
      };
    }
    case 'createTask': {
      const given = { name: 'new', ...(change.weight !== undefined && { weight: change.weight }) };
      return { document: 'mutation($input: TaskCreateInput!) { createTask(input: $input) { record { id } } }', variables: { input: { ...given, id: taskId(100 + turn, 0), dealId: dealId(change.deal) } }, rows: [row('task', undefined, { weight: null, ...given, id: taskId(100 + turn, 0), deal: dealId(change.deal), organization: organizationOf(oracle) }, [...Object.keys(given), 'deal'])] };
    }
    case 'updateTask': {
      const before = one(state.tasks, taskId(...change.task));
      const given = { ...(change.weight !== undefined && { weight: change.weight }), ...(change.to !== undefined && { deal: dealId(change.to) }), name: 'changed' };
      return { document: 'mutation($id: ID!, $input: TaskUpdateInput!) { updateTask(id: $id, input: $input) { record { id } } }', variables: { id: taskId(...change.task), input: { name: 'changed', ...(change.weight !== undefined && { weight: change.weight }), ...(change.to !== undefined && { dealId: dealId(change.to) }) } }, rows: before ? [row('task', before, { ...before, ...given }, Object.keys(given))] : [], ...(!before && { problems: gone }) };
    }
    case 'deleteTask': return remove('Task', taskId(...change.task), one(state.tasks, taskId(...change.task)));
    case 'createNote': {
      const after: Note = { id: noteId(100 + turn), name: 'new', deal: change.deal === undefined ? null : dealId(change.deal), creator: oracle.me, trashed: false, organization: organizationOf(oracle) };
      return { document: 'mutation($input: NoteCreateInput!) { createNote(input: $input) { record { id } } }', variables: { input: { id: after.id, name: 'new', ...(change.deal !== undefined && { dealId: after.deal }) } }, rows: [row('note', undefined, after, ['name', ...(change.deal === undefined ? [] : ['deal'])])] };
    }
    case 'updateNote': {
      const before = one(oracle.notes, noteId(change.note));
      const to = change.deal === undefined ? undefined : change.deal === null ? null : dealId(change.deal);
      return { document: 'mutation($id: ID!, $input: NoteUpdateInput!) { updateNote(id: $id, input: $input) { record { id } } }', variables: { id: noteId(change.note), input: { name: 'changed', ...(to !== undefined && { dealId: to }) } }, rows: before ? [row('note', before, { ...before, name: 'changed', ...(to !== undefined && { deal: to }) }, ['name', ...(to === undefined ? [] : ['deal'])])] : [], ...(!before && { problems: gone }) };
    }
    case 'deleteNote': return remove('Note', noteId(change.note), one(oracle.notes, noteId(change.note)), { into: 'trash' });
    case 'restoreNote': return remove('Note', noteId(change.note), one(state.notes.filter(({ trashed }) => trashed), noteId(change.note)), { into: 'life' });
    case 'createLabel': {
      const after: Label = { id: labelId(100 + turn), name: 'new', creator: oracle.me, organization: organizationOf(oracle) };
      return { document: 'mutation($input: LabelCreateInput!) { createLabel(input: $input) { record { id } } }', variables: { input: { id: after.id, name: 'new' } }, rows: [row('label', undefined, after, ['name'])] };
    }
    case 'deleteLabel': return remove('Label', labelId(change.label), one(state.labels, labelId(change.label)));
    case 'link': {
      const before = one(state.deals, dealId(change.deal));
      const after = before && { ...before, labels: linkedAfter(oracle, before, change.operation, change.labels) };
      return {
        document: 'mutation($id: ID!, $input: DealUpdateInput!) { updateDeal(id: $id, input: $input) { record { id } } }', variables: { id: dealId(change.deal), input: { labels: { [change.operation]: change.labels.map((n) => ({ id: labelId(n) })) } } },
        rows: before && after ? [row('deal', before, after, ['labels'])] : [], problems: before ? labelProblems(oracle, before, change.operation, change.labels) : gone,
      };
    }
    case 'linkBack': return linkBack(change, oracle);
    case 'purgeNote': return remove('Note', noteId(change.note), one(state.notes, noteId(change.note)), {});
  }
}

/** `how`: of objects with a trash. Restoring takes the right to delete. */
function remove(type: 'Deal' | 'Task' | 'Note' | 'Label', id: string, before: Item | undefined, how?: Pick<RowWrite, 'into'>): Effect {
  const kind = type.toLowerCase() as Kind;
  const field = how?.into === 'life' ? `restore${type}(id: $id)` : `delete${type}(id: $id${how && !how.into ? ', purge: true' : ''})`;
  return { document: `mutation($id: ID!) { ${field} { clientMutationId } }`, variables: { id }, rows: before ? [{ kind, before, after: undefined, given: [], ...how }] : [], ...(!before && { problems: ['MISSING', '?FORBIDDEN'] as const }) };
}

/** From the label's side: each deal that it comes to or leaves is written. */
function linkBack({ label: n, operation: how, deals: given }: Change & { does: 'linkBack' }, oracle: Oracle): Effect {
  const { state } = oracle;
  const before = state.labels.find(({ id }) => id === labelId(n));
  const named = given.map((deal) => state.deals.find(({ id }) => id === dealId(deal)));
  const linked = state.deals.filter(({ labels: ids }) => ids.includes(labelId(n)));
  const added = how === 'disconnect' ? [] : named.filter((deal): deal is Deal => deal !== undefined && (how === 'connect' || !linked.includes(deal)));
  const left = how === 'disconnect' ? linked.filter((deal) => named.includes(deal)) : how === 'set' ? linked.filter((deal) => !named.includes(deal) && oracle.reads('deal', deal)) : [];
  const write = (deal: Deal, ids: readonly string[]): RowWrite => ({ kind: 'deal', before: deal, after: { ...deal, labels: [...new Set(ids)] }, given: ['labels'] });
  const rows = [...added.map((deal) => write(deal, [...deal.labels, labelId(n)])), ...left.map((deal) => write(deal, deal.labels.filter((id) => id !== labelId(n))))];
  const known = before !== undefined && named.every((deal) => deal && oracle.reads('deal', deal) && (how !== 'disconnect' || linked.includes(deal)));
  return {
    document: 'mutation($id: ID!, $input: LabelUpdateInput!) { updateLabel(id: $id, input: $input) { record { id } } }', variables: { id: labelId(n), input: { deals: { [how]: given.map((deal) => ({ id: dealId(deal) })) } } },
    rows: before ? [{ kind: 'label', before, after: before, given: [] }, ...rows] : [], problems: [...(known ? [] : ['MISSING' as const]), ...(known && linked.every((deal) => oracle.showsField('deal.labels', deal)) && oracle.mayUseAny('deal') === true ? [] : ['?FORBIDDEN' as const])],
  };
}

function asked(oracle: Oracle, where: Where): readonly Problem[] {
  const verdict = mayAsk(oracle, 'deal', where);
  return verdict === true ? [] : [verdict === false ? 'FORBIDDEN' : '?FORBIDDEN'];
}

const nameOf = (code: string): string => (code === 'NOT_FOUND' || code === 'VALIDATION_FAILED' ? 'MISSING' : code);

/** PARTIAL: the rows that nothing is against are written, and the others say what is. */
async function makeEach(change: Change & { does: 'updateEach' }, who: TestPlatform, oracle: Oracle, effect: Effect, stored: () => Promise<State>): Promise<{ readonly compared: Compared[]; readonly state: State }> {
  const { document, variables, rows } = effect;
  const against = (row: RowWrite) => problemsOf(oracle, row);
  const answer = await ask(who, document, variables);
  const payload = answer.data?.['updateDeals'] as { readonly rows: readonly { readonly index: number; readonly problems: readonly unknown[] }[] } | null | undefined;
  const isRefused = (row: RowWrite): boolean => payload?.rows.find(({ index }) => dealId(change.deals[index] ?? -1) === row.before?.id)?.problems.length !== 0;
  // What the platform may refuse, and does, is taken as refused.
  let allowed = rows.filter((row) => !against(row).some((problem) => !problem.startsWith('?')) && !(against(row).length > 0 && isRefused(row)));
  for (let { stay } = together(oracle, allowed); stay.length < allowed.length; { stay } = together(oracle, allowed)) allowed = [...stay];
  const state = apply(oracle.state, allowed);
  const compared: Compared[] = [{ what: 'records after updateEach', actual: ordered(await stored()), expected: ordered(state) }];
  const ids = allowed.map(({ before }) => before?.id);
  if (payload) compared.unshift({ what: 'rows of updateEach', actual: payload.rows.map(({ problems }) => problems.length === 0), expected: change.deals.map((n) => ids.includes(dealId(n))) });
  else compared.unshift({ what: `updateEach refused with ${answer.codes.join()}`, actual: answer.codes, expected: ['FORBIDDEN'] });
  return { compared, state };
}

/** Makes the change, and compares what came of it with the rules: the code of a refusal, or all records that there are afterwards. */
export async function make(change: Change, who: TestPlatform, oracle: Oracle, turn: number, stored: () => Promise<State>): Promise<{ readonly compared: Compared[]; readonly state: State }> {
  const effect = effectOf(change, oracle, turn);
  if (change.does === 'updateEach') return makeEach(change, who, oracle, effect, stored);
  const { document, variables, rows, problems = [] } = effect;
  const found = new Set([...problems, ...rows.flatMap((row) => problemsOf(oracle, row))]);
  const against = [...found].filter((problem) => !problem.startsWith('?'));
  const answer = await ask(who, document, variables);
  const payload = Object.values(answer.data ?? {})[0] as { readonly record?: { readonly id: string } | null } | null | undefined;
  const made = payload !== null && payload !== undefined;
  const allowed = [...found].map((problem) => problem.replace('?', ''));
  const should = against.length === 0 && (made || found.size === 0);
  const state = should ? apply(oracle.state, rows) : oracle.state;
  const compared: Compared[] = [
    { what: `${change.does}: ${made ? 'done' : `refused with ${answer.codes.join()}`}, against it: ${[...found].join() || 'nothing'}`, actual: { made, known: made || answer.codes.every((code) => allowed.includes(nameOf(code))) }, expected: { made: should, known: true } },
    { what: `records after ${change.does}`, actual: ordered(await stored()), expected: ordered(state) },
  ];
  const [first] = rows;
  if (made && should && first?.after && payload.record !== undefined) {
    const shown = new Oracle(oracle.world, oracle.me, state).reads(first.kind, first.after);
    compared.push({ what: `record of ${change.does}`, actual: payload.record, expected: shown ? { id: first.after.id } : null });
  }
  return { compared, state };
}

export const ordered = ({ deals, tasks, notes, labels: all }: State): State => {
  const byId = <T extends Item>(items: readonly T[]) => [...items].sort((left, right) => (left.id < right.id ? -1 : 1));
  return { deals: byId(deals), tasks: byId(tasks), notes: byId(notes), labels: byId(all) };
};
