import { ObjectosError } from '../../../errors.ts';
import type { CatalogObject } from '../../../metadata/catalog.ts';
import { findObject } from '../../../metadata/find-object.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { ObjectAccess } from '../../../resolvers/access.ts';
import { objectNamed, type SqlScope } from '../../../resolvers/filter/scope.ts';
import { visibleRows } from '../../../resolvers/filter/visible-rows.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { BindList } from '../../../resolvers/sql/binds.ts';
import { identifier } from '../../../resolvers/sql/identifier.ts';
import { compileAccess, rulesByObject } from '../access/compile-access.ts';
import type { Rows } from '../../../resolvers/filter/rows.ts';
import { modelOf, type ObjectRules } from '../access/set-rows.ts';
import { sharingReasons, type ClassFacts } from '../access/sharing-rows.ts';
import { countingNames, type Names } from '../records/names.ts';
import { levels, type Rules } from '../rules.ts';
import { maskOf } from '../access/compile-field.ts';
import { fieldsOf, isWritable } from './fields.ts';
import { personOf, requireManager, type Tools } from './person.ts';

export const scopes = { ALL: 'All of them.', SOME: 'Those that the rules open.', NONE: 'None.' } as const;
type Scope = keyof typeof scopes;

export interface Paging {
  readonly first?: number | null;
  readonly after?: string | null;
}

const scopeOf = (rows: Rows): Scope => (rows === true ? 'ALL' : rows === false ? 'NONE' : 'SOME');

/** Who can do what on an object, from the rights that are enforced. Pages are read when they are asked for. */
export function accessReport(name: string, tools: Tools, context: RequestContext): object {
  requireManager(context, 'read');
  const object = findObject(context.catalog, name);
  if (!object) throw new ObjectosError('BAD_REQUEST', `There is no object "${name}". ${suggest(name, [...context.catalog.objects.keys()]) ?? ''}`.trim());
  const rules = tools.rulesOf(context);
  const { sharing, owner } = modelOf(rules, object.name);
  return {
    object: object.name,
    sharingModel: sharing,
    ownerField: owner,
    sharingRules: (rules.sharing.get(object.name) ?? []).map(({ name: rule, level, sharedWith }) => ({ name: rule, accessLevel: level, sharedWith: sharedWith.map(({ type, value }) => `${type} ${value}`) })),
    policies: (rules.policies.get(object.name) ?? []).map((policy) => policy.name),
    combinations: (paging: Paging) => combinations(object, rules, tools, paging, context),
    users: (paging: Paging) => users(object, tools, paging, context),
  };
}

function rightsOf(object: CatalogObject, rules: ObjectRules, access: ObjectAccess): object {
  const { grants, caller } = rules;
  const model = modelOf(rules.rules, object.name);
  const reasons = levels.flatMap((level) => sharingReasons(rules.rules, object.name, model, level, caller));
  const reaching = new Set(reasons.flatMap(({ name, rows }) => (rows === false ? [] : [name])));
  return {
    create: access.create ? scopeOf(access.check) : 'NONE',
    read: scopeOf(access.read),
    edit: scopeOf(access.edit),
    delete: scopeOf(access.delete),
    viewAll: grants.some(({ grant }) => grant.viewAll),
    modifyAll: grants.some(({ grant }) => grant.modifyAll),
    transfer: grants.some(({ grant }) => grant.transfer),
    sharingRules: () => (rules.rules.sharing.get(object.name) ?? []).map(({ name }) => name).filter((name) => reaching.has(`sharing rule ${name}`)),
    fields: () =>
      fieldsOf(object).map((field) => {
        const { read, edit } = access.field(field.name);
        return { name: field.name, read: scopeOf(read), edit: isWritable(field) ? scopeOf(edit) : 'NONE', mask: access.field(field.name).mask && maskOf(rules.rules.fields.get(`${object.name}.${field.name}`), caller)?.kind };
      }),
  };
}

async function users(object: CatalogObject, tools: Tools, paging: Paging, context: RequestContext): Promise<object> {
  const size = sizeOf(paging);
  const after = paging.after === undefined || paging.after === null ? undefined : decode(paging.after, isText);
  const { binds, reached } = activeUsers(context);
  const following = after === undefined ? '' : ` AND u."id" > ${binds.add(() => after, 'uuid')}`;
  const { rows } = await context.database.query<{ id: string; name: string }>({
    text: `SELECT u."id", u."name" FROM "sys_user" u WHERE ${reached}${following} ORDER BY u."id" LIMIT ${size + 1}`,
    values: binds.values(context),
  });
  const nodes = [];
  for (const { id, name } of rows.slice(0, size)) {
    const caller = await tools.callers().of(id, context.caller);
    if (!caller) continue;
    const person = await personOf(tools, caller, context);
    const rules = person.rulesOn(object.name);
    const { sets, roles, groups } = person.class;
    if (rules) nodes.push({ id, name, permissionSets: sets, roles, groups, rights: rightsOf(object, rules, person.access.object(object.name)) });
  }
  return { nodes, endCursor: rows.length > size ? encode(rows[size - 1]?.id) : undefined };
}

