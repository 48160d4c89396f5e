import type { FilterFamily } from '../../../metadata/field-type.ts';
import type { ContextValue } from '../../../resolvers/filter/conditions/compare.ts';
import { factsOf } from '../access/facts.ts';

const ids: readonly FilterFamily[] = ['id', 'string'];
const texts: readonly FilterFamily[] = ['string', 'enum'];

const known: Readonly<Record<string, Omit<ContextValue, 'name'>>> = {
  id: { list: false, families: ids, read: ({ caller }) => caller.userId },
  organization_id: { list: false, families: ids, read: ({ caller }) => caller.organizationId },
  role: { list: false, families: texts, read: ({ caller }) => factsOf(caller).roles[0] },
  roles: { list: true, families: texts, read: ({ caller }) => factsOf(caller).roles },
  groups: { list: true, families: texts, read: ({ caller }) => factsOf(caller).groups },
  profile: { list: false, families: texts, read: ({ caller }) => factsOf(caller).profile },
  email: { list: false, families: texts, read: ({ caller }) => factsOf(caller).email },
};

const aliases: Readonly<Record<string, string>> = {
  current_user_id: 'id', user_id: 'id', userid: 'id', current_org_id: 'organization_id', tenant_id: 'organization_id', org_id: 'organization_id', orgid: 'organization_id', organizationid: 'organization_id',
};

/** `current_user.id`, `current_org_id`, `user.roles`; undefined for a path that does not begin at the caller. */
export function contextValue(path: string): ContextValue | undefined {
  const whole = aliases[path.toLowerCase()];
  const attribute = /^(?:current_user|\$user|user|session)\.([A-Za-z_]\w*)$/.exec(path)?.[1];
  const name = whole ?? (attribute === undefined ? undefined : (aliases[attribute.toLowerCase()] ?? attribute));
  if (name === undefined) return undefined;
  const value = Object.hasOwn(known, name) ? known[name] : undefined;
  return value ? { name, ...value } : { name, list: false, families: undefined, read: ({ caller }) => caller.attributes[name] };
}

/** The path inside `{current_user_id}`, `${…}` or `{{ userId }}`. */
function templatePath(text: string): string | undefined {
  return /^(?:\{\{\s*([\w.$]+)\s*\}\}|\$?\{\s*([\w.]+)\s*\})$/.exec(text)?.slice(1).find((path) => path !== undefined);
}

/** What `{current_user_id}` and its like in a text stand for. */
export function contextOf(text: string): ContextValue | undefined {
  const path = templatePath(text);
  return path === undefined ? undefined : contextValue(path);
}
