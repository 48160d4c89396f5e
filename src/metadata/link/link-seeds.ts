import type { SeedDraft } from '../definitions/read-seeds.ts';
import { suggest } from '../nearest.ts';
import { placeOf } from '../part.ts';
import { isMapping } from '../report.ts';
import type { Report } from '../report.ts';
import type { SeedMode, SeedSet } from '../seed.ts';
import type { ObjectBuild } from './build.ts';
import type { LinkedCatalog } from './link-catalog.ts';
import { findField } from './link-keys.ts';
import { resolveReference } from './resolve-reference.ts';

/** Seed data whose object and fields exist. */
export function linkSeeds(drafts: readonly SeedDraft[], { builds }: LinkedCatalog, report: Report): readonly SeedSet[] {
  return drafts.flatMap((draft) => {
    const { part, subject } = draft;
    const name = resolveReference(draft.object, builds);
    const build = name === undefined ? undefined : builds.get(name);
    if (!build) {
      report.error(part, ['object'], subject, `there is no object "${draft.object}"`, suggest(draft.object, [...builds.keys()]));
      return [];
    }
    const records = (part.value['records'] as readonly Record<string, unknown>[]).map((record, index) => linkRecord(record, index, draft, build, report));
    const set: SeedSet = {
      object: build.name,
      externalId: externalId(draft, build, report),
      mode: (part.value['mode'] as SeedMode | undefined) ?? 'upsert',
      env: (part.value['env'] as readonly string[] | undefined) ?? [],
      records,
      file: part.document.file,
      locate: (path) => {
        const place = placeOf(part, ['records', ...path]);
        return place.document.locate(place.path);
      },
    };
    return [set];
  });
}

function externalId({ part, subject }: SeedDraft, build: ObjectBuild, report: Report): string {
  const written = part.value['externalId'];
  if (typeof written !== 'string') return build.fields.has('name') ? 'name' : 'id';
  const field = findField(build, written);
  if (!field && !build.missing.has(written)) {
    report.error(part, ['externalId'], subject, `"externalId" names "${written}", which is no field of ${build.name}`, suggest(written, [...build.fields.keys()]));
  }
  return field?.name ?? written;
}

/** Values under the machine names of their fields; values of fields that are left out are left out too. */
function linkRecord(record: Readonly<Record<string, unknown>>, index: number, { part, subject }: SeedDraft, build: ObjectBuild, report: Report): Readonly<Record<string, unknown>> {
  if (!isMapping(record)) return {};
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(record)) {
    const field = findField(build, key);
    if (field) values[field.name] = value;
    else if (!build.missing.has(key)) report.error(part, ['records', index, key], subject, `"${key}" is no field of ${build.name}`, suggest(key, [...build.fields.keys()]));
  }
  return Object.freeze(values);
}
