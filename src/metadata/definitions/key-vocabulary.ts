import type * as z from 'zod';
import { toCamel } from '../words.ts';

/** Which keys a mapping may have, and what becomes of each. */
export interface KeyVocabulary {
  /** `field`, for messages. */
  readonly what: string;
  /** Keys that are checked and acted on. */
  readonly shape: z.ZodRawShape;
  /** Keys handed to clients. */
  readonly client: ReadonlySet<string>;
  /** Keys that are accepted and have no effect: they warn. */
  readonly inert: ReadonlySet<string>;
  /** Other spellings, in camel case. */
  readonly aliases: Readonly<Record<string, string>>;
}

export function isKnownKey(vocabulary: KeyVocabulary, key: string): boolean {
  return Object.hasOwn(vocabulary.shape, key) || vocabulary.client.has(key) || vocabulary.inert.has(key);
}

/** The spelling of the vocabulary: `max_length` → `maxLength`, `reference_to` → `reference`. Unknown keys stay as they are. */
export function canonicalKey(vocabulary: KeyVocabulary, key: string): string {
  if (isKnownKey(vocabulary, key)) return key;
  const camel = toCamel(key);
  return aliasOf(vocabulary, key) ?? (isKnownKey(vocabulary, camel) ? camel : (aliasOf(vocabulary, camel) ?? key));
}

function aliasOf({ aliases }: KeyVocabulary, key: string): string | undefined {
  return Object.hasOwn(aliases, key) ? aliases[key] : undefined;
}

/** Adds keys on which somebody acts: those of a field type, of a plugin. */
export function extendVocabulary(vocabulary: KeyVocabulary, shape: z.ZodRawShape, { client = [], inert = [] }: { readonly client?: readonly string[]; readonly inert?: readonly string[] } = {}): KeyVocabulary {
  const merged = { ...vocabulary.shape, ...shape };
  return {
    ...vocabulary,
    shape: merged,
    client: new Set([...vocabulary.client, ...client]),
    inert: new Set([...vocabulary.inert, ...inert].filter((key) => inert.includes(key) || !Object.hasOwn(merged, key))),
  };
}
