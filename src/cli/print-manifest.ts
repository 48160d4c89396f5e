import { concatAST, parse, print, separateOperations } from 'graphql';
import { sha256 } from '../server/named-documents.ts';
import type { DocumentFile } from './print-operations.ts';

/** JSON of documents by the SHA-256 of their text: one for each operation, with the fragments that it uses, as graphql-js prints it. */
export function printManifest(files: readonly DocumentFile[]): string {
  const operations = separateOperations(concatAST(files.map(({ text }) => parse(text))));
  const texts = Object.values(operations).map((document) => print(document));
  return `${JSON.stringify(Object.fromEntries(texts.map((text) => [sha256(text), text] as const).sort(([a], [b]) => (a < b ? -1 : 1))), null, 2)}\n`;
}
