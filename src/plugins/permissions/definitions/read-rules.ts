import type { Catalog } from '../../../metadata/catalog.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { CatalogReport, KindDocuments } from '../../../metadata/phase.ts';
import type { Path } from '../../../metadata/source-document.ts';
import type { FieldRule, Group, Policy, Role, Rules, RuleSet, SharingRule } from '../rules.ts';
import { administratorProfile, builtInAdministrator, hasAdministrators } from './built-in.ts';
import { readFieldRules, readModels } from './read-catalog.ts';
import { readGroup, readRole } from './read-people.ts';
import { readPolicy } from './read-policy.ts';
import { readRuleSet, readRuntimeSet } from './read-set.ts';
import { readSharingRule } from './read-sharing.ts';
import { isMapping, Reader, type Report } from '../../../metadata/definitions/reader.ts';

/** A definition given in code, as its file would read. */
export interface RuleDefinition {
  readonly kind: (typeof ruleKinds)[number];
  readonly value: unknown;
}

export const ruleKinds = ['permission', 'profile', 'role', 'group', 'sharing', 'policy'] as const;

const wrappers: Readonly<Record<(typeof ruleKinds)[number], readonly string[]>> = {
  permission: ['permissionSets', 'permissions'], profile: ['profiles'], role: ['roles', 'positions'], group: ['groups'], sharing: ['sharingRules', 'rules'], policy: ['policies', 'rowLevelSecurity'],
};

interface Item {
  readonly value: unknown;
  readonly path: Path;
  readonly report: Report;
}

/** What is put together while definitions are read. */
export interface Draft {
  readonly catalog: Catalog;
  readonly sets: Map<string, RuleSet>;
  readonly roles: Map<string, Role>;
  readonly groups: Map<string, Group>;
  readonly sharing: Map<string, SharingRule[]>;
  readonly policies: Map<string, Policy[]>;
  readonly fields: Map<string, FieldRule>;
  /** Names of the remote services that definitions bring in; undefined where nothing reads their files. */
  readonly remotes: readonly string[] | undefined;
  /** Checks of names, once all are known. */
  readonly later: (() => void)[];
}

/** Definitions of all kinds → rules, checked against the Catalog. */
export function readRules(catalog: Catalog, report: CatalogReport, documents: KindDocuments, inline: readonly RuleDefinition[]): Rules {
  const draft: Draft = { catalog, sets: new Map(), roles: new Map(), groups: new Map(), sharing: new Map(), policies: new Map(), fields: new Map(), remotes: documents.get('remote')?.map(({ value }) => String((value as { readonly name?: unknown }).name)), later: [] };
  const itemsOf = (kind: (typeof ruleKinds)[number]): readonly Item[] => [
    ...(documents.get(kind) ?? []).flatMap((document) => items(kind, document.value, (...args) => document.report(...args))),
    ...inline.filter((one) => one.kind === kind).flatMap(({ value }) => items(kind, value, (severity, path, subject, message, hint) => report(severity, subject, path, message, hint))),
  ];
  for (const item of itemsOf('role')) add(draft.roles, 'role', item, readRole(reader('role', item), draft));
  for (const item of itemsOf('group')) add(draft.groups, 'group', item, readGroup(reader('group', item), draft));
  for (const kind of ['profile', 'permission'] as const) {
    for (const item of itemsOf(kind)) {
      if (isMapping(item.value) && isMapping(item.value['profiles']) && (item.value['objectName'] ?? item.value['object']) !== undefined) readRuntimeSet(reader(kind, item), draft);
      else add(draft.sets, 'permission set', item, readRuleSet(reader(kind, item), kind === 'profile', draft));
    }
  }
  if (hasAdministrators(catalog) && !draft.sets.has(administratorProfile)) draft.sets.set(administratorProfile, builtInAdministrator(catalog));
  for (const item of itemsOf('sharing')) readSharingRule(reader('sharing rule', item), draft);
  for (const item of itemsOf('policy')) {
    const policy = readPolicy(reader('policy', item), draft);
    if (policy) draft.policies.set(policy.object, [...(draft.policies.get(policy.object) ?? []), policy]);
  }
  const models = readModels(draft, report);
  readFieldRules(draft, report);
  checkRoleTree(draft, report);
  for (const check of draft.later) check();
  return { ...draft, models, guarded: guardedFields(draft) };
}

function items(kind: (typeof ruleKinds)[number], value: unknown, report: Report): readonly Item[] {
  if (Array.isArray(value)) return value.map((item: unknown, index) => ({ value: item, path: [index], report }));
  if (isMapping(value) && value['name'] === undefined) {
    const key = wrappers[kind].find((name) => Array.isArray(value[name]));
    if (key !== undefined && Object.keys(value).length === 1) return (value[key] as unknown[]).map((item, index) => ({ value: item, path: [key, index], report }));
  }
  return [{ value, path: [], report }];
}

function reader(what: string, { value, path, report }: Item): Reader {
  const name = isMapping(value) && typeof value['name'] === 'string' ? ` ${value['name']}` : '';
  return new Reader(value, path, `${what}${name}`, report);
}

function add<T extends { readonly name: string }>(map: Map<string, T>, what: string, { path, report }: Item, value: T | undefined): void {
  if (!value || value.name === '') return;
  if (map.has(value.name)) report('error', [...path, 'name'], `${what} ${value.name}`, `there are two of the name "${value.name}"`, 'Rename one of them.');
  else map.set(value.name, value);
}

/** Names that rights are granted to: profiles, permission sets and roles. */
export function checkHolder(draft: Draft, name: string, report: (message: string, hint?: string) => void): void {
  draft.later.push(() => {
    const names = [...draft.sets.keys(), ...draft.roles.keys()];
    if (!names.includes(name)) report(`there is no profile, permission set or role "${name}"`, suggest(name, names));
  });
}

export function checkRole(draft: Draft, name: string, report: (message: string, hint?: string) => void): void {
  draft.later.push(() => {
    if (!draft.roles.has(name)) report(`there is no role "${name}"`, suggest(name, [...draft.roles.keys()]));
  });
}

function checkRoleTree({ roles }: Draft, report: CatalogReport): void {
  for (const { name } of roles.values()) {
    const seen = new Set<string>();
    for (let at: string | undefined = name; at !== undefined; at = roles.get(at)?.parent) {
      if (seen.has(at)) {
        // Each role of the circle would say the same, and so would everything that walks the tree.
        report('error', `role ${name}`, ['parent'], `the roles ${[...seen].join(' → ')} → ${at} form a circle`, 'One of them must have no parent.');
        return;
      }
      seen.add(at);
    }
  }
}

function guardedFields({ sets, fields }: Draft): Rules['guarded'] {
  const named = [...sets.values()].flatMap((set) => [...set.fields.keys()].filter((key) => !key.endsWith('.*')));
  const by = (key: 'visibleTo' | 'editableBy') => [...fields].filter(([, rule]) => rule[key] !== undefined).map(([name]) => name);
  return { read: new Set([...named, ...by('visibleTo')]), edit: new Set([...named, ...by('visibleTo'), ...by('editableBy')]) };
}
