import { LRUCache } from 'lru-cache';
import * as z from 'zod';
import type { PluginServices } from '../../kernel/lifecycle.ts';
import type { Plugin } from '../../kernel/plugin.ts';
import type { Catalog } from '../../metadata/catalog.ts';
import { systemAccess, type Access } from '../../resolvers/access.ts';
import type { Caller } from '../../resolvers/caller.ts';
import type { Runtime } from '../../resolvers/runtime.ts';
import { classOf } from './access/class-of.ts';
import { compileAccess } from './access/compile-access.ts';
import { setFacts, type Facts } from './access/facts.ts';
import { fieldKeys, objectKeys, ownerIndexes } from './definitions/read-catalog.ts';
import { readRules, ruleKinds, type RuleDefinition } from './definitions/read-rules.ts';
import { otherCaller, type Tools } from './explain/person.ts';
import { extendWithExplanation } from './explain/schema.ts';
import { assureAdministrators, welcomeAdministrators } from './records/administrators.ts';
import { auditAssignments, auditAttempt } from './records/audit.ts';
import { checkAssignments } from './records/check-assignments.ts';
import { removeExpired, removeShares } from './records/clean-up.ts';
import { Directory } from './records/directory.ts';
import { assignmentObjects, auditObject } from './records/objects.ts';
import { endSharesWithOwner } from './records/owner-change.ts';
import { checkShares, normalizeShares } from './records/share-rights.ts';
import { guestSet, type Rules } from './rules.ts';
import { permissionSchema } from './schema/phase.ts';
import { permissionsSettings, type PermissionsSettingsInput } from './settings.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    permissions: true;
  }
}

export interface PermissionsOptions {
  /** Definitions given in code, beside those of files. */
  readonly definitions?: readonly RuleDefinition[];
  /** As under `permissions` in `objectos.config.yml`. */
  readonly settings?: PermissionsSettingsInput | undefined;
}

/** Access classes whose rights are kept compiled. */
const keptClasses = 250;
const channel = 'objectos_permissions';
const notice = { text: `SELECT pg_notify($1, '')`, values: [channel] };
/** Milliseconds between looks for assignments and shares that have expired. */
const cleanUpInterval = 900_000;
const assignments = assignmentObjects.map(({ name }) => String(name));

const descriptions: Readonly<Record<(typeof ruleKinds)[number], string>> = {
  permission: 'A permission set: rights on objects and fields, and the rows they hold for.',
  profile: 'A profile: the permission set that a user has one of.',
  role: 'A role in the tree of roles.',
  group: 'A group of users.',
  sharing: 'A rule that opens records of some to others.',
  policy: 'A row-level policy, which narrows the rows of an object.',
};

