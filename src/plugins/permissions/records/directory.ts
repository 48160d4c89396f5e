import { LRUCache } from 'lru-cache';
import type { Database } from '../../../database/database.ts';
import { entryOf } from '../../../kernel/entry-of.ts';
import type { Catalog } from '../../../metadata/catalog.ts';
import type { Caller } from '../../../resolvers/caller.ts';
import { whereClause } from '../../../resolvers/filter/visible-rows.ts';
import { identifier } from '../../../resolvers/sql/identifier.ts';
import type { Facts } from '../access/facts.ts';
import { rolesBelow, type Level, type Principal, type Rules } from '../rules.ts';
import { countingNames } from './names.ts';

interface People {
  readonly rolesOf: ReadonlyMap<string, readonly string[]>;
  readonly usersWithRole: ReadonlyMap<string, readonly string[]>;
  readonly groupsOf: ReadonlyMap<string, readonly string[]>;
  readonly usersInGroup: ReadonlyMap<string, readonly string[]>;
  /** Only of users whom a sharing rule names. */
  readonly idByEmail: ReadonlyMap<string, string>;
  /** Lists made of these, so that all callers with the same roles share one. */
  readonly below: Map<string, readonly string[]>;
  readonly usersOf: Map<readonly Principal[], readonly string[]>;
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
/** Milliseconds for which records are believed at most: while nothing is heard of other processes, and when a notification never came. */
const unheard = 1_000;
const heard = 30_000;

/** Reads assignments, roles, groups and shares, and keeps them until a write of any says otherwise. */
export class Directory {
  readonly #database: Database;
  readonly #catalog: () => Catalog;
  readonly #persons = new LRUCache<string, Person>({ max: cached });
  readonly #shares = new LRUCache<string, readonly Share[]>({ max: cached });
  readonly #facts = new LRUCache<string, { readonly rules: Rules; readonly facts: Facts; readonly until: number }>({ max: cached });
  readonly #people = new LRUCache<string, People>({ max: 500 });
  #version = 0;
  #listening = false;
  #clearedAt = Date.now();
  /** When the first of the grants that somebody holds ends. */
  #nextEnd = Infinity;

  constructor(database: Database, catalog: () => Catalog) {
    this.#database = database;
    this.#catalog = catalog;
  }

  /** Hears of writes by other processes. Until then, and while the connection is lost, what is known is soon read again. */
  async listen(channel: string): Promise<() => Promise<void>> {
    const hear = (): void => {
      this.#listening = true;
      this.clear();
    };
    const stop = await this.#database.listen(channel, hear, () => (this.#listening = false));
    hear();
    return stop;
  }

  clear(): void {
    this.#version += 1;
    this.#clearedAt = Date.now();
    this.#nextEnd = Infinity;
    this.#facts.clear();
    this.#people.clear();
    this.#persons.clear();
    this.#shares.clear();
  }

  /** Another number once the facts about anybody may have become others. */
  version(): number {
    if (this.#forget() >= this.#nextEnd) {
      this.#version += 1;
      this.#nextEnd = Infinity;
    }
    return this.#version;
  }

  /** What is known already. Undefined: `factsFor` has to ask the database. */
  knownFacts(caller: Caller, rules: Rules): Facts | undefined {
    const now = this.#forget();
    const known = this.#facts.get(keyOf(caller));
    return known?.rules === rules && now < known.until ? known.facts : undefined;
  }

