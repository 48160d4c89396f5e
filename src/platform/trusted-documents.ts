import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as z from 'zod';
import { StartupError } from '../errors.ts';
import type { TrustedDocuments } from '../server/named-documents.ts';
import type { Settings } from './settings/schema.ts';

/** As code generators write them: texts by id, or the list of Apollo's tools. */
const manifest = z.union([
  z.object({ format: z.literal('apollo-persisted-query-manifest'), operations: z.array(z.object({ id: z.string().min(1), body: z.string().min(1) })) }),
  z.record(z.string().min(1), z.string().min(1)),
]);

/** The documents of the manifest that the settings name; none without. */
export async function readTrustedDocuments(directory: string, { documents: { manifest: name, trustedOnly } }: Settings['server']): Promise<TrustedDocuments> {
  if (name === undefined) {
    if (trustedOnly) throw new StartupError('server.documents.trustedOnly needs server.documents.manifest: without a manifest nothing could be asked. "objectos codegen" writes one where codegen.manifest is set.');
    return new Map();
  }
  const file = resolve(directory, name);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new StartupError(`The manifest of trusted documents cannot be read: ${(error as Error).message}. It is named by server.documents.manifest.`, { cause: error });
  });
  const read = manifest.safeParse(parseJson(text));
  if (!read.success) throw new StartupError(`${file} is no manifest of documents: it must be JSON, either texts by id or a list of Apollo's format.`);
  return new Map('operations' in read.data && Array.isArray(read.data.operations) ? read.data.operations.map(({ id, body }) => [id, body] as const) : (Object.entries(read.data) as [string, string][]));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
