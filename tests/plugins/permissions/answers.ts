import type { TestPlatform } from '../../support/platform.ts';
import { dealId } from './ids.ts';
import type { Deal, Item, Kind, Oracle, Task, Verdict } from './oracle.ts';
import { all, along, fields, matches, mayAsk, mayOrder, mayUse, seen, sorted, whereInput, type FieldSpec, type Question, type Where } from './questions.ts';
import type { FieldKey } from './world.ts';

/** What is selected of each kind; guarded fields and relations make errors at their paths. */
export const selections: Readonly<Record<Kind, string>> = {
  deal: 'id name stage amount secret phone org code ownerId parentId parent { id name amount } tasks(where: $inner) { totalCount nodes { id weight } } tasksAggregate { count } notes { nodes { id } } labelIds labels { nodes { id } }',
  task: 'id name weight dealId deal { id secret }',
  note: 'id name dealId deal { id name }',
  label: 'id name deals { totalCount nodes { id } } dealsAggregate { count }',
};

export interface Shown {
  readonly data: unknown;
  /** Paths at which something is hidden. */
  readonly hidden: ReadonlySet<string>;
}

function show(oracle: Oracle, kind: Kind, item: Item, path: string, hidden: Set<string>, inner: Where | undefined): Record<string, unknown> {
  const value = (of: Kind, name: string, from: Item, at: string): unknown => {
    const { key, get } = fields[of][name] as FieldSpec;
    if (key === 'deal.phone') return oracle.phone((from as Deal).phone);
    if (!key || oracle.showsField(key, from)) return name === 'labelIds' ? oracle.seenLabels(from as Deal).map(({ id }) => id) : get(from);
    hidden.add(`${at}.${name}`);
    return null;
  };
  const own = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, value(kind, name, item, path)]));
  const deal = (names: readonly string[], relation: string) => {
    const [other] = along(oracle, kind, relation, item).items;
    return other ? Object.fromEntries(names.map((name) => [name, value('deal', name, other, `${path}.${relation}`)])) : null;
  };
  if (kind === 'label') {
    const deals = along(oracle, 'label', 'deals', item).items.filter((one) => oracle.showsField('deal.labels', one));
    return { ...own(['id', 'name']), deals: { totalCount: deals.length, nodes: byId(deals).map(({ id }) => ({ id })) }, dealsAggregate: { count: deals.length } };
  }
  if (kind === 'task') return { ...own(['id', 'name', 'weight', 'dealId']), deal: deal(['id', 'secret'], 'deal') };
  if (kind === 'note') {
    const shows = oracle.showsField('note.deal', item);
    if (!shows) hidden.add(`${path}.deal`);
    return { ...own(['id', 'name', 'dealId']), deal: shows ? deal(['id', 'name'], 'deal') : null };
  }
  const tasks = along(oracle, 'deal', 'tasks', item).items;
  const labels = oracle.showsField('deal.labels', item) ? along(oracle, 'deal', 'labels', item).items : [];
  if (!oracle.showsField('deal.labels', item)) hidden.add(`${path}.labels`);
  const wanted = tasks.filter((task) => matches(oracle, 'task', task, inner));
  return {
    ...own(['id', 'name', 'stage', 'amount', 'secret', 'phone', 'org', 'code', 'ownerId', 'parentId', 'labelIds']), parent: deal(['id', 'name', 'amount'], 'parent'),
    tasks: { totalCount: wanted.length, nodes: byId(wanted).map((task) => ({ id: task.id, weight: value('task', 'weight', task, `${path}.tasks.nodes`) })) }, tasksAggregate: { count: tasks.length },
    notes: { nodes: byId(along(oracle, 'deal', 'notes', item).items.filter((note) => oracle.showsField('note.deal', note))).map(({ id }) => ({ id })) },
    labels: { nodes: byId(labels).map(({ id }) => ({ id })) },
  };
}
const byId = (items: readonly Item[]) => [...items].sort((left, right) => (left.id < right.id ? -1 : 1));

/** One answer beside what the rules say; `expected` undefined stands for a refusal. */
export interface Compared {
  readonly what: string;
  readonly actual: unknown;
  readonly expected: unknown;
}

interface Answer {
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly codes: readonly string[];
  readonly paths: ReadonlySet<string>;
}
export async function ask(who: TestPlatform, document: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  const { data = null, errors = [] } = await who.query(document, variables);
  return { data, codes: [...new Set(errors.map(({ extensions }) => String(extensions?.['code'])))], paths: new Set(errors.flatMap(({ path, message }) => (path && !isShort(message, path) ? [path.filter((step) => typeof step === 'string').join('.')] : []))) };
}

