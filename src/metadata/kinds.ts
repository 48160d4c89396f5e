import { createPart } from './part.ts';
import type { FileKind, KindDocument, KindDocuments } from './phase.ts';
import { reportIssues } from './definitions/read-mapping.ts';
import type { Report } from './report.ts';
import type { SourceDocument } from './source-document.ts';

/** Reads the files of the kinds that plugins bring. */
export class KindReader {
  readonly #kinds: ReadonlyMap<string, FileKind>;
  readonly #report: Report;
  readonly #documents: Map<string, KindDocument[]>;

  constructor(kinds: readonly FileKind[], report: Report) {
    this.#kinds = new Map(kinds.map((kind) => [kind.suffix, kind]));
    this.#report = report;
    this.#documents = new Map(kinds.map(({ suffix }) => [suffix, []]));
  }

  get suffixes(): readonly string[] {
    return [...this.#kinds.keys()];
  }

  get documents(): KindDocuments {
    return this.#documents;
  }

  has(suffix: string): boolean {
    return this.#kinds.has(suffix);
  }

  read(suffix: string, document: SourceDocument): void {
    const kind = this.#kinds.get(suffix);
    if (!kind) return;
    const part = createPart({ document, path: [] }, {});
    const value = kind.normalize ? kind.normalize(document.value) : document.value;
    const result = kind.schema.safeParse(value);
    if (!result.success) {
      reportIssues(result.error.issues, value, (path, _key, message, hint) => this.#report.error(part, path, suffix, message, hint));
      return;
    }
    const report = this.#report;
    this.#documents.get(suffix)?.push({
      kind: suffix,
      file: document.file,
      value: result.data,
      report: (severity, path, subject, message, hint) => report.at(severity, { document, path }, subject, message, hint),
      locate: (path) => document.locate(path),
    });
  }
}
