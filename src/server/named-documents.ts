import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { ObjectosError } from '../errors.ts';
import type { Params } from './params.ts';
import { RequestRefused, toGraphqlError } from './request-errors.ts';

/** Documents by what clients name them: a hash, or whatever a manifest says. */
export type TrustedDocuments = ReadonlyMap<string, string>;

/** How an operation names its document. */
export type DocumentChoice = Pick<Params, 'query' | 'documentId' | 'extensions'>;

export interface NamedDocuments {
  /** The text that an operation asks to run. Throws where it names none that is known, or one that may not run. */
  textOf(choice: DocumentChoice): string;
}

export interface NamedDocumentsOptions {
  readonly trusted: TrustedDocuments;
  /** Nothing else may run. */
  readonly trustedOnly: boolean;
  /** Documents that clients gave with their hash are kept at most. */
  readonly kept: number;
}

/**
 * Persisted documents: `documentId` as GraphQL over HTTP names it, and `extensions.persistedQuery` of automatic persisted queries. A
 * client gives the text with its hash once, and the hash alone from then on; what is trusted needs no first time.
 */
export function createNamedDocuments({ trusted, trustedOnly, kept }: NamedDocumentsOptions): NamedDocuments {
  const automatic = new LRUCache<string, string>({ max: kept, maxSize: 32_000_000, sizeCalculation: (text) => text.length + 200 });
  const trustedTexts = new Set(trusted.values());

  return {
    textOf({ query, documentId, extensions }) {
      const hash = persistedHash(extensions);
      const name = documentId ?? hash;
      const text = name === undefined ? undefined : (trusted.get(name) ?? trusted.get(withoutPrefix(name)));
      if (text !== undefined) return text;
      if (trustedOnly) {
        if (query !== undefined && trustedTexts.has(query)) return query;
        throw new ObjectosError('FORBIDDEN', 'This server runs the documents of its manifest and no others.');
      }
      if (name === undefined) {
        if (query === undefined) throw new ObjectosError('BAD_REQUEST', 'The request has no "query", and names no document.');
        return query;
      }
      const key = withoutPrefix(name);
      if (query === undefined || query === '') {
        const known = automatic.get(key);
        if (known !== undefined) return known;
        // Clients of automatic persisted queries know this text, and send the document then.
        throw new RequestRefused([toGraphqlError(new ObjectosError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound'))]);
      }
      if (sha256(query) !== key) throw new ObjectosError('BAD_REQUEST', 'The hash is not the SHA-256 of the document.');
      automatic.set(key, query);
      return query;
    },
  };
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const withoutPrefix = (name: string): string => (name.startsWith('sha256:') ? name.slice('sha256:'.length) : name);

function persistedHash(extensions: DocumentChoice['extensions']): string | undefined {
  const persisted = extensions?.['persistedQuery'];
  if (typeof persisted !== 'object' || persisted === null) return undefined;
  const { version, sha256Hash } = persisted as { readonly version?: unknown; readonly sha256Hash?: unknown };
  if (version !== 1 || typeof sha256Hash !== 'string') throw new ObjectosError('BAD_REQUEST', 'extensions.persistedQuery must be { version: 1, sha256Hash }.');
  return sha256Hash;
}