/** Whether the path of a hidden field ends before it, at a record that is null or a list without records: there nothing is hidden. */
function isShort(message: string, path: readonly (string | number)[]): boolean {
  const hidden = /^(?:You may not read|Only those are here whose) \w+\.(\w+)/.exec(message)?.[1]?.replace(/Ids?$/, '');
  const last = path.at(-1);
  return hidden !== undefined && last !== hidden && ['nodes', 'node', 'parent', 'record', 'deal'].includes(String(last));
}

/** Compares an answer with the rules: refused as a whole, or the data with an error for each field that some shown record hides. */
function compare(what: string, answer: Answer, verdict: Verdict, expected: Shown, oracle: Oracle): Compared {
  const refused = answer.codes.includes('FORBIDDEN') && (answer.data === null || Object.values(answer.data).every((value) => value === null));
  if (verdict === false || (verdict === undefined && refused)) return { what, actual: refused ? undefined : answer, expected: undefined };
  const surplus = [...answer.paths].filter((path) => !expected.hidden.has(path) && !isClosed(path, oracle));
  const missing = [...expected.hidden].filter((path) => !answer.paths.has(path));
  const codes = answer.codes.filter((code) => code !== 'FORBIDDEN');
  return { what, actual: { data: answer.data, surplus, missing, codes }, expected: { data: expected.data, surplus: [], missing: [], codes: [] } };
}

/** Whether rules, beside the records there are, may make the field at a path hidden as a whole. */
function isClosed(path: string, oracle: Oracle): boolean {
  const kind: Kind = /(^|\.)(deals|deal|parent|record)(\.nodes|\.edges\.node)?\.\w+$/.test(path) ? 'deal' : /tasks/.test(path) ? 'task' : /labels/.test(path) ? 'label' : 'note';
  const kinds: readonly Kind[] = path.includes('tasks') ? ['task', kind] : path.includes('note') ? ['note', kind] : path.includes('label') ? ['label', 'deal'] : [kind, 'deal'];
  if (kinds.some((one) => !oracle.sees(one))) return true;
  const key = { amount: 'deal.amount', secret: 'deal.secret', weight: 'task.weight', notes: 'note.deal', dealId: 'note.deal', deal: 'note.deal', labelIds: 'deal.labels', labels: 'deal.labels', deals: 'deal.labels', dealsAggregate: 'deal.labels' }[path.split('.').at(-1) ?? ''] as FieldKey | undefined;
  return key !== undefined && !oracle.alwaysShows(key);
}

export async function answerTo(question: Question, who: TestPlatform, oracle: Oracle): Promise<Compared[]> {
  switch (question.asks) {
    case 'list': return listAnswers(question, who, oracle);
    case 'aggregate': {
      const { where, measured } = question;
      const verdict = all([mayAsk(oracle, 'deal', where), measured ? mayUse(oracle, 'deal', 'amount', 'aggregatable') : true]);
      const answer = await ask(who, `query($where: DealWhere) { dealsAggregate(where: $where) { count ${measured ? 'sum { amount } min { amount } max { amount } countDistinct { amount }' : ''} } }`, { where: whereInput(where) });
      const rows = seen(oracle, 'deal', oracle.state.deals).filter((deal) => matches(oracle, 'deal', deal, where));
      return [compare('aggregate', texts(answer), verdict, { data: { dealsAggregate: { count: String(rows.length), ...(measured && measures(rows)) } }, hidden: new Set() }, oracle)];
    }
    case 'groups': return [await groupAnswer(question, who, oracle)];
    case 'trash': return [await trashAnswer(question, who, oracle)];
    case 'below': return [await belowAnswer(question, who, oracle)];
    case 'records': {
      const { ids, code } = question;
      const items: readonly (readonly [Kind, Item])[] = [...oracle.state.deals.map((deal) => ['deal', deal] as const), ...oracle.state.tasks.map((task) => ['task', task] as const), ...oracle.notes.map((note) => ['note', note] as const), ...oracle.state.labels.map((label) => ['label', label] as const)];
      const idOf = (id: string) => items.flatMap(([kind, item]) => (item.id === id && oracle.reads(kind, item) ? { id } : []))[0] ?? null;
      const answers = await ask(who, 'query($ids: [ID!]!, $id: ID!) { nodes(ids: $ids) { id } node(id: $id) { id } }', { ids, id: ids[0] });
      const keyed = await ask(who, 'query($code: String!) { deal(by: { code: $code }) { id } }', { code });
      const deal = oracle.state.deals.find((one) => one.code === code && oracle.reads('deal', one));
      return [
        compare('nodes', { ...answers, data: { nodes: answers.data?.['nodes'] } }, true, { data: { nodes: ids.map(idOf) }, hidden: new Set() }, oracle),
        compare('node', { ...answers, data: { node: answers.data?.['node'] } }, true, { data: { node: idOf(ids[0] ?? '') }, hidden: new Set() }, oracle),
        compare('by', keyed, oracle.mayUseAny('deal'), { data: { deal: deal ? { id: deal.id } : null }, hidden: new Set() }, oracle),
      ];
    }
  }
}