  async factsFor(caller: Caller, rules: Rules): Promise<Facts> {
    const known = this.knownFacts(caller, rules);
    if (known) return known;
    const { userId, organizationId } = caller;
    const now = Date.now();
    const version = this.#version;
    const people = await this.#loadPeople(rules, organizationId);
    const person = userId === undefined ? undefined : await this.#loadPerson(userId, organizationId);
    const assigned = (person?.sets ?? []).filter(({ until }) => until > now).map(({ name }) => name);
    const { sets, roles, groups } = countingNames(rules, {
      sets: [...(caller.profile === undefined ? [] : [caller.profile]), ...(caller.permissionSets ?? []), ...assigned],
      roles: [...caller.roles, ...(people.rolesOf.get(userId ?? '') ?? [])],
      groups: [...(caller.groups ?? []), ...(people.groupsOf.get(userId ?? '') ?? [])],
    });
    const shares = userId === undefined ? [] : await this.#loadShares(userId, roles, groups, organizationId);
    const held = shares.filter(({ until }) => until > now);
    const facts: Facts = {
      email: person?.email,
      profile: sets.find((name) => rules.sets.get(name)?.isProfile === true),
      sets,
      roles,
      groups,
      subordinates: subordinates(people, rules, roles),
      systemPermissions: new Set(sets.flatMap((name) => [...(rules.sets.get(name)?.systemPermissions ?? [])])),
      usersOf: (principals) => entryOf(people.usersOf, principals, () => [...new Set(principals.flatMap((principal) => members(people, rules, principal)))]),
      hasShares: held.length > 0,
      sharedIds: listsOfShares(held),
    };
    const until = Math.min(...[...(person?.sets ?? []), ...shares].map((grant) => grant.until).filter((end) => end > now));
    this.#nextEnd = Math.min(this.#nextEnd, until);
    if (version === this.#version) this.#facts.set(keyOf(caller), { rules, facts, until });
    return facts;
  }

  /** Forgets what is too old to be believed; answers the moment. */
  #forget(): number {
    const now = Date.now();
    if (now - this.#clearedAt > (this.#listening ? heard : unheard)) this.clear();
    return now;
  }

  async #loadPeople(rules: Rules, organization: string | undefined): Promise<People> {
    const key = this.#keyOf(organization);
    const known = this.#people.get(key);
    if (known) return known;
    const version = this.#version;
    const [roles, groups, users] = [
      await this.#rows<{ user: string; name: string }>('sys_role_assignment', ['user', 'role AS name'], { organization }),
      await this.#rows<{ user: string; name: string }>('sys_group_member', ['user', 'group AS name'], { organization }),
      await this.#usersByEmail(emailsOf(rules)),
    ];
    const people: People = {
      rolesOf: collect(roles, 'user', 'name'),
      usersWithRole: collect(roles, 'name', 'user'),
      groupsOf: collect(groups, 'user', 'name'),
      usersInGroup: collect(groups, 'name', 'user'),
      idByEmail: new Map(users.map(({ id, email }) => [email.toLowerCase(), id])),
      below: new Map(),
      usersOf: new Map(),
    };
    if (version === this.#version) this.#people.set(key, people);
    return people;
  }

  async #usersByEmail(emails: readonly string[]): Promise<readonly { readonly id: string; readonly email: string }[]> {
    if (emails.length === 0) return [];
    const email = `t.${this.#column('sys_user', 'email')}`;
    const text = `SELECT t."id", ${email} AS email FROM ${this.#table('sys_user')} t WHERE lower(${email}) = ANY($1::text[])`;
    return (await this.#database.query<{ id: string; email: string }>({ text, values: [emails] })).rows;
  }

  async #loadPerson(userId: string, organization: string | undefined): Promise<Person> {
    const key = `${userId} ${this.#keyOf(organization)}`;
    const known = this.#persons.get(key);
    if (known) return known;
    const version = this.#version;
    const [user] = await this.#rows<{ email: string }>('sys_user', ['email'], { by: 'id', value: userId });
    const sets = await this.#rows<{ name: string; until: Date | string | null }>('sys_permission_assignment', ['permission_set AS name', 'expires_at AS until'], { by: 'user', value: userId, organization });
    const person = { email: user?.email, sets: sets.map(({ name, until }) => ({ name, until: endOf(until) })) };
    if (version === this.#version) this.#persons.set(key, person);
    return person;
  }

  async #loadShares(userId: string, roles: readonly string[], groups: readonly string[], organization: string | undefined): Promise<readonly Share[]> {
    const key = JSON.stringify([userId, roles, groups, this.#keyOf(organization)]);
    const known = this.#shares.get(key);
    if (known) return known;
    const version = this.#version;
    const column = (name: string): string => `t.${this.#column('sys_record_share', name)}`;
    const text =
      `SELECT ${column('object')} AS object, ${column('record_id')} AS id, ${column('access_level')} AS level, ${column('expires_at')} AS until FROM ${this.#table('sys_record_share')} t ` +
      `WHERE (${column('user')} = $1::uuid OR ${column('group')} = ANY($2::text[]) OR ${column('role')} = ANY($3::text[]))`;
    const { conditions, values } = this.#within('sys_record_share', organization, [uuidOf(userId), groups, roles]);
    const { rows } = await this.#database.query<{ object: string; id: string; level: string; until: Date | string | null }>({ text: [text, ...conditions].join(' AND '), values });
    const shares = rows.map(({ object, id, level, until }) => ({ object, id, level, until: endOf(until) }));
    if (version === this.#version) this.#shares.set(key, shares);
    return shares;
  }

  async #rows<R>(object: string, columns: readonly string[], { by, value, organization }: { readonly by?: string; readonly value?: string; readonly organization?: string | undefined }): Promise<readonly R[]> {
    const selected = columns.map((column) => {
      const [name = '', alias = name] = column.split(' AS ');
      return `t.${this.#column(object, name)} AS ${identifier(alias)}`;
    });
    const { conditions, values } = this.#within(object, organization, by === undefined ? [] : [uuidOf(value ?? '')]);
    const where = whereClause([...(by === undefined ? [] : [`t.${this.#column(object, by)} = $1::uuid`]), ...conditions]);
    const { rows } = await this.#database.query<R>({ text: `SELECT ${selected.join(', ')} FROM ${this.#table(object)} t${where}`, values });
    return rows;
  }

  /** Where grants belong to organizations, those of the caller's hold, and those of none. */
  #within(object: string, organization: string | undefined, values: readonly unknown[]): { readonly conditions: readonly string[]; readonly values: readonly unknown[] } {
    const field = this.#catalog().objects.get(object)?.organizationField;
    if (field === undefined) return { conditions: [], values };
    const column = `t.${this.#column(object, field)}`;
    return { conditions: [`(${column} IS NULL OR ${column} = $${values.length + 1}::uuid)`], values: [...values, uuidOf(organization ?? '')] };
  }

  /** Callers of all organizations share what is known where grants belong to none. */
  #keyOf(organization: string | undefined): string {
    return this.#catalog().objects.get('sys_role_assignment')?.organizationField === undefined ? '' : (organization ?? '');
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

function subordinates(people: People, rules: Rules, roles: readonly string[]): readonly string[] {
  return entryOf(people.below, roles.join(), () => {
    const below = new Set(roles.flatMap((role) => rolesBelow(rules, role)));
    return [...new Set([...below].flatMap((role) => people.usersWithRole.get(role) ?? []))];
  });
}

function listsOfShares(shares: readonly Share[]): Facts['sharedIds'] {
  const lists = new Map<string, readonly string[]>();
  return (object, level) => entryOf(lists, `${level} ${object}`, () => shares.filter((share) => share.object === object && opens(share.level, level)).map(({ id }) => id));
}

/** All of a caller that facts depend on. */
const keyOf = ({ userId, organizationId, roles, profile, permissionSets, groups }: Caller): string => JSON.stringify([userId, organizationId, roles, profile, permissionSets, groups]);

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
