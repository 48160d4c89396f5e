import { LRUCache } from 'lru-cache';
import type { Database } from '../../../database/database.ts';
import type { Catalog } from '../../../metadata/catalog.ts';
import type { Caller } from '../../../resolvers/caller.ts';
import { identifier } from '../../../resolvers/sql/identifier.ts';
import type { Facts } from '../access/facts.ts';
import { rolesBelow, type Level, type Principal, type Rules } from '../rules.ts';

interface People {
  readonly rolesOf: ReadonlyMap<string, readonly string[]>;
  readonly usersWithRole: ReadonlyMap<string, readonly string[]>;
  readonly groupsOf: ReadonlyMap<string, readonly string[]>;
  readonly usersInGroup: ReadonlyMap<string, readonly string[]>;
  /** Only of users whom a sharing rule names. */
  readonly idByEmail: ReadonlyMap<string, string>;
}

interface Person {
  readonly email: string | undefined;
  readonly sets: readonly { readonly name: string; readonly until: number }[];
}

interface Share {
  readonly object: string;
  readonly id: string;
  readonly level: string;
  readonly until: number;
}

/** Shares kept in memory per caller, assignments per user. */
const cached = 5_000;

/** Reads assignments, roles, groups and shares, and keeps them until a write of any says otherwise. */
export class Directory {
  readonly #database: Database;
  readonly #catalog: () => Catalog;
  readonly #persons = new LRUCache<string, Person>({ max: cached });
  readonly #shares = new LRUCache<string, readonly Share[]>({ max: cached });
  #people: People | undefined;
  #version = 0;

  constructor(database: Database, catalog: () => Catalog) {
    this.#database = database;
    this.#catalog = catalog;
  }

  clear(): void {
    this.#version += 1;
    this.#people = undefined;
    this.#persons.clear();
    this.#shares.clear();
  }

  async factsFor(caller: Caller, rules: Rules): Promise<Facts> {
    const { userId } = caller;
    const now = Date.now();
    const people = await this.#loadPeople(rules);
    const person = userId === undefined ? undefined : await this.#loadPerson(userId);
    const known = <T>(names: Iterable<string>, map: ReadonlyMap<string, T>): string[] => [...new Set(names)].filter((name) => map.has(name)).sort();
    const roles = known([...caller.roles, ...(people.rolesOf.get(userId ?? '') ?? [])], rules.roles);
    const byRole = [...rules.groups.values()].filter((group) => group.roles.some((role) => roles.includes(role))).map(({ name }) => name);
    const groups = known([...(caller.groups ?? []), ...(people.groupsOf.get(userId ?? '') ?? []), ...byRole], rules.groups);
    const defaults = [...rules.sets.values()].filter(({ isDefault }) => isDefault).map(({ name }) => name);
    const assigned = (person?.sets ?? []).filter(({ until }) => until > now).map(({ name }) => name);
    const sets = known([...(caller.profile === undefined ? [] : [caller.profile]), ...(caller.permissionSets ?? []), ...assigned, ...defaults], rules.sets);
    const below = new Set(roles.flatMap((role) => rolesBelow(rules, role)));
    const shares = userId === undefined ? [] : await this.#loadShares(userId, roles, groups);
    return {
      email: person?.email,
      profile: sets.find((name) => rules.sets.get(name)?.isProfile === true),
      sets,
      roles,
      groups,
      subordinates: [...new Set([...below].flatMap((role) => people.usersWithRole.get(role) ?? []))],
      systemPermissions: new Set(sets.flatMap((name) => [...(rules.sets.get(name)?.systemPermissions ?? [])])),
      usersOf: (principals) => [...new Set(principals.flatMap((principal) => members(people, rules, principal)))],
      sharedIds: (object, level) => shares.filter((share) => share.object === object && share.until > now && opens(share.level, level)).map(({ id }) => id),
    };
  }