const texts = (answer: Answer): Answer => ({ ...answer, data: JSON.parse(JSON.stringify(answer.data), (_key, value: unknown) => (typeof value === 'number' ? String(value) : value)) as Answer['data'] });
const text = (n: number | undefined) => (n === undefined ? null : String(n));
function measures(rows: readonly Item[]) {
  const amounts = rows.flatMap((row) => (row as Deal).amount ?? []);
  const some = amounts.length > 0;
  return { sum: { amount: some ? text(amounts.reduce((total, amount) => total + amount, 0)) : null }, min: { amount: some ? text(Math.min(...amounts)) : null }, max: { amount: some ? text(Math.max(...amounts)) : null }, countDistinct: { amount: text(new Set(amounts).size) } };
}

async function groupAnswer({ by, where, measured, over }: Question & { asks: 'groups' }, who: TestPlatform, oracle: Oracle): Promise<Compared> {
  const verdict = all([
    mayUse(oracle, 'deal', by, 'aggregatable'), mayAsk(oracle, 'deal', where), measured ? mayUse(oracle, 'deal', 'amount', 'aggregatable') : true,
    over === undefined ? true : all([mayUse(oracle, 'deal', 'amount', 'aggregatable'), mayUse(oracle, 'deal', 'amount', 'filterable')]),
  ]);
  const machine = by === 'ownerId' ? 'OWNER_ID' : by.toUpperCase();
  const answer = await ask(who, `query($where: DealWhere, $having: DealHaving) { dealGroups(by: [{ field: ${machine} }], where: $where, having: $having) { key { ${by} } count ${measured ? 'sum { amount } min { amount } max { amount } countDistinct { amount }' : ''} } }`, {
    where: whereInput(where), having: over === undefined ? undefined : { sum: { amount: { gt: over } } },
  });
  const rows = seen(oracle, 'deal', oracle.state.deals).filter((deal) => matches(oracle, 'deal', deal, where));
  const groups = [...new Set(rows.map((row) => fields.deal[by]?.get(row)))].flatMap((key) => {
    const members = rows.filter((row) => fields.deal[by]?.get(row) === key);
    const total = members.flatMap((row) => (row as Deal).amount ?? []);
    if (over !== undefined && !(total.length > 0 && total.reduce((sum, amount) => sum + amount, 0) > over)) return [];
    return [{ key: { [by]: typeof key === 'number' ? String(key) : key }, count: String(members.length), ...(measured && measures(members)) }];
  });
  const inOrder = (list: unknown) => (Array.isArray(list) ? [...(list as unknown[])].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : list);
  const plain = texts(answer);
  return compare('groups', { ...plain, data: plain.data && { dealGroups: inOrder(plain.data['dealGroups']) } }, verdict, { data: { dealGroups: inOrder(groups) }, hidden: new Set() }, oracle);
}

async function trashAnswer({ trash, where }: Question & { asks: 'trash' }, who: TestPlatform, oracle: Oracle): Promise<Compared> {
  const verdict = all([mayAsk(oracle, 'note', where), oracle.mayUseAny('note') === false ? undefined : true]);
  const answer = await ask(who, `query($where: NoteWhere) { notes(trash: ${trash}, where: $where) { totalCount nodes { id name } } notesAggregate(trash: ${trash}, where: $where) { count } }`, { where: whereInput(where) });
  const rows = byId(seen(oracle, 'note', oracle.state.notes.filter(({ trashed }) => trashed || trash === 'INCLUDE')).filter((note) => matches(oracle, 'note', note, where)));
  return compare('trash', texts(answer), verdict, { data: { notes: { totalCount: String(rows.length), nodes: rows.map(({ id, name }) => ({ id, name })) }, notesAggregate: { count: String(rows.length) } }, hidden: new Set() }, oracle);
}

