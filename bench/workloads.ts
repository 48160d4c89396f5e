import { benchId, sizes } from './dataset.ts';

/** One question in the words of each contestant. `v(i)` gives the values of the i-th request. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  /** Least share of the limit that the platform must reach. */
  readonly bar: number;
  readonly write: boolean;
  /** GraphQL variables, and parameters of the limit in the order of `limit.values`. */
  v(i: number): Readonly<Record<string, string | number>>;
  readonly platform: string;
  /** Undefined: nobody wrote it by hand. */
  readonly handwritten: string | undefined;
  /** SQL that answers the JSON text of `data`; `values` name the variables that are bound. */
  readonly limit: { readonly sql: string; readonly values: readonly string[] };
}

const nthAccount = (i: number) => `Account ${String((i * 37) % (sizes.accounts - 30)).padStart(4, '0')}`;
const stages = ['prospecting', 'proposal', 'negotiation', 'won', 'lost'] as const;
const pick = (i: number) => (i * 7919) % sizes.deals;

const accountFields = 'id name industry annualRevenue owner { id name }';
const list = (row: string) => `coalesce(json_agg(${row}), '[]')`;

export const workloads: readonly Workload[] = [
  {
    name: 'nested-list',
    title: 'nested list (20 × owner, 5 children)',
    bar: 0.7,
    write: false,
    v: (i) => ({ from: nthAccount(i) }),
    platform: `query ($from: String!) { accounts(where: { name: { gte: $from } }, orderBy: [{ name: ASC }], first: 20) { nodes { ${accountFields} contacts(first: 5) { nodes { id fullName email } } } } }`,
    handwritten: `query ($from: String!) { accounts(from: $from, first: 20) { ${accountFields} contacts(first: 5) { id fullName email } } }`,
    limit: {
      sql: `SELECT json_build_object('accounts', json_build_object('nodes', ${list('r')}))::text AS json FROM (
        SELECT a.id, a.name, upper(a.industry) AS industry, a.annual_revenue::text AS "annualRevenue",
          (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM sys_user u WHERE u.id = a.owner_id) u) AS owner,
          (SELECT json_build_object('nodes', ${list('c')}) FROM (SELECT c.id, c.full_name AS "fullName", c.email FROM contact c WHERE c.account_id = a.id ORDER BY c.id LIMIT 5) c) AS contacts
        FROM (SELECT id, name, industry, annual_revenue, owner_id FROM account WHERE name >= $1 ORDER BY name, id LIMIT 20) a) r`,
      values: ['from'],
    },
  },
  {
    name: 'point-read',
    title: 'point read by id, two relations',
    bar: 0.4,
    write: false,
    v: (i) => ({ id: benchId('contact', 1 + (pick(i) % sizes.contacts)) }),
    platform: 'query ($id: ID!) { contact(id: $id) { id fullName email account { id name industry } owner { id name email } } }',
    handwritten: 'query ($id: ID!) { contact(id: $id) { id fullName email account { id name industry } owner { id name email } } }',
    limit: {
      sql: `SELECT json_build_object('contact', (SELECT row_to_json(r) FROM (
        SELECT c.id, c.full_name AS "fullName", c.email,
          (SELECT row_to_json(a) FROM (SELECT a.id, a.name, upper(a.industry) AS industry FROM account a WHERE a.id = c.account_id) a) AS account,
          (SELECT row_to_json(u) FROM (SELECT u.id, u.name, u.email FROM sys_user u WHERE u.id = c.owner_id) u) AS owner
        FROM contact c WHERE c.id = $1) r))::text AS json`,
      values: ['id'],
    },
  },
  {
    name: 'filtered-page',
    title: 'filtered page with count',
    bar: 0.7,
    write: false,
    v: (i) => ({ stage: stages[i % stages.length]?.toUpperCase() ?? 'WON', min: String(90_000 + ((i * 131) % 9_000)) }),
    platform: 'query ($stage: DealStage!, $min: Decimal!) { deals(where: { stage: { eq: $stage }, amount: { gte: $min } }, orderBy: [{ amount: DESC }], first: 20) { totalCount pageInfo { hasNextPage } nodes { id name amount stage closeDate account { id name } } } }',
    handwritten: 'query ($stage: String!, $min: String!) { deals(stage: $stage, min: $min, first: 20) { totalCount pageInfo { hasNextPage } nodes { id name amount stage closeDate account { id name } } } }',
    limit: {
      sql: `SELECT json_build_object('deals', json_build_object(
          'totalCount', (SELECT count(*) FROM deal WHERE stage = lower($1) AND amount >= $2::numeric),
          'pageInfo', json_build_object('hasNextPage', count(*) > 20),
          'nodes', coalesce(json_agg(r) FILTER (WHERE n <= 20), '[]')))::text AS json
        FROM (SELECT row_number() OVER () AS n, d.id, row_to_json(f) AS r FROM (SELECT * FROM deal WHERE stage = lower($1) AND amount >= $2::numeric ORDER BY amount DESC, id LIMIT 21) d,
          LATERAL (SELECT d.id, d.name, d.amount::text AS amount, upper(d.stage) AS stage, d.close_date AS "closeDate", (SELECT row_to_json(a) FROM (SELECT a.id, a.name FROM account a WHERE a.id = d.account_id) a) AS account) f) x`,
      values: ['stage', 'min'],
    },
  },
  {
    name: 'deep-query',
    title: 'deep query (10 × 5 × 5)',
    bar: 0.7,
    write: false,
    v: (i) => ({ from: `User ${String(i % (sizes.users - 20)).padStart(3, '0')}` }),
    platform: 'query ($from: String!) { users(where: { name: { gte: $from } }, orderBy: [{ name: ASC }], first: 10) { nodes { id name accounts(first: 5) { nodes { id name deals(first: 5) { nodes { id name amount stage } } } } } } }',
    handwritten: 'query ($from: String!) { users(from: $from, first: 10) { id name accounts(first: 5) { id name deals(first: 5) { id name amount stage } } } }',
    limit: {
      sql: `SELECT json_build_object('users', json_build_object('nodes', ${list('r')}))::text AS json FROM (
        SELECT u.id, u.name, (SELECT json_build_object('nodes', ${list('a')}) FROM (
          SELECT a.id, a.name, (SELECT json_build_object('nodes', ${list('d')}) FROM (
            SELECT d.id, d.name, d.amount::text AS amount, upper(d.stage) AS stage FROM deal d WHERE d.account_id = a.id ORDER BY d.id LIMIT 5) d) AS deals
          FROM (SELECT id, name FROM account a WHERE a.owner_id = u.id ORDER BY a.id LIMIT 5) a) a) AS accounts
        FROM (SELECT id, name FROM sys_user WHERE name >= $1 ORDER BY name, id LIMIT 10) u) r`,
      values: ['from'],
    },
  },
  {
    name: 'aggregate',
    title: 'grouped aggregate (40,000 rows)',
    bar: 0.95,
    write: false,
    v: () => ({}),
    platform: '{ dealGroups(by: [{ field: STAGE }], orderBy: [{ key: STAGE }]) { key { stage } count sum { amount } max { closeDate } } }',
    handwritten: '{ dealGroups { key { stage } count sum { amount } max { closeDate } } }',
    limit: {
      sql: `SELECT json_build_object('dealGroups', ${list('r')})::text AS json FROM (
        SELECT json_build_object('stage', upper(stage)) AS key, count(*) AS count, json_build_object('amount', sum(amount)::text) AS sum, json_build_object('closeDate', max(close_date)) AS max
        FROM deal GROUP BY stage ORDER BY stage) r`,
      values: [],
    },
  },
  {
    name: 'create',
    title: 'create',
    bar: 0.4,
    write: true,
    v: (i) => ({ name: `New contact ${String(i)}`, email: `new${String(i)}@example.com`, account: benchId('account', 1 + (i % sizes.accounts)), owner: benchId('user', 1 + (i % sizes.users)) }),
    platform: 'mutation ($name: String!, $email: Email!, $account: ID!, $owner: ID!) { createContact(input: { fullName: $name, email: $email, accountId: $account, ownerId: $owner }) { record { id fullName email } } }',
    handwritten: 'mutation ($name: String!, $email: String!, $account: ID!, $owner: ID!) { createContact(fullName: $name, email: $email, accountId: $account, ownerId: $owner) { record { id fullName email } } }',
    limit: {
      sql: `INSERT INTO contact (id, created_at, updated_at, version, full_name, email, account_id, owner_id) VALUES (gen_random_uuid(), now(), now(), 1, $1, $2, $3, $4)
        RETURNING json_build_object('createContact', json_build_object('record', json_build_object('id', id, 'fullName', full_name, 'email', email)))::text AS json`,
      values: ['name', 'email', 'account', 'owner'],
    },
  },
  {
    name: 'create-ruled',
    title: 'create with 5 rules, 2 formulas, roll-up, history',
    bar: 0.4,
    write: true,
    v: (i) => ({
      title: `New purchase ${String(i)}`,
      reference: `R-${String(10_000 + i)}`,
      status: ['DRAFT', 'PLACED', 'PAID'][i % 3] ?? 'DRAFT',
      quantity: 1 + (i % 9),
      price: String(((i * 7919) % 1_000_000) / 10),
      discount: i % 20,
      placedOn: '2026-03-01',
      dueOn: `2026-04-${String(1 + (i % 30)).padStart(2, '0')}`,
      account: benchId('account', 1 + ((i * 7) % sizes.accounts)),
      owner: benchId('user', 1 + (i % sizes.users)),
    }),
    platform: `mutation ($title: String!, $reference: String!, $status: PurchaseStatus!, $quantity: Int!, $price: Decimal!, $discount: Int!, $placedOn: Date!, $dueOn: Date!, $account: ID!, $owner: ID!) {
      createPurchase(input: { title: $title, reference: $reference, status: $status, quantity: $quantity, price: $price, discount: $discount, placedOn: $placedOn, dueOn: $dueOn, accountId: $account, ownerId: $owner }) { record { id title net size } } }`,
    handwritten: undefined,
    limit: {
      sql: `INSERT INTO purchase (id, created_at, updated_at, version, title, reference, status, quantity, price, discount, placed_on, due_on, account_id, owner_id)
        VALUES (gen_random_uuid(), now(), now(), 1, $1, $2, lower($3), $4, $5, $6, $7, $8, $9, $10)
        RETURNING json_build_object('createPurchase', json_build_object('record', json_build_object('id', id, 'title', title,
          'net', round(quantity * price * (100 - discount) / 100, 2)::text, 'size', CASE WHEN quantity * price * (100 - discount) / 100 > 10000 THEN 'large' ELSE 'small' END)))::text AS json`,
      values: ['title', 'reference', 'status', 'quantity', 'price', 'discount', 'placedOn', 'dueOn', 'account', 'owner'],
    },
  },
  {
    name: 'update',
    title: 'update',
    bar: 0.45,
    write: true,
    // Each deal comes back with other values, so that every update changes something.
    v: (i) => ({ id: benchId('deal', 1 + pick(i % 128)), amount: String(((i * 7919) % 1_000_000) / 10), stage: stages[(i * 3 + Math.floor(i / 5)) % stages.length]?.toUpperCase() ?? 'WON' }),
    platform: 'mutation ($id: ID!, $amount: Decimal!, $stage: DealStage!) { updateDeal(id: $id, input: { amount: $amount, stage: $stage }) { record { id amount stage } } }',
    handwritten: 'mutation ($id: ID!, $amount: String!, $stage: String!) { updateDeal(id: $id, amount: $amount, stage: $stage) { record { id amount stage } } }',
    limit: {
      sql: `UPDATE deal SET amount = $2::numeric, stage = lower($3), updated_at = now(), version = version + 1 WHERE id = $1
        RETURNING json_build_object('updateDeal', json_build_object('record', json_build_object('id', id, 'amount', amount::text, 'stage', upper(stage))))::text AS json`,
      values: ['id', 'amount', 'stage'],
    },
  },
];
