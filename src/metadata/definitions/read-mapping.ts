import type * as z from 'zod';
import { nearest, suggest } from '../nearest.ts';
import { createPart } from '../part.ts';
import type { Part, Place } from '../part.ts';
import { isMapping, show } from '../report.ts';
import type { Report } from '../report.ts';
import type { Path } from '../source-document.ts';
import { canonicalKey, isKnownKey } from './key-vocabulary.ts';
import { pluginHint } from './plugins-of-keys.ts';
import type { KeyVocabulary } from './key-vocabulary.ts';

/** Brings the keys of a mapping into canonical spelling; a mapping that is none is reported and gives undefined. */
export function readMapping(vocabulary: KeyVocabulary, raw: unknown, place: Place, subject: string, report: Report): Part | undefined {
  if (!isMapping(raw)) {
    report.at('error', place, subject, `must be a mapping of keys, found ${show(raw)}`);
    return undefined;
  }
  const part = createPart(place, {});
  for (const [key, value] of Object.entries(raw)) {
    if (value === undefined) continue;
    if (key === '__proto__') {
      report.at('error', { document: place.document, path: [...place.path, key] }, subject, '"__proto__" cannot be a key', 'Remove it.');
      continue;
    }
    const canonical = canonicalKey(vocabulary, key);
    if (canonical !== key) {
      const other = Object.hasOwn(raw, canonical) ? raw[canonical] : part.value[canonical];
      if (other !== undefined) {
        if (JSON.stringify(other) === JSON.stringify(value)) continue;
        report.at('error', { document: place.document, path: [...place.path, key] }, subject, `"${key}" means "${canonical}", which is given too`, `Keep "${canonical}".`);
        continue;
      }
      part.moved.set(canonical, [{ document: place.document, path: [...place.path, key], from: 0 }]);
    }
    part.value[canonical] = value;
  }
  return part;
}

/** Warns about keys that are unknown or without effect. */
export function checkKeys(vocabulary: KeyVocabulary, part: Part, subject: string, report: Report, elsewhere?: (key: string) => string | undefined): void {
  const idle: string[] = [];
  for (const [key, value] of Object.entries(part.value)) {
    if (!isKnownKey(vocabulary, key)) {
      const reason = elsewhere?.(key);
      if (reason !== undefined) report.warn(part, [key], subject, reason);
      else {
        const near = nearest(key, [...Object.keys(vocabulary.shape), ...vocabulary.client, ...vocabulary.inert]);
        report.warn(part, [key], subject, `unknown key "${key}"; it is kept and nothing acts on it`, near === undefined ? undefined : `Did you mean "${near}"?`);
      }
    } else if (vocabulary.inert.has(key) && hasEffect(value)) idle.push(key);
  }
  warnIdle(idle, part, subject, report);
}

/** One warning for all idle keys of a mapping: a list of one line each would bury the rest. */
export function warnIdle(keys: readonly string[], part: Part, subject: string, report: Report): void {
  const [first] = keys;
  if (first === undefined) return;
  const names = keys.map((key) => `"${key}"`).join(', ');
  report.warn(part, first.split('.'), subject, `${names}: accepted by the vocabulary, but nothing acts on ${keys.length === 1 ? 'it' : 'them'}`, pluginHint(keys) ?? 'A plugin may act on it; none that is installed does.');
}

/** Values that ask for nothing need no warning. */
export function hasEffect(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 'default') return false;
  if (Array.isArray(value)) return value.length > 0;
  return !(isMapping(value) && value['enabled'] === false);
}

/**
 * Checks values. Wrong ones are reported and left out, so that the rest can still be linked and one mistake does not
 * bring others with it. The answer tells whether all were right.
 */
export function checkValues(schema: z.ZodType<Record<string, unknown>>, part: Part, subject: string, report: Report): boolean {
  const result = schema.safeParse(part.value);
  if (result.success) {
    for (const [key, value] of Object.entries(result.data)) part.value[key] = value;
    return true;
  }
  reportIssues(result.error.issues, part.value, (path, _key, message, hint) => report.error(part, path, subject, message, hint));
  for (const { path } of result.error.issues) {
    const [key] = path;
    if (typeof key === 'string') Reflect.deleteProperty(part.value, key);
  }
  return false;
}

type ReportIssue = (path: Path, key: string, message: string, hint?: string) => void;

/** Zod's issues in the words of the report: what was found, what is accepted, what may be meant. */
export function reportIssues(issues: readonly z.core.$ZodIssue[], value: unknown, add: ReportIssue): void {
  for (const issue of issues) {
    const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
    const key = path.join('.');
    const found = path.reduce<unknown>((inner, step) => (inner as Record<string | number, unknown> | undefined)?.[step], value);
    const name = key === '' ? 'the definition' : `"${key}"`;
    if (issue.code === 'invalid_value') {
      const accepted = issue.values.map(String);
      add(path, key, `${name} is ${show(found)}`, typeof found === 'string' ? acceptedHint(found, accepted) : `Accepted: ${accepted.join(', ')}.`);
    } else if (issue.code === 'invalid_type') {
      add(path, key, found === undefined ? `${name} is missing; it must be ${kindOf(issue.expected)}` : `${name} must be ${kindOf(issue.expected)}, found ${show(found)}`);
    } else if (issue.code === 'unrecognized_keys') {
      for (const extra of issue.keys) add([...path, extra], key, `${name} has an unknown key "${extra}"`);
    } else if (issue.code === 'invalid_union') {
      const options = issue.errors.map((branch) => branch.map(({ message }) => message).join('; '));
      const nested = issue.errors.find((branch) => branch.some(({ path: inner }) => inner.length > 0));
      if (nested) reportIssues(nested.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })), value, add);
      else add(path, key, `${name} is ${show(found)}, which fits none of the accepted forms`, options.length > 0 ? options.join(' · ') : undefined);
    } else {
      add(path, key, `${name} is ${show(found)}: ${issue.message}`);
    }
  }
}

function acceptedHint(found: string, accepted: readonly string[]): string {
  return suggest(found, accepted)?.startsWith('Did') ? `${suggest(found, accepted) ?? ''} Accepted: ${accepted.join(', ')}.` : `Accepted: ${accepted.join(', ')}.`;
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text', boolean: 'true or false', number: 'a number', int: 'a whole number', array: 'a list', object: 'a mapping', record: 'a mapping',
};

function kindOf(expected: string): string {
  return kinds[expected] ?? expected;
}
