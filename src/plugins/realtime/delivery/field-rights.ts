import { entryOf } from '../../../kernel/entry-of.ts';
import type { CatalogObject } from '../../../metadata/catalog.ts';
import { computedField } from '../../../resolvers/computed.ts';
import type { ObjectAccess } from '../../../resolvers/access.ts';
import type { Filter } from '../../../resolvers/filter/filter.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { close, filterKey } from '../views/closed-filter.ts';

/** Which fields a caller may be told of. */
export interface FieldRights {
  /** Equal for equal rights. */
  readonly key: string;
  /** Some are for some rows alone. */
  readonly conditional: boolean;
  /** What a written field shows as: itself, and formulas that read it. None where the caller may read nothing of it. */
  shownAs(field: string): readonly ShownField[];
}

export interface ShownField {
  /** GraphQL name. */
  readonly name: string;
  /** Rows on which the field may be read; undefined for all. */
  readonly rows: Filter | undefined;
}

/** Rights that no value of the caller is part of. Open access gives all objects the same rights. */
const general = new WeakMap<CatalogObject, WeakMap<ObjectAccess, FieldRights>>();

export function fieldRights(object: CatalogObject, request: RequestContext): FieldRights {
  const rights = request.access.object(object.name);
  const kept = entryOf(general, object, () => new WeakMap<ObjectAccess, FieldRights>());
  let known = kept.get(rights);
  if (!known) {
    known = rightsOn(object, rights, request);
    if (!known.conditional) kept.set(rights, known);
  }
  return known;
}

function rightsOn(object: CatalogObject, rights: ObjectAccess, request: RequestContext): FieldRights {
  const shown = new Map<string, ShownField>();
  const readers = new Map<string, string[]>();
  for (const [name, field] of object.fields) {
    const { read } = rights.field(name);
    if (field.internal || read === false) continue;
    shown.set(name, { name: field.graphqlName, rows: read === true ? undefined : close(read, request) });
    for (const { steps, field: input } of computedField(field)?.inputs ?? []) {
      if (steps.length === 0) readers.set(input.name, [...(readers.get(input.name) ?? []), name]);
    }
  }
  return {
    key: JSON.stringify([...shown].map(([name, { rows }]) => (rows ? [name, filterKey(rows)] : name))),
    conditional: [...shown.values()].some(({ rows }) => rows),
    shownAs(field) {
      const names = new Set([field]);
      // A set grows while it is walked: formulas that read formulas.
      for (const name of names) for (const reader of readers.get(name) ?? []) names.add(reader);
      return [...names].flatMap((name) => shown.get(name) ?? []);
    },
  };
}
