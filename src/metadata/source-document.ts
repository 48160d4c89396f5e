import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Document, Node, ParsedNode } from 'yaml';
import type { SourceLocation } from './catalog.ts';
import type { Diagnostic } from './diagnostic.ts';

export type Path = readonly (string | number)[];

/** A definition with the place it came from. Positions are looked up only when something asks. */
export interface SourceDocument {
  readonly file: string;
  readonly value: unknown;
  /** Place of the key at `path`, of its nearest written ancestor otherwise; undefined for definitions that are no file. */
  locate(path: Path): SourceLocation | undefined;
}

/** A definition made in code: by a plugin, a test, a caller of the library. */
export function inlineDocument(origin: string, value: unknown): SourceDocument {
  return { file: origin, value, locate: () => undefined };
}

/** Reads YAML or JSON (which is YAML). Several documents separated by `---` may stand in one file. */
export function parseDocuments(file: string, text: string, problems: Diagnostic[]): readonly SourceDocument[] {
  const lines = new LineCounter();
  const source = /\.json$/i.test(file) ? text.replace(/\t/g, ' ') : text;
  const parsed = parseAllDocuments(source, { lineCounter: lines, prettyErrors: false, merge: true });
  const documents = Array.isArray(parsed) ? (parsed as readonly Document.Parsed[]) : [];
  return documents.flatMap((document): readonly SourceDocument[] => {
    for (const [severity, list] of [['error', document.errors], ['warning', document.warnings]] as const) {
      for (const { message, pos } of list) {
        const { line, col } = lines.linePos(pos[0]);
        problems.push({ severity, file, line, column: col, subject: '', message: `The file is not valid ${/\.json$/i.test(file) ? 'JSON' : 'YAML'}: ${message}`, hint: undefined });
      }
    }
    if (document.errors.length > 0 || document.contents === null) return [];
    return [{ file, value: toValue(document, file, problems), locate: (path) => locateNode(file, document.contents, lines, path) }];
  });
}

function toValue(document: Document.Parsed, file: string, problems: Diagnostic[]): unknown {
  try {
    return document.toJS() as unknown;
  } catch (error) {
    problems.push({ severity: 'error', file, line: 1, column: 1, subject: '', message: `The file cannot be read: ${error instanceof Error ? error.message : String(error)}`, hint: undefined });
    return undefined;
  }
}

function locateNode(file: string, root: ParsedNode | null, lines: LineCounter, path: Path): SourceLocation {
  let node: Node | null = root;
  let offset = root?.range[0] ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (!pair) break;
      offset = rangeStart(pair.key) ?? offset;
      node = (pair.value as Node | null) ?? null;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | undefined;
      if (!item) break;
      offset = rangeStart(item) ?? offset;
      node = item;
    } else break;
  }
  const { line, col } = lines.linePos(offset);
  return { file, line, column: col };
}

function rangeStart(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}
