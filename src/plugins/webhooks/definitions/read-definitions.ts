import * as z from 'zod';
import type { DefinitionInput, FileKind, KindDocuments } from '../../../metadata/phase.ts';
import { Reader, type Report } from '../../../metadata/definitions/reader.ts';
import type { Diagnostic } from '../../../metadata/diagnostic.ts';
import { DefinitionError } from '../../../metadata/diagnostic.ts';
import type { Path } from '../../../metadata/source-document.ts';

const items = z.union([z.record(z.string(), z.unknown()), z.array(z.record(z.string(), z.unknown()))]);

export const webhookKind: FileKind = { suffix: 'webhook', description: 'Outgoing webhooks: addresses that are told of changes.', schema: items };
export const receiverKind: FileKind = { suffix: 'receiver', description: 'Incoming webhooks: addresses at which others tell of something.', schema: items };

/** A definition that was read, with the place where it stands. */
export interface Placed<T> {
  readonly value: T;
  problem(path: Path, message: string, hint?: string): Diagnostic;
}

/** All definitions of a kind that `read` makes something of; two of one name are refused. Problems of those given in code are thrown, since no file holds them. */
export function readDefinitions<T extends { readonly name: string }>(kind: FileKind, documents: KindDocuments, given: readonly DefinitionInput[], read: (reader: Reader) => T | undefined): readonly Placed<T>[] {
  const found: Placed<T>[] = [];
  const names = new Set<string>();
  const add = (item: unknown, path: Path, report: Report, locate: (path: Path) => { readonly file: string; readonly line?: number; readonly column?: number }): void => {
    const subject = String((item as { readonly name?: unknown } | null)?.name ?? kind.suffix);
    const reader = new Reader(item, path, subject, report);
    const value = read(reader);
    const name = (item as { readonly name?: unknown } | null)?.name;
    if (typeof name === 'string' && names.has(name)) reader.error(['name'], `there are two of the name "${name}"`, 'Rename one of them.');
    if (typeof name === 'string') names.add(name);
    if (value) found.push({ value, problem: (at, message, hint) => ({ line: undefined, column: undefined, ...locate([...path, ...at]), severity: 'error', subject, message, hint }) });
  };
  for (const document of documents.get(kind.suffix) ?? []) {
    const locate = (path: Path) => document.locate(path) ?? { file: document.file };
    const { value } = document;
    const list: readonly (readonly [unknown, Path])[] = Array.isArray(value) ? value.map((item: unknown, index) => [item, [index]] as const) : [[value, []]];
    for (const [item, path] of list) add(item, path, (...problem) => document.report(...problem), locate);
  }
  const problems: Diagnostic[] = [];
  const file = `definitions of ${kind.suffix}s`;
  for (const item of given) add(item, [], (severity, _path, subject, message, hint) => problems.push({ severity, file, line: undefined, column: undefined, subject, message, hint }), () => ({ file }));
  if (problems.some(({ severity }) => severity === 'error')) throw new DefinitionError(problems);
  return found;
}
