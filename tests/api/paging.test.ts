import { beforeAll, expect, it } from 'vitest';
import { v7 as newId } from 'uuid';
import { describeEachDatabase } from '../support/database.ts';
import { startPlatform, type TestPlatform } from '../support/platform.ts';

const yaml = `
name: shelf
fields:
  name: { type: text, required: true }
  level: { type: number, scale: 0 }
---
name: item
search: { fields: [name, code] }
fields:
  name: { type: text, required: true }
  code: { type: text }
  rank: { type: number, scale: 0 }
  weight: { type: number }
  price: { type: currency }
  serial: { type: number, scale: 0, precision: 18 }
  due: { type: date }
  seen: { type: datetime }
  opens: { type: time }
  done: { type: boolean }
  kind: { type: select, options: [b, a, c] }
  labels: { type: tags }
  extra: { type: json }
  shelf: { type: lookup, reference: shelf }
`;

interface Connection {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly startCursor: string | null; readonly endCursor: string | null };
}

/** Values repeat, and every fourth is missing, so that ties and nulls meet in every key. */
const value = <T>(index: number, step: number, values: readonly T[]): T | null => ((index * step) % 4 === 3 ? null : (values[(index * step) % values.length] ?? null));

const orders: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  'the order of creation': [],
  'one key, ties broken by id': [{ rank: 'ASC' }],
  'one key downwards, nulls first': [{ rank: 'DESC' }],
  'nulls last, downwards': [{ weight: 'DESC_NULLS_LAST' }],
  'nulls first, upwards': [{ price: 'ASC_NULLS_FIRST' }],
  'keys in both directions': [{ kind: 'DESC_NULLS_LAST' }, { due: 'ASC_NULLS_FIRST' }, { name: 'DESC' }],
  'moments, times and truth': [{ done: 'ASC' }, { seen: 'DESC_NULLS_LAST' }, { opens: 'ASC' }],
  'whole numbers of 64 bits': [{ serial: 'DESC' }],
  'through a relation': [{ shelf: { level: 'ASC_NULLS_FIRST' } }, { shelf: { name: 'DESC' } }, { rank: 'ASC' }],
  'by a lookup itself': [{ shelfId: 'DESC_NULLS_LAST' }, { createdAt: 'ASC' }],
};

