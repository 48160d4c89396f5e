import { randomBytes } from 'node:crypto';
import pg from 'pg';

export const sizes = { users: 100, accounts: 2_000, contacts: 20_000, deals: 40_000 } as const;

/** Ids of the data set; the same function exists in SQL below. */
export function benchId(kind: 'user' | 'account' | 'contact' | 'deal', number: number): string {
  const prefix = { user: '01', account: '02', contact: '03', deal: '04' }[kind];
  const hex = number.toString(16).padStart(8, '0');
  return `019b9321-${prefix}00-7000-8000-0000${hex}`;
}

const id = (kind: string, number: string) => `('019b9321-${kind}00-7000-8000-0000' || lpad(to_hex(${number}), 8, '0'))::uuid`;
const stamps = 'now(), now(), 1';

/** Users own accounts, accounts have ten contacts and twenty deals each; values repeat with coprime steps, so that they look mixed. */
const fill = [
  `INSERT INTO sys_user (id, created_at, updated_at, version, name, email)
   SELECT ${id('01', 'n')}, ${stamps}, 'User ' || lpad(n::text, 3, '0'), 'user' || n || '@example.com' FROM generate_series(1, ${String(sizes.users)}) n`,
  `INSERT INTO account (id, created_at, updated_at, version, name, industry, annual_revenue, owner_id)
   SELECT ${id('02', 'n')}, ${stamps}, 'Account ' || lpad((n * 7919 % ${String(sizes.accounts)})::text, 4, '0'), (ARRAY['technology', 'health', 'energy', 'retail', 'finance'])[1 + n % 5], (n * 7919 % 100000) * 100 + 0.5, ${id('01', `1 + n % ${String(sizes.users)}`)}
   FROM generate_series(1, ${String(sizes.accounts)}) n`,
  `INSERT INTO contact (id, created_at, updated_at, version, full_name, email, account_id, owner_id)
   SELECT ${id('03', 'n')}, ${stamps}, 'Contact ' || n, 'contact' || n || '@example.com', ${id('02', `1 + n % ${String(sizes.accounts)}`)}, ${id('01', `1 + n % ${String(sizes.users)}`)} FROM generate_series(1, ${String(sizes.contacts)}) n`,
  `INSERT INTO deal (id, created_at, updated_at, version, name, stage, amount, close_date, account_id, contact_id, owner_id)
   SELECT ${id('04', 'n')}, ${stamps}, 'Deal ' || n, (ARRAY['prospecting', 'proposal', 'negotiation', 'won', 'lost'])[1 + (n * 31 % 97) % 5], (n * 7919 % 1000000) / 10.0, date '2026-01-01' + n % 365, ${id('02', `1 + n % ${String(sizes.accounts)}`)}, ${id('03', `1 + n % ${String(sizes.contacts)}`)}, ${id('01', `1 + n % ${String(sizes.users)}`)}
   FROM generate_series(1, ${String(sizes.deals)}) n`,
  'VACUUM ANALYZE',
];

/** The first user manages the others, and has no share in person. */
const assign = `INSERT INTO sys_role_assignment (id, created_at, updated_at, version, user_id, role)
   SELECT gen_random_uuid(), ${stamps}, ${id('01', 'n')}, CASE WHEN n = 1 THEN 'manager' ELSE 'rep' END FROM generate_series(1, ${String(sizes.users)}) n`;

/** Fills tables that the platform made. */
export async function fillDatabase(url: string, { withRoles = false } = {}): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    for (const statement of fill) await client.query(statement);
    if (withRoles) await client.query(assign);
  } finally {
    await client.end();
  }
}

export interface ScratchDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A database of the benchmark's own on the server that `DATABASE_URL` names. */
export async function createDatabase(server: string): Promise<ScratchDatabase> {
  const name = `objectos_bench_${randomBytes(4).toString('hex')}`;
  const run = async (sql: string) => {
    const client = new pg.Client(server);
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await run(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}
