import { recordId } from './record.ts';
import type { SeedFile } from './record.ts';

interface Person {
  readonly email: string;
  readonly name: string;
  readonly profile: string;
  readonly role?: string;
  /** Beside the profile, and beside what all with a role have. */
  readonly sets?: readonly string[];
  readonly groups?: readonly string[];
}

/** The people who use the CRM. */
export const people = {
  admin: { email: 'admin@example.com', name: 'Alex Morgan', profile: 'administrator' },
  vp: { email: 'ines.duarte@example.com', name: 'Inês Duarte', profile: 'sales_manager', role: 'vp_sales', sets: ['margins'] },
  manager: { email: 'manager@example.com', name: 'Priya Nair', profile: 'sales_manager', role: 'sales_manager_emea', sets: ['margins'] },
  americas: { email: 'daniel.reyes@example.com', name: 'Daniel Reyes', profile: 'sales_manager', role: 'sales_manager_americas', sets: ['margins'] },
  rep: { email: 'rep@example.com', name: 'Jonas Weber', profile: 'sales_rep', role: 'sales_rep_west_europe' },
  lena: { email: 'lena.fischer@example.com', name: 'Lena Fischer', profile: 'sales_rep', role: 'sales_rep_dach' },
  marcus: { email: 'marcus.cole@example.com', name: 'Marcus Cole', profile: 'sales_rep', role: 'sales_rep_north_america', groups: ['key_account_desk'] },
  lead: { email: 'tom.becker@example.com', name: 'Tom Becker', profile: 'support_agent', role: 'support_lead', groups: ['key_account_desk'] },
  support: { email: 'support@example.com', name: 'Aisha Khan', profile: 'support_agent', role: 'support_agent', groups: ['key_account_desk'] },
  agent: { email: 'yuki.tanaka@example.com', name: 'Yuki Tanaka', profile: 'support_agent', role: 'support_agent' },
  marketing: { email: 'marketing@example.com', name: 'Sofia Rossi', profile: 'marketing', role: 'marketing_lead' },
  auditor: { email: 'auditor@example.com', name: 'Henrik Olsen', profile: 'auditor' },
} as const satisfies Readonly<Record<string, Person>>;

const all: readonly Person[] = Object.values(people);

/** Who looks after the accounts of a country. */
export const ownerOf: Readonly<Record<string, string>> = { US: people.marcus.email, CA: people.marcus.email, GB: people.rep.email, FR: people.rep.email, DE: people.lena.email };

export function peopleFiles(): SeedFile[] {
  const assigned = (object: string, key: string, namesOf: (person: Person) => readonly string[]) =>
    all.flatMap((person) => namesOf(person).map((name) => ({ user: person.email, [key]: name }))).map((record, index) => ({ id: recordId(object, index), ...record }));
  return [
    { file: '01-users', object: 'sys_user', externalId: 'email', records: all.map(({ email, name }) => ({ email, name })) },
    { file: '03-permission-assignments', object: 'sys_permission_assignment', externalId: 'id', records: assigned('sys_permission_assignment', 'permission_set', ({ profile, role, sets = [] }) => [profile, ...(role === undefined ? [] : ['employee']), ...sets]) },
    { file: '04-role-assignments', object: 'sys_role_assignment', externalId: 'id', records: assigned('sys_role_assignment', 'role', ({ role }) => (role === undefined ? [] : [role])) },
    { file: '05-group-members', object: 'sys_group_member', externalId: 'id', records: assigned('sys_group_member', 'group', ({ groups = [] }) => groups) },
  ];
}
