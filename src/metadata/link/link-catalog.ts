import type { Catalog, CatalogIndex, CatalogObject } from '../catalog.ts';
import { fingerprint } from '../fingerprint.ts';
import { locate, placeOf } from '../part.ts';
import type { CatalogReport } from '../phase.ts';
import type { Report } from '../report.ts';
import type { ObjectDraft } from '../definitions/read-object.ts';
import type { CollectedPhases } from '../plugin-phases.ts';
import type { ObjectBuild } from './build.ts';
import { checkRenames } from './check-renames.ts';
import { claimNames } from './claim-names.ts';
import { deepFreeze } from './deep-freeze.ts';
import { linkMethods, linkNameField, linkSearch } from './link-display.ts';
import { checkField, deprecation, text } from './link-fields.ts';
import { linkFormulas } from './link-formulas.ts';
import { linkKeys } from './link-keys.ts';
import type { LinkedKeys } from './link-keys.ts';
import { linkObjects } from './link-objects.ts';
import type { ObjectContext } from './link-objects.ts';
import { checkMasterCycles, linkRelations } from './link-relations.ts';
import { withWantedIndexes } from './wanted-indexes.ts';

export interface LinkedCatalog {
  readonly catalog: Catalog;
  readonly builds: ReadonlyMap<string, ObjectBuild>;
  /** For checks of plugins, which know objects and fields by name. */
  readonly report: CatalogReport;
}

/** Definitions → frozen Catalog. Problems go to the report; a Catalog with errors is not to be used. */
export function linkCatalog({ drafts, indexes, ...context }: ObjectContext & { readonly drafts: readonly ObjectDraft[]; readonly indexes: CollectedPhases['indexes'] }): LinkedCatalog {
  const { report } = context;
  const builds = linkObjects(drafts, context);
  const references = linkRelations(builds, report);
  const keys = new Map<string, LinkedKeys>([...builds.values()].map((build) => [build.name, linkKeys(build, report)]));
  claimNames(builds, new Map([...keys].map(([name, linked]) => [name, linked.keys])), references, report);
  checkIndexNames(builds, keys, report);
  checkMasterCycles(references, report);
  checkRenames(builds, report);
  for (const build of builds.values()) {
    for (const field of build.fields.values()) {
      const draft = build.drafts.get(field.name);
      if (draft) checkField(field, draft, report);
    }
  }
  linkFormulas(builds, (name) => keys.get(name)?.keys ?? [], report);
  const linked = new Map([...builds.values()].map((build) => [build.name, finish(build, keys.get(build.name) ?? { keys: [], indexes: [] }, report)]));
  const links = references.flatMap(({ link }) => (link ? [link] : []));
  const content = { objects: report.failed ? linked : withWantedIndexes({ objects: linked, links, fingerprint: '' }, indexes), links };
  return { catalog: deepFreeze({ ...content, fingerprint: fingerprint(content) }), builds, report: reportByName(builds, report) };
}

function finish(build: ObjectBuild, { keys, indexes }: LinkedKeys, report: Report): CatalogObject {
  const { name, draft, fields, relations } = build;
  const { value } = draft.part;
  const nameField = linkNameField(build, report);
  const search = linkSearch(build, nameField, report);
  return {
    name,
    label: build.label,
    pluralLabel: build.pluralLabel,
    description: text(value['description']),
    icon: text(value['icon']),
    names: build.names,
    table: build.table,
    view: value['view'] === true,
    fields,
    relations,
    keys,
    indexes,
    nameField,
    searchFields: search.fields,
    searchLanguage: search.language,
    softDelete: build.softDelete,
    methods: linkMethods(build, search.fields.length > 0, report),
    trackHistory: [...fields.values()].some((field) => field.trackHistory),
    organizationField: draft.organization?.name,
    system: draft.system,
    recordTypes: [],
    renamedFrom: text(value['renamedFrom']),
    deprecated: deprecation(value['deprecated']),
    source: locate(draft.part),
    definition: { ...value, enable: draft.enable.value },
  };
}

/** PostgreSQL keeps the names of all indexes of a schema in one list. */
function checkIndexNames(builds: ReadonlyMap<string, ObjectBuild>, keys: ReadonlyMap<string, LinkedKeys>, report: Report): void {
  const owners = new Map<string, string>();
  for (const [name, { indexes }] of keys) {
    for (const index of indexes satisfies readonly CatalogIndex[]) {
      const owner = owners.get(index.name);
      const build = builds.get(name);
      if (owner !== undefined && build) report.error(build.draft.part, ['indexes'], name, `the index name "${index.name}" is in use by ${owner}`, 'Rename one, or leave the names out.');
      owners.set(index.name, name);
    }
  }
}

function reportByName(builds: ReadonlyMap<string, ObjectBuild>, report: Report): CatalogReport {
  return (severity, subject, path, message, hint) => {
    const [object = '', field] = subject.split('.');
    const build = builds.get(object);
    const part = field === undefined ? build?.draft.part : build?.drafts.get(field)?.part;
    if (part) report.at(severity, placeOf(part, path), subject, message, hint);
    else report.add({ severity, file: 'definitions', line: undefined, column: undefined, subject, message, hint });
  };
}