/** Who may do what, from definitions and from records of assignments and shares. */
export function permissions({ definitions = [], settings = {} }: PermissionsOptions = {}): Plugin {
  const { routerDirectives: routerMode } = permissionsSettings.parse(settings);
  const rules = new WeakMap<Catalog, Rules>();
  const classes = new WeakMap<Rules, LRUCache<string, Access>>();
  /** Of callers who come again. */
  const accessByFacts = new WeakMap<Facts, Access>();
  let services: PluginServices | undefined;
  let runtime: Runtime | undefined;
  let directory: Directory | undefined;
  let cleaner: NodeJS.Timeout | undefined;
  let cleaning: Promise<void> | undefined;
  let stopListening: (() => Promise<void>) | undefined;

  const started = (): PluginServices => {
    if (!services) throw new Error('The plugin permissions is not initialised.');
    return services;
  };
  const rulesOf = (catalog: Catalog): Rules => {
    const found = rules.get(catalog);
    if (!found) throw new Error('The definitions were not checked by the plugin permissions.');
    return found;
  };
  const accessOf = (caller: Caller): Access | Promise<Access> => {
    if (caller.kind === 'system') return systemAccess;
    if (!runtime || !directory) throw new Error('The plugin permissions is not initialised.');
    const current = rulesOf(runtime.catalog);
    if (caller.kind === 'anonymous') return classAccess(current, runtime.catalog, caller, guestFacts(current));
    const known = directory.knownFacts(caller, current);
    const { catalog } = runtime;
    return known ? classAccess(current, catalog, caller, known) : directory.factsFor(caller, current).then((facts) => classAccess(current, catalog, caller, facts));
  };
  const prepare = async (callers: readonly Caller[]): Promise<void> => {
    if (!runtime || !directory) throw new Error('The plugin permissions is not initialised.');
    await directory.prepare(callers.filter(({ kind }) => kind !== 'system' && kind !== 'anonymous'), rulesOf(runtime.catalog));
  };
  const profilesOf = async (caller: Caller): Promise<readonly string[]> => {
    if (!runtime || !directory) throw new Error('The plugin permissions is not initialised.');
    const current = rulesOf(runtime.catalog);
    const { sets } = await directory.factsFor(caller, current);
    return sets.filter((name) => current.sets.get(name)?.isProfile === true);
  };
  const classAccess = (current: Rules, catalog: Catalog, caller: Caller, facts: Facts): Access => {
    setFacts(caller, facts);
    const known = accessByFacts.get(facts);
    if (known) return known;
    let kept = classes.get(current);
    if (!kept) {
      kept = new LRUCache({ max: keptClasses });
      classes.set(current, kept);
    }
    const ofClass = classOf(current, caller, facts);
    const key = JSON.stringify(ofClass);
    let access = kept.get(key);
    if (!access) {
      access = compileAccess(current, catalog, ofClass);
      kept.set(key, access);
    }
    accessByFacts.set(facts, access);
    return access;
  };
  const directives = permissionSchema({ rulesOf, routerMode, guestSet });
  const tools: Tools = { rulesOf: ({ catalog }) => rulesOf(catalog), compiledFor: accessOf, access: () => started().get('access'), callers: () => started().get('callers') };
  const changed = (): void => {
    directory?.clear();
    // Other processes forget what they know as well.
    runtime?.database.query(notice).catch(() => undefined);
  };

  return {
    name: 'permissions',
    version: '1.0.0',
    description: 'Decides who may do what, from permission sets, roles, sharing rules and policies.',
    requires: ['users'],
    metadata: {
      objects: [...assignmentObjects, auditObject],
      objectKeys,
      fieldKeys,
      indexes: ownerIndexes,
      kinds: ruleKinds.map((suffix) => ({ suffix, description: descriptions[suffix], schema: z.union([z.record(z.string(), z.unknown()), z.array(z.record(z.string(), z.unknown()))]) })),
      check(catalog, report, documents) {
        rules.set(catalog, readRules(catalog, report, documents, definitions));
      },
    },
    schema: {
      ...directives,
      extend(schema) {
        directives.extend?.(schema);
        extendWithExplanation(schema, tools);
      },
    },
    mutation: [
      { objects: ['sys_user'], kinds: ['create', 'update'], after: welcomeAdministrators },
      { objects: ['sys_user'], committed: changed },
      {
        objects: assignments,
        before: normalizeShares,
        async validate(changes, context, report) {
          const known = rulesOf(context.catalog);
          checkAssignments(changes, known, context.catalog, report);
          await checkShares(changes, known, context, report);
        },
        async after(changes, context) {
          await auditAssignments(changes, context);
          // Other processes forget what they know as well, with the commit.
          await context.database.query(notice);
        },
        committed: () => directory?.clear(),
      },
      { kinds: ['delete'], after: removeShares },
      { statement: (object, catalog) => endSharesWithOwner(object, catalog, rulesOf(catalog), () => started().get('runtime')) },
    ],
    lifecycle: {
      init(context) {
        services = context.services;
        runtime = services.get('runtime');
        const known = runtime;
        directory = new Directory(known.database, () => known.catalog);
        services.register('access', {
          name: 'permissions',
          accessOf,
          prepare,
          version: () => directory?.version(),
          profiles: { names: () => profilesIn(rulesOf(known.catalog)), of: profilesOf },
          async actAs(userId, write, asker) {
            const caller = await otherCaller(tools, userId, asker, 'edit');
            await auditAttempt(userId, write, known.writer, asker);
            return { caller, access: await tools.access().accessOf(caller) };
          },
        });
      },
      async start({ log }) {
        stopListening = await directory?.listen(channel);
        const assured = runtime ? await assureAdministrators(runtime, rulesOf(runtime.catalog)) : 0;
        if (assured > 0) log.info({ administrators: assured }, 'Nobody could give rights: the administrators have the profile "administrator" now.');
        const cleanUp = (): void => {
          if (runtime) cleaning = removeExpired(runtime).then(() => undefined, (error: unknown) => log.error({ err: error }, 'Expired assignments and shares could not be removed; it is tried again later.'));
        };
        cleanUp();
        cleaner = setInterval(cleanUp, cleanUpInterval).unref();
      },
      async stop() {
        clearInterval(cleaner);
        await cleaning;
        await stopListening?.();
      },
    },
  };
}

function guestFacts(rules: Rules): Facts {
  const sets = rules.sets.has(guestSet) ? [guestSet] : [];
  return { email: undefined, profile: sets[0], sets, roles: [], groups: [], subordinates: [], systemPermissions: new Set(), usersOf: () => [], hasShares: false, sharedIds: () => [] };
}

const profilesIn = ({ sets }: Rules): readonly string[] => [...sets.values()].filter(({ isProfile }) => isProfile).map(({ name }) => name);
