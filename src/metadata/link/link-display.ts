import { apiMethods } from '../catalog.ts';
import type { ApiMethod, CatalogField } from '../catalog.ts';
import { suggest } from '../nearest.ts';
import { isMapping } from '../report.ts';
import type { Report } from '../report.ts';
import type { ObjectBuild } from './build.ts';
import { text } from './link-fields.ts';
import { fieldsNamed, findField } from './link-keys.ts';

/** Text search configurations that every PostgreSQL has. */
const languages: ReadonlySet<string> = new Set([
  'simple', 'arabic', 'armenian', 'basque', 'catalan', 'danish', 'dutch', 'english', 'finnish', 'french', 'german', 'greek', 'hindi', 'hungarian', 'indonesian', 'irish', 'italian',
  'lithuanian', 'nepali', 'norwegian', 'portuguese', 'romanian', 'russian', 'serbian', 'spanish', 'swedish', 'tamil', 'turkish', 'yiddish',
]);

/** Field that titles a record: the declared one, else `name`, `title`, the first text, the id. */
export function linkNameField(build: ObjectBuild, report: Report): string {
  const { part } = build.draft;
  const written = text(part.value['nameField']);
  if (written !== undefined) {
    const field = findField(build, written);
    if (field && field.column !== undefined && !field.internal) return field.name;
    const missing = build.missing.get(written);
    if (missing === 'left out') report.warn(part, ['nameField'], build.name, `the name field "${written}" is left out because nothing computes it; another titles the record`);
    else if (field) report.error(part, ['nameField'], build.name, `"${written}" cannot title a record: ${field.internal ? 'it is internal' : 'it has no column'}`);
    else if (missing === undefined) report.error(part, ['nameField'], build.name, `"nameField" names "${written}", which is no field of ${build.name}`, suggest(written, [...build.fields.keys()]));
  }
  const candidates = [build.fields.get('name'), build.fields.get('title'), ...[...build.fields.values()].filter((field) => field.type.name === 'text')];
  return candidates.find((field) => field?.column !== undefined && !field.internal && !field.multiple)?.name ?? 'id';
}

export interface LinkedSearch {
  readonly fields: readonly string[];
  readonly language: string;
}

/** Fields of the full-text index: `search.fields` in their order, else the searchable ones with the name field first. */
export function linkSearch(build: ObjectBuild, nameField: string, report: Report): LinkedSearch {
  const { part, enable } = build.draft;
  const search = isMapping(part.value['search']) ? part.value['search'] : {};
  const language = text(search['language']) ?? 'english';
  if (!languages.has(language)) report.error(part, ['search', 'language'], build.name, `PostgreSQL has no text search configuration "${language}"`, suggest(language, [...languages]));
  const named = fieldsNamed(build, search['fields'], ['search', 'fields'], 'search', report);
  const indexed = fullTextIndexes(build, report);
  const marked = [...build.fields.values()].filter((field) => field.searchable).sort((a, b) => Number(b.name === nameField) - Number(a.name === nameField));
  if (enable.value['searchable'] === false) return { fields: [], language };
  const fields = [...new Set([...(named ?? marked), ...indexed])].filter((field) => isSearchable(build, field, report));
  return { fields: fields.map(({ name }) => name), language };
}

function fullTextIndexes(build: ObjectBuild, report: Report): readonly CatalogField[] {
  const indexes = build.draft.part.value['indexes'];
  if (!Array.isArray(indexes)) return [];
  return (indexes as readonly unknown[]).flatMap((index, at) =>
    isMapping(index) && index['type'] === 'fulltext' ? (fieldsNamed(build, index['fields'], ['indexes', at, 'fields'], 'index', report) ?? []) : [],
  );
}

function isSearchable(build: ObjectBuild, field: CatalogField, report: Report): boolean {
  const { part } = build.draft;
  if (field.internal || field.type.confidential === true) {
    report.error(part, ['search'], build.name, `the search names "${field.name}", whose values must not be found`, 'Remove it from the search.');
    return false;
  }
  if (field.type.searchText !== undefined && field.column !== undefined) return true;
  report.warn(part, ['search'], build.name, `the search names "${field.name}", a ${field.type.name}, which has no text to search; it is left out of the search`);
  return false;
}

/** What the API offers: nothing for inactive objects and `apiEnabled: false`, else `apiMethods`, else everything that the object can do. */
export function linkMethods(build: ObjectBuild, searchable: boolean, report: Report): ReadonlySet<ApiMethod> {
  const { part, enable } = build.draft;
  if (part.value['active'] === false || enable.value['apiEnabled'] === false) return new Set();
  const soft = build.softDelete !== undefined;
  const impossible = new Map<ApiMethod, string>([
    ...(soft ? [] : ([['restore', 'deletion is not soft'], ['purge', 'deletion is not soft']] as const)),
    ...(searchable ? [] : ([['search', 'no field is searchable']] as const)),
    ...(part.value['view'] === true ? (['create', 'update', 'delete', 'upsert', 'bulk', 'import'] as const).map((method) => [method, 'records of a view are only read'] as const) : []),
  ]);
  const written = enable.value['apiMethods'] as readonly ApiMethod[] | undefined;
  for (const method of written ?? []) {
    const reason = impossible.get(method);
    if (reason !== undefined) report.warn(enable, ['apiMethods'], `${build.name}.enable`, `the method "${method}" has no effect: ${reason}`);
  }
  return new Set((written ?? apiMethods).filter((method) => !impossible.has(method)));
}