/** Groups and aggregates of the tasks of one deal. */
async function belowAnswer({ deal, measured }: Question & { asks: 'below' }, who: TestPlatform, oracle: Oracle): Promise<Compared> {
  const verdict = all([mayUse(oracle, 'task', 'name', 'aggregatable'), mayUse(oracle, 'task', 'dealId', 'aggregatable'), measured ? mayUse(oracle, 'task', 'weight', 'aggregatable') : true]);
  const measure = measured ? 'sum { weight }' : '';
  const answer = await ask(who, `query($id: ID!) { deal(id: $id) { taskGroups(by: [{ field: NAME }], orderBy: [{ key: NAME }]) { key { name } count ${measure} } tasksAggregate { count ${measure} } } }`, { id: dealId(deal) });
  const found = oracle.state.deals.find(({ id }) => id === dealId(deal));
  const tasks = found && oracle.reads('deal', found) ? along(oracle, 'deal', 'tasks', found).items as readonly Task[] : undefined;
  const of = (members: readonly Task[]) => {
    const weights = members.flatMap(({ weight }) => weight ?? []);
    return { count: String(members.length), ...(measured && { sum: { weight: weights.length > 0 ? String(weights.reduce((sum, weight) => sum + weight, 0)) : null } }) };
  };
  const names = [...new Set(tasks?.map(({ name }) => name))].sort();
  const data = tasks ? { taskGroups: names.map((name) => ({ key: { name }, ...of(tasks.filter((task) => task.name === name)) })), tasksAggregate: of(tasks) } : null;
  return compare('below', texts(answer), verdict, { data: { deal: data }, hidden: new Set() }, oracle);
}

const typeOf: Readonly<Record<Kind, string>> = { deal: 'Deal', task: 'Task', note: 'Note', label: 'Label' };

async function listAnswers({ of: kind, where, orderBy, page, search, inner }: Question & { asks: 'list' }, who: TestPlatform, oracle: Oracle): Promise<Compared[]> {
  const verdict = all([
    mayAsk(oracle, kind, where), ...orderBy.map(({ by }) => mayOrder(oracle, kind, by)), kind === 'deal' ? mayAsk(oracle, 'task', inner) : true,
    search === undefined ? true : all([mayUse(oracle, 'deal', 'name', 'filterable'), mayUse(oracle, 'deal', 'secret', 'filterable')]),
  ]);
  const found = seen(oracle, kind, oracle.all(kind)).filter((item) => matches(oracle, kind, item, where) && (search === undefined || [item.name, (item as Deal).secret ?? ''].some((words) => words.split(' ').includes(search))));
  const ranked = search !== undefined && orderBy.length === 0;
  const rows = sorted(oracle, kind, found, orderBy);
  const root = `${kind}s`;
  const range = page ? (page.backward ? 'last: $size, before: $cursor, ' : 'first: $size, after: $cursor, ') : '';
  const document =
    `query($where: ${typeOf[kind]}Where, $orderBy: [${typeOf[kind]}OrderBy!]${kind === 'deal' ? ', $inner: TaskWhere, $search: String' : ''}${page ? ', $size: Int, $cursor: String' : ''}) ` +
    `{ ${root}(${range}where: $where, orderBy: $orderBy${kind === 'deal' ? ', search: $search' : ''}) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { ${selections[kind]} } } }`;
  const compared: Compared[] = [];
  let cursor: string | undefined;
  let read = 0;
  do {
    const order = orderBy.length === 0 ? undefined : orderBy.map(({ by, direction }) => (by.includes('.') ? { [by.split('.')[0] ?? '']: { [by.split('.')[1] ?? '']: direction } } : { [by]: direction }));
    const answer = await ask(who, document, { where: whereInput(where), orderBy: order, inner: whereInput(inner), search, ...(page && { size: page.size, cursor }) });
    const size = page?.size ?? rows.length;
    const part = page?.backward ? rows.slice(Math.max(0, rows.length - read - size), rows.length - read) : rows.slice(read, read + size);
    const more = page !== undefined && read + part.length < rows.length;
    const hidden = new Set<string>();
    const nodes = part.map((item) => show(oracle, kind, item, `${root}.nodes`, hidden, inner));
    const connection = answer.data?.[root] as { readonly pageInfo: { readonly startCursor: string | null; readonly endCursor: string | null }; readonly nodes: readonly { readonly id: string }[] } | null | undefined;
    const info = page?.backward ? { hasNextPage: cursor !== undefined, hasPreviousPage: more } : { hasNextPage: more, hasPreviousPage: cursor !== undefined };
    const { startCursor, endCursor } = connection?.pageInfo ?? {};
    const expected: Shown = { data: { [root]: { totalCount: rows.length, pageInfo: { ...info, startCursor, endCursor }, nodes } }, hidden };
    if (ranked) {
      // Which rank a record has is the database's to say.
      const ids = connection?.nodes.map(({ id }) => id).sort();
      const whole = page === undefined && ids;
      compared.push({ what: 'search', actual: verdict === undefined && !connection ? true : whole || ids?.every((id) => rows.some((row) => row.id === id)), expected: verdict === false ? undefined : whole ? rows.map(({ id }) => id).sort() : true });
      break;
    }
    compared.push(compare(`${root} ${read}`, answer, verdict, expected, oracle));
    read += part.length;
    cursor = (page?.backward ? startCursor : endCursor) ?? undefined;
    if (!more || cursor === undefined) break;
  } while (read < rows.length);
  return compared;
}