type Combination = readonly [sets: readonly string[], roles: readonly string[], groups: readonly string[]];

/** As assignments and memberships say it; shares and rules for single people are left out. */
async function combinations(object: CatalogObject, rules: Rules, tools: Tools, paging: Paging, context: RequestContext): Promise<object> {
  const size = sizeOf(paging);
  const { catalog, database } = context;
  const { binds, reached } = activeUsers(context);
  const organization = (): string => binds.addOnce(context.caller, 'organization', () => context.caller.organizationId ?? null, 'uuid');
  const held = (from: string, field: string, until = ''): string => {
    const scope = scopeOn(from, 'a', context, binds);
    const column = (name: string): string => identifier(scope.object.fields.get(name)?.column ?? name);
    const { organizationField } = scope.object;
    // What holds everywhere counts too, although managers of an organization do not see who gave it.
    const counting = organizationField === undefined ? [] : [`(a.${column(organizationField)} IS NULL OR a.${column(organizationField)} = ${organization()})`];
    const conditions = [`a.${column('user')} = u."id"`, ...(context.access.object(from).read === false ? ['false'] : counting)];
    return `ARRAY(SELECT DISTINCT a.${column(field)}::text FROM ${identifier(scope.object.table)} a WHERE ${conditions.join(' AND ')}${until} ORDER BY 1)`;
  };
  const sets = held('sys_permission_assignment', 'permission_set', ' AND (a."expires_at" IS NULL OR a."expires_at" > now())');
  const [assigned, groups] = [held('sys_role_assignment', 'role'), held('sys_group_member', 'group')];
  const bySignIn = tools.callers().rolesSql?.('u', context.caller, binds);
  const roles = bySignIn === undefined ? assigned : `ARRAY(SELECT DISTINCT r FROM unnest(${assigned} || ${bySignIn}) r WHERE r = ANY(${binds.add(() => [...rules.roles.keys()], 'text[]')}) ORDER BY 1)`;
  const after = paging.after === undefined || paging.after === null ? undefined : decode(paging.after, isCombination);
  const following = after === undefined ? '' : ` WHERE ("sets", "roles", "groups") > (${after.map((list) => binds.add(() => list, 'text[]')).join(', ')})`;
  const { rows } = await database.query<{ sets: string[]; roles: string[]; groups: string[]; users: number }>({
    text:
      `SELECT "sets", "roles", "groups", count(*)::int4 AS "users" FROM (SELECT ${sets} AS "sets", ${roles} AS "roles", ${groups} AS "groups" FROM "sys_user" u WHERE ${reached}) c` +
      `${following} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT ${size + 1}`,
    values: binds.values(context),
  });
  const nodes = rows.slice(0, size).map((row) => {
    const names: Names = countingNames(rules, row);
    const facts: ClassFacts = { ...names, personalRules: [], signedIn: true, hasShares: true, manyOwners: false };
    const scope = rulesByObject(rules, catalog, facts)(object.name);
    return { permissionSets: names.sets, roles: names.roles, groups: names.groups, userCount: row.users, rights: scope && rightsOf(object, scope, compileAccess(rules, catalog, facts).object(object.name)) };
  });
  const last = rows[size - 1];
  return { nodes, endCursor: rows.length > size && last ? encode([last.sets, last.roles, last.groups]) : undefined };
}

function scopeOn(name: string, alias: string, { catalog, access }: RequestContext, binds: BindList): SqlScope {
  return { object: objectNamed(catalog, name), alias, catalog, access, binds };
}

/** Active people whom the asker sees. */
function activeUsers(context: RequestContext): { readonly binds: BindList; readonly reached: string } {
  const binds = new BindList();
  return { binds, reached: ['u."active" IS NOT FALSE', ...visibleRows(scopeOn('sys_user', 'u', context, binds))].join(' AND ') };
}

function sizeOf({ first }: Paging): number {
  const size = first ?? 50;
  if (size < 1 || size > 200) throw new ObjectosError('BAD_REQUEST', 'first is a number from 1 to 200.');
  return size;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function decode<T>(cursor: string, fits: (value: unknown) => value is T): T {
  try {
    const value = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown;
    if (fits(value)) return value;
  } catch {
    // Told below.
  }
  throw new ObjectosError('BAD_REQUEST', 'This cursor does not come from this report.');
}

const isText = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f-]{36}$/.test(value);
const isCombination = (value: unknown): value is Combination => Array.isArray(value) && value.length === 3 && value.every((list) => Array.isArray(list) && list.every((name) => typeof name === 'string'));