  async #loadPeople(rules: Rules): Promise<People> {
    if (this.#people) return this.#people;
    const version = this.#version;
    const [roles, groups, users] = [
      await this.#rows<{ user: string; name: string }>('sys_role_assignment', ['user', 'role AS name']),
      await this.#rows<{ user: string; name: string }>('sys_group_member', ['user', 'group AS name']),
      await this.#usersByEmail(emailsOf(rules)),
    ];
    const people: People = {
      rolesOf: collect(roles, 'user', 'name'),
      usersWithRole: collect(roles, 'name', 'user'),
      groupsOf: collect(groups, 'user', 'name'),
      usersInGroup: collect(groups, 'name', 'user'),
      idByEmail: new Map(users.map(({ id, email }) => [email.toLowerCase(), id])),
    };
    if (version === this.#version) this.#people = people;
    return people;
  }

  async #usersByEmail(emails: readonly string[]): Promise<readonly { readonly id: string; readonly email: string }[]> {
    if (emails.length === 0) return [];
    const email = `t.${this.#column('sys_user', 'email')}`;
    const text = `SELECT t."id", ${email} AS email FROM ${this.#table('sys_user')} t WHERE lower(${email}) = ANY($1::text[])`;
    return (await this.#database.query<{ id: string; email: string }>({ text, values: [emails] })).rows;
  }

  async #loadPerson(userId: string): Promise<Person> {
    const known = this.#persons.get(userId);
    if (known) return known;
    const version = this.#version;
    const [user] = await this.#rows<{ email: string }>('sys_user', ['email'], 'id', userId);
    const sets = await this.#rows<{ name: string; until: Date | string | null }>('sys_permission_assignment', ['permission_set AS name', 'expires_at AS until'], 'user', userId);
    const person = { email: user?.email, sets: sets.map(({ name, until }) => ({ name, until: endOf(until) })) };
    if (version === this.#version) this.#persons.set(userId, person);
    return person;
  }

  async #loadShares(userId: string, roles: readonly string[], groups: readonly string[]): Promise<readonly Share[]> {
    const key = JSON.stringify([userId, roles, groups]);
    const known = this.#shares.get(key);
    if (known) return known;
    const version = this.#version;
    const column = (name: string): string => `t.${this.#column('sys_record_share', name)}`;
    const text =
      `SELECT ${column('object')} AS object, ${column('record_id')} AS id, ${column('access_level')} AS level, ${column('expires_at')} AS until FROM ${this.#table('sys_record_share')} t ` +
      `WHERE ${column('user')} = $1::uuid OR ${column('group')} = ANY($2::text[]) OR ${column('role')} = ANY($3::text[])`;
    const { rows } = await this.#database.query<{ object: string; id: string; level: string; until: Date | string | null }>({ text, values: [uuidOf(userId), groups, roles] });
    const shares = rows.map(({ object, id, level, until }) => ({ object, id, level, until: endOf(until) }));
    if (version === this.#version) this.#shares.set(key, shares);
    return shares;
  }

  async #rows<R>(object: string, columns: readonly string[], by?: string, value?: string): Promise<readonly R[]> {
    const selected = columns.map((column) => {
      const [name = '', alias = name] = column.split(' AS ');
      return `t.${this.#column(object, name)} AS ${identifier(alias)}`;
    });
    const where = by === undefined ? '' : ` WHERE t.${this.#column(object, by)} = $1::uuid`;
    const { rows } = await this.#database.query<R>({ text: `SELECT ${selected.join(', ')} FROM ${this.#table(object)} t${where}`, values: by === undefined ? [] : [uuidOf(value ?? '')] });
    return rows;
  }

  #table(object: string): string {
    return identifier(this.#catalog().objects.get(object)?.table ?? object);
  }

  #column(object: string, field: string): string {
    return identifier(this.#catalog().objects.get(object)?.fields.get(field)?.column ?? field);
  }
}

function emailsOf({ sharing }: Rules): readonly string[] {
  const rules = [...sharing.values()].flat();
  const principals = rules.flatMap(({ sharedWith, records }) => [...sharedWith, ...(records.kind === 'owner' ? records.ownedBy : [])]);
  return principals.filter(({ type }) => type === 'user').map(({ value }) => value.toLowerCase());
}

function members(people: People, rules: Rules, { type, value }: Principal): readonly string[] {
  switch (type) {
    case 'guest': return [];
    case 'user': return [people.idByEmail.get(value.toLowerCase()) ?? value];
    case 'role': return people.usersWithRole.get(value) ?? [];
    case 'role_and_subordinates': return [value, ...rolesBelow(rules, value)].flatMap((role) => people.usersWithRole.get(role) ?? []);
    case 'group': return [...(people.usersInGroup.get(value) ?? []), ...(rules.groups.get(value)?.roles ?? []).flatMap((role) => people.usersWithRole.get(role) ?? [])];
  }
}

const opens = (has: string, level: Level): boolean => level === 'read' || (level === 'edit' && has === 'edit');

const endOf = (until: Date | string | null): number => (until === null ? Infinity : new Date(until).getTime());

/** A caller whose id is no record's has no assignments. */
const uuidOf = (text: string): string | null => (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text : null);

function collect<R extends Readonly<Record<string, string>>>(rows: readonly R[], by: keyof R, value: keyof R): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>();
  for (const row of rows) {
    const list = map.get(row[by] as string);
    if (list) list.push(row[value] as string);
    else map.set(row[by] as string, [row[value] as string]);
  }
  return map;
}
