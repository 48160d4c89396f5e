import type { Plugin } from '../kernel/plugin.ts';
import type { Catalog } from './catalog.ts';
import type { DefinitionFile } from './definition-files.ts';
import { fileKind } from './definition-files.ts';
import { pluginHint } from './definitions/plugins-of-keys.ts';
import { FieldReader } from './definitions/read-field.ts';
import { ObjectReader } from './definitions/read-object.ts';
import type { ExtensionDraft, ObjectDraft } from './definitions/read-object.ts';
import { readSeeds } from './definitions/read-seeds.ts';
import type { SeedDraft } from './definitions/read-seeds.ts';
import { DefinitionError } from './diagnostic.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { FieldType } from './field-type.ts';
import { KindReader } from './kinds.ts';
import { linkCatalog } from './link/link-catalog.ts';
import { linkSeeds } from './link/link-seeds.ts';
import { mergeObjects } from './link/merge-objects.ts';
import { withKeptFields } from './link/with-kept-fields.ts';
import { withOrganization } from './link/with-organization.ts';
import { withRecordName } from './link/with-record-name.ts';
import { suggest } from './nearest.ts';
import type { DefinitionInput, KindDocuments } from './phase.ts';
import { collectPhases } from './plugin-phases.ts';
import { Report } from './report.ts';
import type { SeedSet } from './seed.ts';
import { inlineDocument, parseDocuments } from './source-document.ts';

export interface CompileOptions {
  readonly files?: readonly DefinitionFile[];
  readonly plugins?: readonly Plugin[];
  readonly definitions?: readonly DefinitionInput[];
  readonly seeds?: readonly DefinitionInput[];
  readonly fieldTypes: ReadonlyMap<string, FieldType>;
}

export interface LoadedCatalog {
  readonly catalog: Catalog;
  readonly seeds: readonly SeedSet[];
  /** Warnings; errors are thrown. */
  readonly diagnostics: readonly Diagnostic[];
  /** Documents of the kinds that plugins bring. */
  readonly documents: KindDocuments;
}

/** Definitions in, Catalog out: reads, checks and links everything, and throws one DefinitionError with every problem. */
export function compileCatalog({ files = [], plugins = [], definitions = [], seeds = [], fieldTypes }: CompileOptions): LoadedCatalog {
  const report = new Report();
  const phases = collectPhases(plugins, fieldTypes, report);
  const fields = new FieldReader(phases.fieldTypes, { keys: phases.fieldKeys, computed: phases.computed, typeOf: phases.typeOf }, report);
  const objects = new ObjectReader(fields, { object: phases.objectKeys, enable: phases.enableKeys }, report);
  const kinds = new KindReader(phases.kinds, report);
  const drafts: (ObjectDraft | ExtensionDraft)[] = [];
  const seedDrafts: SeedDraft[] = [];
  const keep = (draft: ObjectDraft | ExtensionDraft | undefined): void => {
    if (draft) drafts.push(draft);
  };

  for (const { origin, objects: brought } of phases.objects) {
    for (const definition of brought) keep(objects.read(inlineDocument(origin, definition), true));
  }
  for (const definition of definitions) keep(objects.read(inlineDocument('definitions', definition), false));
  for (const seed of seeds) seedDrafts.push(...readSeeds(inlineDocument('seeds', seed), undefined, report));
  for (const { file, text } of [...files].sort((a, b) => (a.file < b.file ? -1 : 1))) {
    const { name, kind } = fileKind(file);
    const accepted = ['object', 'extension', 'data', ...kinds.suffixes];
    if (kind === undefined || !accepted.includes(kind)) {
      const message = kind === undefined ? 'the file has no kind in its name and is not read' : `nothing reads files of the kind "${kind}"`;
      const near = kind === undefined ? undefined : suggest(kind, accepted);
      const hint = (kind === undefined ? undefined : pluginHint([kind])) ?? `${near?.startsWith('Did') === true ? `${near} ` : ''}Kinds: ${accepted.map((one) => `*.${one}.yml`).join(', ')}.`;
      report.add({ severity: 'warning', file, line: undefined, column: undefined, subject: '', message, hint });
      continue;
    }
    const problems: Diagnostic[] = [];
    const documents = parseDocuments(file, text, problems);
    for (const problem of problems) report.add(problem);
    for (const document of documents) {
      if (kind === 'data') seedDrafts.push(...readSeeds(document, name, report));
      else if (kinds.has(kind)) kinds.read(kind, document);
      else keep(objects.read(document, false, documents.length === 1 && kind === 'object' ? name : undefined));
    }
  }

  const completed = (draft: ObjectDraft): ObjectDraft => withKeptFields(withRecordName(draft, fields, report), phases.keptFields, fields, report);
  const merged = mergeObjects(drafts, report).map((draft) => withOrganization(completed(draft), phases.organizationOf, fields));
  const linked = linkCatalog({ drafts: merged, indexes: phases.indexes, fields, objects, types: phases.fieldTypes, report });
  const seedSets = linkSeeds(seedDrafts, linked, report);
  if (!report.failed) for (const check of phases.checks) check(linked.catalog, linked.report, kinds.documents);
  if (report.failed) throw new DefinitionError(report.diagnostics);
  return { catalog: linked.catalog, seeds: seedSets, diagnostics: report.diagnostics, documents: kinds.documents };
}