describeEachDatabase('pages', (open) => {
  let app: TestPlatform;
  const kept: string[] = [];

  beforeAll(async () => {
    app = await startPlatform({ yaml, database: await open() });
    const shelves = Array.from({ length: 5 }, (_, index) => ({ id: newId(), name: `S${index % 3}`, level: value(index, 1, [2, 1]) }));
    const items = Array.from({ length: 61 }, (_, index) => ({
      id: newId(), name: `N${index % 9}`, code: index % 2 ? 'blue green' : index % 3 ? 'green' : null, rank: value(index, 1, [3, 1, 2]), weight: value(index, 3, [0.1, -1.5, 1e9]), price: value(index, 5, ['0.10', '99999.99', '-3.00']),
      serial: value(index, 7, ['9007199254740993', '9007199254740992', '-1']), due: value(index, 1, ['2026-01-01', '0001-01-01', '9999-12-31']), seen: value(index, 3, ['2026-01-01T00:00:00.001Z', '2026-01-01T00:00:00.002Z']),
      opens: value(index, 5, ['09:30', '09:30:00.001']), done: value(index, 7, [true, false]), kind: value(index, 3, ['B', 'A', 'C']), shelfId: value(index, 5, shelves.map(({ id }) => id)),
    }));
    kept.push(...items.map(({ id }) => id));
    const { errors } = await app.query('mutation ($shelves: [ShelfCreateInput!]!, $items: [ItemCreateInput!]!) { createShelves(input: $shelves) { count } createItems(input: $items) { count } }', { shelves, items });
    expect(errors).toBeUndefined();
    return () => app.close();
  });

  async function page(variables: Readonly<Record<string, unknown>>): Promise<Connection> {
    const { data, errors } = await app.query(
      `query ($orderBy: [ItemOrderBy!], $where: ItemWhere, $first: Int, $after: String, $last: Int, $before: String) {
        items(orderBy: $orderBy, where: $where, first: $first, after: $after, last: $last, before: $before) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
      }`,
      variables,
    );
    expect(errors).toBeUndefined();
    return (data as { items: Connection }).items;
  }

  /** Ids of all pages, in the order in which they were read. */
  async function walk(orderBy: unknown, size: number, backward: boolean, between: () => Promise<unknown> = () => Promise.resolve()): Promise<string[]> {
    const pages: string[][] = [];
    for (let cursor: string | null = null, more = true; more; ) {
      const found: Connection = await page({ orderBy, ...(backward ? { last: size, before: cursor } : { first: size, after: cursor }) });
      pages.push(found.nodes.map(({ id }) => id));
      cursor = backward ? found.pageInfo.startCursor : found.pageInfo.endCursor;
      more = backward ? found.pageInfo.hasPreviousPage : found.pageInfo.hasNextPage;
      expect(backward ? found.pageInfo.hasNextPage : found.pageInfo.hasPreviousPage).toBe(pages.length > 1);
      await between();
    }
    return (backward ? pages.reverse() : pages).flat();
  }

  for (const [title, orderBy] of Object.entries(orders)) {
    it(`reads ${title} alike in one go, forwards and backwards`, async () => {
      const whole = (await page({ orderBy, first: 500 })).nodes.map(({ id }) => id);
      expect(whole).toHaveLength(61);
      expect(await walk(orderBy, 7, false)).toEqual(whole);
      expect(await walk(orderBy, 7, true)).toEqual(whole);
      expect(await walk(orderBy, 61, false)).toEqual(whole);
    });
  }

  it('sorts by several keys as their values say', async () => {
    const { data } = await app.query('{ items(first: 100, orderBy: [{ rank: DESC_NULLS_LAST }, { due: ASC }]) { nodes { id rank due } } }');
    const rows = (data as { items: { nodes: { id: string; rank: number | null; due: string | null }[] } }).items.nodes;
    const expected = [...rows].sort((a, b) => (b.rank ?? -1) - (a.rank ?? -1) || (a.due ?? '~').localeCompare(b.due ?? '~') || (a.id < b.id ? 1 : -1));
    expect(rows).toEqual(expected);
  });

  it('reads the ranking of a search alike in one go, forwards and backwards', async () => {
    const found = async (args: string) => {
      const { data, errors } = await app.query(`{ items(search: "green or N3", ${args}) { totalCount edges { cursor rank node { id } } pageInfo { hasNextPage hasPreviousPage } } }`);
      expect(errors).toBeUndefined();
      return (data as { items: { totalCount: number; edges: { cursor: string; rank: number; node: { id: string } }[]; pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean } } }).items;
    };
    const whole = await found('first: 100');
    expect(whole.edges.map(({ rank }) => rank)).toEqual(whole.edges.map(({ rank }) => rank).sort((a, b) => b - a));
    expect(new Set(whole.edges.map(({ rank }) => rank)).size).toBeGreaterThan(1);
    for (const [way, cursor] of [['first', 'after'], ['last', 'before']] as const) {
      const seen: string[] = [];
      for (let args = `${way}: 4`, more = true; more; ) {
        const { edges, pageInfo } = await found(args);
        seen.splice(way === 'first' ? seen.length : 0, 0, ...edges.map(({ node }) => node.id));
        args = `${way}: 4, ${cursor}: "${edges.at(way === 'first' ? -1 : 0)?.cursor ?? ''}"`;
        more = way === 'first' ? pageInfo.hasNextPage : pageInfo.hasPreviousPage;
      }
      expect(seen).toEqual(whole.edges.map(({ node }) => node.id));
      expect(seen).toHaveLength(whole.totalCount);
    }
  });

  it('reads a page between two cursors', async () => {
    const orderBy = [{ rank: 'ASC' }];
    const all = await app.query('{ items(first: 100, orderBy: [{ rank: ASC }]) { edges { cursor node { id } } } }');
    const { edges } = (all.data as { items: { edges: { cursor: string; node: { id: string } }[] } }).items;
    const inside = edges.slice(11, 30).map(({ node }) => node.id);
    const ends = { orderBy, after: edges[10]?.cursor, before: edges[30]?.cursor };
    expect((await page({ ...ends, first: 50 })).nodes.map(({ id }) => id)).toEqual(inside);
    expect((await page({ ...ends, last: 5 })).nodes.map(({ id }) => id)).toEqual(inside.slice(-5));
    expect(await page({ orderBy, first: 3, after: edges.at(-1)?.cursor })).toEqual({ nodes: [], pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null } });
  });

  it.each([false, true])('misses and repeats nothing while others write (backwards: %s)', async (backward) => {
    const orderBy = [{ rank: 'ASC_NULLS_FIRST' }, { name: 'DESC' }];
    const expected = (await page({ orderBy, first: 500 })).nodes.map(({ id }) => id);
    const passing: string[] = [];
    let step = 0;
    const disturb = async (): Promise<void> => {
      step += 1;
      const id = newId();
      const gone = step % 3 === 0 ? passing.shift() : undefined;
      const { errors } = await app.query(
        `mutation ($id: ID!, $rank: Int, $gone: [ID!]!) { createItem(input: { id: $id, name: "N4", rank: $rank }) { record { id } } deleteItems(ids: $gone) { count } }`,
        { id, rank: value(step, 1, [3, 1, 2]), gone: gone === undefined ? [] : [gone] },
      );
      expect(errors).toBeUndefined();
      passing.push(id);
    };
    let reading = true;
    const writers = [1, 2].map(async () => {
      while (reading) await disturb();
    });
    const seen = await walk(orderBy, 4, backward, disturb).finally(() => {
      reading = false;
    });
    await Promise.all(writers);
    expect(step).toBeGreaterThan(10);
    const here = new Set(kept);
    expect(seen.filter((id) => here.has(id))).toEqual(expected);
    expect(new Set(seen).size).toBe(seen.length);
    await app.query('mutation ($ids: [ID!]!) { deleteItems(ids: $ids) { count } }', { ids: passing });
  });

  const refusedWith = async (document: string, variables?: Readonly<Record<string, unknown>>): Promise<unknown> => {
    const { errors } = await app.query(document, variables);
    return errors?.map(({ message, extensions }) => `${String(extensions?.['code'])}${/invalid|syntax|uuid|22/i.test(message) ? ` ${message}` : ''}`);
  };

  it('refuses cursors of other orders, other lists, and forged ones', async () => {
    const orderBy = [{ rank: 'ASC' }, { seen: 'DESC' }];
    const { pageInfo } = await page({ orderBy, first: 3 });
    const [mark, ...values] = JSON.parse(Buffer.from(pageInfo.endCursor ?? '', 'base64').toString('utf8')) as unknown[];
    const forged = (...parts: readonly unknown[]): string => Buffer.from(JSON.stringify([mark, ...parts])).toString('base64');
    const document = 'query ($orderBy: [ItemOrderBy!], $after: String, $before: String) { items(orderBy: $orderBy, first: 3, after: $after, before: $before) { nodes { id } } }';
    expect(await refusedWith(document, { orderBy, after: forged(...values) })).toBeUndefined();
    const other = (await page({ orderBy: [{ rank: 'DESC' }], first: 3 })).pageInfo.endCursor;
    const [rank, seen, id] = values;
    const wrong = [
      other, '', '!', 'bm9uc2Vuc2U=', Buffer.from('{}').toString('base64'), Buffer.from('[]').toString('base64'), forged(), forged(rank, seen), forged(rank, seen, id, id),
      forged('one', seen, id), forged('1.5', seen, id), forged('99999999999999999999', seen, id), forged(1, seen, id), forged(rank, 'yesterdayish', id), forged(rank, '2026-13-45', id),
      forged(rank, seen, 'no uuid'), forged(rank, seen, null), forged(rank, seen, 'a\u0000'), forged('\u0000', seen, id), forged({ rank }, seen, id), forged(rank, seen, `${String(id)}'; drop table item`),
    ];
    for (const cursor of wrong) {
      expect(await refusedWith(document, { orderBy, after: cursor }), `after ${String(cursor)}`).toEqual(['BAD_REQUEST']);
      expect(await refusedWith(document, { orderBy, before: cursor }), `before ${String(cursor)}`).toEqual(['BAD_REQUEST']);
    }
    expect(await refusedWith('query ($after: String) { shelves(after: $after) { nodes { id } } }', { after: (await page({ first: 1 })).pageInfo.endCursor })).toEqual(['BAD_REQUEST']);
    expect((await page({ first: 100 })).nodes).toHaveLength(61);
  });

  it('refuses sizes that are no sizes', async () => {
    for (const args of ['first: -1', 'last: -1', 'first: 1, last: 1', 'offset: -1']) expect(await refusedWith(`{ items(${args}) { nodes { id } } }`), args).toEqual(['BAD_REQUEST']);
    expect(await refusedWith('{ items(first: 501) { nodes { id } } }')).toEqual(['LIMIT_EXCEEDED']);
    expect(await refusedWith('{ itemGroups(by: [{ field: RANK }], first: -1) { count } }')).toEqual(['BAD_REQUEST']);
    expect(await refusedWith('{ itemGroups(by: [{ field: RANK }], offset: -1) { count } }')).toEqual(['BAD_REQUEST']);
    expect((await app.query('{ items(first: 0) { nodes { id } totalCount pageInfo { hasNextPage } } }')).data).toEqual({ items: { nodes: [], totalCount: 61, pageInfo: { hasNextPage: true } } });
  });

  it.each([
    ['{ name: { eq: "a\\u0000" } }'], ['{ name: { in: ["a\\u0000"] } }'], ['{ name: { contains: "a\\u0000" } }'], ['{ name: { like: "abc\\\\" } }'], ['{ name: { ilike: "\\\\\\\\\\\\" } }'],
    ['{ labels: { has: "a\\u0000" } }'], ['{ extra: { hasKey: "a\\u0000" } }'], ['{ extra: { jsonContains: "a\\u0000" } }'],
    ['{ due: { eq: "0000-01-01" } }'], ['{ due: { gt: "{99999_years_ago}" } }'], ['{ due: { withinLast: { count: 2147483647, unit: YEAR } } }'], ['{ seen: { withinNext: { count: 2147483647, unit: MONTH } } }'],
    ['{ seen: { lt: "9999-12-31T23:59:59-05:00" } }'], ['{ due: { eq: "{some_day}" } }'], ['{ due: { between: ["2026-01-01"] } }'], ['{ rank: { eq: null } }'],
  ])('refuses what no value could be compared with: %s', async (where) => {
    const codes = await refusedWith(`{ items(where: ${where}) { nodes { id } } }`);
    expect(codes).toEqual(['BAD_REQUEST']);
    const variable = await app.query('query ($where: ItemWhere) { items(where: $where) { totalCount } }', { where: JSON.parse(where.replace(/(\w+): /g, '"$1": ').replace(/YEAR|MONTH/g, '"$&"')) as unknown });
    expect(variable.errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['BAD_REQUEST']);
  });

  it.each([
    ['{ serial: { lte: "9223372036854775807" } }', 46], ['{ serial: { gt: "9007199254740992" } }', 16], ['{ serial: { eq: "9223372036854775808" } }', 0], ['{ serial: { in: ["-1", "-9223372036854775809"] } }', 15], [`{ serial: { gt: "${'9'.repeat(400)}" } }`, 0], ['{ price: { lt: "1e400" } }', 46], [`{ price: { eq: "0.1${'0'.repeat(300)}1" } }`, 0], ['{ price: { eq: "0.1" } }', 16],
    ['{ weight: { lt: 1e400 } }', 46], ['{ rank: { gt: -2147483648 } }', 46], ['{ id: { eq: "nonsense" } }', 0], ['{ id: { ne: "nonsense" } }', 61], ['{ shelfId: { in: ["", "x"] } }', 0], ['{ name: { like: "N1\\\\\\\\" } }', 0],
    ['{ due: { lte: "9999-12-31" } }', 46], ['{ due: { gte: "0001-01-01" } }', 46], ['{ name: { in: [] } }', 0], ['{ name: { notIn: [] } }', 61], ['{ or: [] }', 0], ['{ and: [] }', 61], ['{}', 61],
  ])('compares values at the edges: %s', async (where, found) => {
    expect(await app.query(`{ items(where: ${where}) { totalCount } }`)).toEqual({ data: { items: { totalCount: found } } });
  });
});
