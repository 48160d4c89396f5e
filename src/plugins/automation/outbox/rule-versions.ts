import { AsyncResource } from 'node:async_hooks';
import { LRUCache } from 'lru-cache';
import type { Database } from '../../../database/database.ts';
import { ObjectosError } from '../../../errors.ts';
import { entryOf } from '../../../kernel/entry-of.ts';
import type { Logger } from '../../../kernel/log.ts';
import { digestOf } from '../../../kernel/revalidation.ts';
import type { Rule } from '../rule.ts';
import { definitionOf, type Definition } from '../runs/new-runs.ts';
import { ruleVersionTable } from './table.ts';

/** Versions that one process remembers. */
const remembered = 1_000;

/** What runs take of the rule that started them. */
export interface RuleVersion {
  readonly rule: string;
  readonly object: string | undefined;
  readonly runAs: Rule['runAs'];
  readonly definition: Definition;
}

/** Rules are kept once for all the notes that name them by their hash, so that a run keeps the definition it started with. */
export interface RuleVersions {
  /** What a note says of a rule: the hash of its version if the database has that for good, else all of it. */
  nameOf(rule: Rule): RuleName;
  /** The versions of these names. */
  read(names: readonly RuleName[]): Promise<(name: RuleName) => RuleVersion>;
  /** Ends what is under way. */
  settled(): Promise<void>;
}

export type RuleName = string | RuleVersion;

interface Entry {
  readonly version: RuleVersion;
  readonly hash: string;
  kept: 'no' | 'soon' | 'yes';
}

export function createRuleVersions(database: Database, log: Logger): RuleVersions {
  const entries = new WeakMap<Rule, Entry>();
  const known = new LRUCache<string, RuleVersion>({ max: remembered });
  const underWay = new Set<Promise<void>>();
  /** Of no request: what is kept must stay although the transaction that asked for it does not. */
  const apart = new AsyncResource('objectos.automation-rule-versions');

  const keep = async (entry: Entry): Promise<void> => {
    const { version, hash } = entry;
    entry.kept = 'soon';
    try {
      await database.query({ text: `INSERT INTO ${ruleVersionTable} ("hash", "version") VALUES ($1, $2::json) ON CONFLICT DO NOTHING`, values: [hash, JSON.stringify(version)] });
      entry.kept = 'yes';
    } catch (error) {
      entry.kept = 'no';
      log.debug({ err: error, rule: version.rule }, 'A version of a rule could not be kept; notes bring it along.');
    }
  };

  return {
    nameOf(rule) {
      const entry = entryOf(entries, rule, () => newEntry(rule));
      if (entry.kept === 'yes') return entry.hash;
      if (entry.kept === 'no') {
        const work = apart.runInAsyncScope(keep, undefined, entry);
        underWay.add(work);
        void work.finally(() => underWay.delete(work));
      }
      return entry.version;
    },
    async read(names) {
      const found = new Map(names.map((name) => [name, typeof name === 'string' ? known.get(name) : name]));
      const missing = [...found].flatMap(([name, version]) => (version ? [] : [name]));
      if (missing.length > 0) {
        const { rows } = await database.query<{ readonly hash: string; readonly version: RuleVersion }>({ name: 'automation_rule_versions', text: `SELECT hash, version FROM ${ruleVersionTable} WHERE hash = ANY($1::text[])`, values: [missing] });
        for (const { hash, version } of rows) {
          known.set(hash, version);
          found.set(hash, version);
        }
      }
      return (name) => {
        const version = found.get(name);
        if (!version) throw new ObjectosError('NOT_FOUND', `The table ${ruleVersionTable} has no version ${String(name)} of a rule.`);
        return version;
      };
    },
    async settled() {
      await Promise.all(underWay);
    },
  };
}

function newEntry(rule: Rule): Entry {
  const version = { rule: rule.name, object: rule.object?.name, runAs: rule.runAs, definition: definitionOf(rule) };
  return { version, hash: digestOf(JSON.stringify(version)), kept: 'no' };
}
