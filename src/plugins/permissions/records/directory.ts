import { LRUCache } from 'lru-cache';
import type { Database } from '../../../database/database.ts';
import { entryOf } from '../../../kernel/entry-of.ts';
import type { Catalog } from '../../../metadata/catalog.ts';
import type { Caller } from '../../../resolvers/caller.ts';
import { whereClause } from '../../../resolvers/filter/visible-rows.ts';
import { groupBy } from '../../../resolvers/write/group-by.ts';
import { identifier } from '../../../resolvers/sql/identifier.ts';
import type { Facts } from '../access/facts.ts';
import { rolesBelow, type Level, type Principal, type Rules } from '../rules.ts';
import { countingNames, type Names } from './names.ts';

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

interface ShareRow extends Omit<Share, 'until'> {
  readonly until: Date | string | null;
  readonly user: string | null;
  readonly group: string | null;
  readonly role: string | null;
}

/** Whom shares may be for. */
interface Grantee {
  readonly userId: string | undefined;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
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
    const [facts] = await this.#readFacts([caller], rules);
    return facts as Facts;
  }

  /** Reads the facts about many in few statements; they are known then, as many as are kept. */
  async prepare(callers: readonly Caller[], rules: Rules): Promise<void> {
    const unknown = callers.filter((caller) => !this.knownFacts(caller, rules));
    const byOrganization = new Map<string, Caller[]>();
    for (const caller of unknown) entryOf(byOrganization, this.#keyOf(caller.organizationId), () => []).push(caller);
    for (const group of byOrganization.values()) await this.#readFacts(group, rules);
  }

  /** Of callers in one organization. */
  async #readFacts(callers: readonly Caller[], rules: Rules): Promise<readonly Facts[]> {
    const organization = callers[0]?.organizationId;
    const now = Date.now();
    const version = this.#version;
    const people = await this.#loadPeople(rules, organization);
    const persons = await this.#loadPersons(callers.flatMap(({ userId }) => userId ?? []), organization);
    const named = callers.map((caller) => {
      const person = persons.get(caller.userId ?? '');
      const assigned = (person?.sets ?? []).filter(({ until }) => until > now).map(({ name }) => name);
      return countingNames(rules, {
        sets: [...(caller.profile === undefined ? [] : [caller.profile]), ...(caller.permissionSets ?? []), ...assigned],
        roles: [...caller.roles, ...(people.rolesOf.get(caller.userId ?? '') ?? [])],
        groups: [...(caller.groups ?? []), ...(people.groupsOf.get(caller.userId ?? '') ?? [])],
      });
    });
    const shares = await this.#loadShares(callers.map(({ userId }, index) => ({ userId, roles: named[index]?.roles ?? [], groups: named[index]?.groups ?? [] })), organization);
    return callers.map((caller, index) => {
      const { sets, roles, groups } = named[index] as Names;
      const person = persons.get(caller.userId ?? '');
      const own = shares[index] ?? [];
      const held = own.filter(({ until }) => until > now);
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
      const until = Math.min(...[...(person?.sets ?? []), ...own].map((grant) => grant.until).filter((end) => end > now));
      this.#nextEnd = Math.min(this.#nextEnd, until);
      if (version === this.#version) this.#facts.set(keyOf(caller), { rules, facts, until });
      return facts;
    });
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

  async #loadPersons(userIds: readonly string[], organization: string | undefined): Promise<ReadonlyMap<string, Person>> {
    const keyed = (userId: string): string => `${userId} ${this.#keyOf(organization)}`;
    const persons = new Map<string, Person>();
    const unknown: string[] = [];
    for (const userId of new Set(userIds)) {
      const known = this.#persons.get(keyed(userId));
      if (known) persons.set(userId, known);
      else unknown.push(userId);
    }
    if (unknown.length === 0) return persons;
    const version = this.#version;
    const users = await this.#rows<{ id: string; email: string }>('sys_user', ['id', 'email'], { by: 'id', values: unknown });
    const sets = await this.#rows<{ user: string; name: string; until: Date | string | null }>('sys_permission_assignment', ['user', 'permission_set AS name', 'expires_at AS until'], { by: 'user', values: unknown, organization });
    const emails = new Map(users.map(({ id, email }) => [id, email]));
    const setsOf = groupBy(sets, ({ user }) => user);
    for (const userId of unknown) {
      const id = userId.toLowerCase();
      const person: Person = { email: emails.get(id), sets: (setsOf.get(id) ?? []).map(({ name, until }) => ({ name, until: endOf(until) })) };
      persons.set(userId, person);
      if (version === this.#version) this.#persons.set(keyed(userId), person);
    }
    return persons;
  }

  /** In the order of the grantees; anonymous ones have none. */
  async #loadShares(grantees: readonly Grantee[], organization: string | undefined): Promise<readonly (readonly Share[])[]> {
    const keyed = ({ userId, roles, groups }: Grantee): string => JSON.stringify([userId, roles, groups, this.#keyOf(organization)]);
    const known = grantees.map((grantee) => (grantee.userId === undefined ? [] : this.#shares.get(keyed(grantee))));
    const unknown = grantees.filter((_, index) => !known[index]);
    if (unknown.length === 0) return known.map((shares) => shares ?? []);
    const version = this.#version;
    const column = (name: string): string => `t.${this.#column('sys_record_share', name)}`;
    const text =
      `SELECT ${column('object')} AS object, ${column('record_id')} AS id, ${column('access_level')} AS level, ${column('expires_at')} AS until, ` +
      `${column('user')} AS "user", ${column('group')} AS "group", ${column('role')} AS role FROM ${this.#table('sys_record_share')} t ` +
      `WHERE (${column('user')} = ANY($1::uuid[]) OR ${column('group')} = ANY($2::text[]) OR ${column('role')} = ANY($3::text[]))`;
    const all = (of: (grantee: Grantee) => readonly string[]): readonly string[] => [...new Set(unknown.flatMap(of))];
    const { conditions, values } = this.#within('sys_record_share', organization, [all(({ userId }) => uuidsOf([userId ?? ''])), all(({ groups }) => groups), all(({ roles }) => roles)]);
    const { rows } = await this.#database.query<ShareRow>({ text: [text, ...conditions].join(' AND '), values });
    const [byUser, byGroup, byRole] = [groupBy(rows, ({ user }) => user), groupBy(rows, ({ group }) => group), groupBy(rows, ({ role }) => role)];
    const sharesOf = ({ userId, groups, roles }: Grantee): readonly Share[] => {
      const own = new Set([...(byUser.get(userId?.toLowerCase() ?? '') ?? []), ...groups.flatMap((group) => byGroup.get(group) ?? []), ...roles.flatMap((role) => byRole.get(role) ?? [])]);
      return [...own].map(({ object, id, level, until }) => ({ object, id, level, until: endOf(until) }));
    };
    return grantees.map((grantee, index) => {
      const shares = known[index] ?? sharesOf(grantee);
      if (!known[index] && version === this.#version) this.#shares.set(keyed(grantee), shares);
      return shares;
    });
  }

  async #rows<R>(object: string, columns: readonly string[], { by, values: given, organization }: { readonly by?: string; readonly values?: readonly string[]; readonly organization?: string | undefined }): Promise<readonly R[]> {
    const selected = columns.map((column) => {
      const [name = '', alias = name] = column.split(' AS ');
      return `t.${this.#column(object, name)} AS ${identifier(alias)}`;
    });
    const { conditions, values } = this.#within(object, organization, by === undefined ? [] : [uuidsOf(given ?? [])]);
    const where = whereClause([...(by === undefined ? [] : [`t.${this.#column(object, by)} = ANY($1::uuid[])`]), ...conditions]);
    const { rows } = await this.#database.query<R>({ text: `SELECT ${selected.join(', ')} FROM ${this.#table(object)} t${where}`, values });
    return rows;
  }

  /** Where grants belong to organizations, those of the caller's hold, and those of none. */
  #within(object: string, organization: string | undefined, values: readonly unknown[]): { readonly conditions: readonly string[]; readonly values: readonly unknown[] } {
    const field = this.#catalog().objects.get(object)?.organizationField;
    if (field === undefined) return { conditions: [], values };
    const column = `t.${this.#column(object, field)}`;
    return { conditions: [`(${column} IS NULL OR ${column} = $${values.length + 1}::uuid)`], values: [...values, uuidsOf([organization ?? ''])[0] ?? null] };
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
const uuidsOf = (texts: readonly string[]): readonly string[] => texts.filter((text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text));

function collect<R extends Readonly<Record<string, string>>>(rows: readonly R[], by: keyof R, value: keyof R): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>();
  for (const row of rows) {
    const list = map.get(row[by] as string);
    if (list) list.push(row[value] as string);
    else map.set(row[by] as string, [row[value] as string]);
  }
  return map;
}
