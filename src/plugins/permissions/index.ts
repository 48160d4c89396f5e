import { LRUCache } from 'lru-cache';
import * as z from 'zod';
import type { Plugin } from '../../kernel/plugin.ts';
import type { Catalog } from '../../metadata/catalog.ts';
import { systemAccess, type Access } from '../../resolvers/access.ts';
import type { Caller } from '../../resolvers/caller.ts';
import type { Runtime } from '../../resolvers/runtime.ts';
import { compileAccess } from './access/compile-access.ts';
import { setFacts, type Facts } from './access/facts.ts';
import type { ClassFacts } from './access/sharing-rows.ts';
import { fieldKeys, objectKeys } from './definitions/read-catalog.ts';
import { readRules, ruleKinds, type RuleDefinition } from './definitions/read-rules.ts';
import { permissionSchema } from './directive.ts';
import { checkAssignments } from './records/check-assignments.ts';
import { Directory } from './records/directory.ts';
import { assignmentObjects } from './records/objects.ts';
import type { Rules } from './rules.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    permissions: true;
  }
}

export interface PermissionsOptions {
  /** Definitions given in code, beside those of files. */
  readonly definitions?: readonly RuleDefinition[];
}

/** Access classes whose rights are kept compiled. */
const keptClasses = 500;
const channel = 'objectos_permissions';
/** The permission set of callers who are not signed in. */
const guestSet = 'guest';

const descriptions: Readonly<Record<(typeof ruleKinds)[number], string>> = {
  permission: 'A permission set: rights on objects and fields, and the rows they hold for.',
  profile: 'A profile: the permission set that a user has one of.',
  role: 'A role in the tree of roles.',
  group: 'A group of users.',
  sharing: 'A rule that opens records of some to others.',
  policy: 'A row-level policy, which narrows the rows of an object.',
};

/** Who may do what, from definitions and from records of assignments and shares. */
export function permissions({ definitions = [] }: PermissionsOptions = {}): Plugin {
  const rules = new WeakMap<Catalog, Rules>();
  const classes = new WeakMap<Rules, LRUCache<string, Access>>();
  let runtime: Runtime | undefined;
  let directory: Directory | undefined;
  let stopListening: (() => Promise<void>) | undefined;

  const rulesOf = (catalog: Catalog): Rules => {
    const found = rules.get(catalog);
    if (!found) throw new Error('The definitions were not checked by the plugin permissions.');
    return found;
  };
  const accessOf = async (caller: Caller): Promise<Access> => {
    if (caller.kind === 'system') return systemAccess;
    if (!runtime || !directory) throw new Error('The plugin permissions is not initialised.');
    const { catalog } = runtime;
    const current = rulesOf(catalog);
    const facts = caller.kind === 'anonymous' ? guestFacts(current) : await directory.factsFor(caller, current);
    setFacts(caller, facts);
    return classAccess(current, catalog, classOf(current, caller, facts));
  };
  const classAccess = (current: Rules, catalog: Catalog, caller: ClassFacts): Access => {
    let kept = classes.get(current);
    if (!kept) {
      kept = new LRUCache({ max: keptClasses });
      classes.set(current, kept);
    }
    const key = JSON.stringify(caller);
    let access = kept.get(key);
    if (!access) {
      access = compileAccess(current, catalog, caller);
      kept.set(key, access);
    }
    return access;
  };
  const changed = (): void => {
    directory?.clear();
    // Other processes forget what they know as well.
    runtime?.database.query({ text: `SELECT pg_notify($1, '')`, values: [channel] }).catch(() => undefined);
  };

  return {
    name: 'permissions',
    version: '1.0.0',
    description: 'Decides who may do what, from permission sets, roles, sharing rules and policies.',
    requires: ['users'],
    metadata: {
      objects: assignmentObjects,
      objectKeys,
      fieldKeys,
      kinds: ruleKinds.map((suffix) => ({ suffix, description: descriptions[suffix], schema: z.union([z.record(z.string(), z.unknown()), z.array(z.record(z.string(), z.unknown()))]) })),
      check(catalog, report, documents) {
        rules.set(catalog, readRules(catalog, report, documents, definitions));
      },
    },
    schema: permissionSchema(rulesOf),
    mutation: {
      objects: [...assignmentObjects.map(({ name }) => String(name)), 'sys_user'],
      pure: true,
      validate: (changes, context, report) => checkAssignments(changes, rulesOf(context.catalog), context.catalog, report),
      committed: changed,
    },
    lifecycle: {
      init({ services }) {
        runtime = services.get('runtime');
        const known = runtime;
        directory = new Directory(known.database, () => known.catalog);
        services.register('access', { name: 'permissions', accessOf });
      },
      async start() {
        stopListening = await runtime?.database.listen(channel, () => directory?.clear());
      },
      async stop() {
        await stopListening?.();
      },
    },
  };
}

function guestFacts(rules: Rules): Facts {
  const sets = rules.sets.has(guestSet) ? [guestSet] : [];
  return { email: undefined, profile: sets[0], sets, roles: [], groups: [], subordinates: [], systemPermissions: new Set(), usersOf: () => [], sharedIds: () => [] };
}

function classOf(rules: Rules, caller: Caller, facts: Facts): ClassFacts {
  const { userId } = caller;
  const isMe = (value: string): boolean => [userId, facts.email].some((name) => name?.toLowerCase() === value.toLowerCase());
  const personal = [...rules.sharing.values()].flat().filter(({ sharedWith }) => sharedWith.some(({ type, value }) => type === 'user' && isMe(value)));
  return { sets: facts.sets, roles: facts.roles, groups: facts.groups, personalRules: personal.map(({ name }) => name), signedIn: userId !== undefined };
}

