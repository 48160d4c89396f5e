import type { CatalogField } from '../../metadata/catalog.ts';
import { literal } from '../sql/identifier.ts';
import { jsonObject, jsonRows, type JsonEntry } from '../sql/json.ts';
import type { PlanContext } from './plan-context.ts';
import { needsResolver, objectTypeOf, selectedFields, type SelectedField } from './selection.ts';

/** JSON of a composite, address, location, file or repeater: what the document selects of the stored jsonb. */
export function embeddedSql(plan: PlanContext, stored: string, field: CatalogField, selected: SelectedField): string {
  const shape = field.type.graphql(field);
  if (shape.kind !== 'embedded' || !selected.field) throw new Error(`${field.object}.${field.name} is not embedded.`);
  if (shape.list) {
    const alias = plan.binds.alias();
    const entries = subfieldEntries(plan, `${alias}.value`, field, selected);
    const { query, row } = jsonRows(entries, `jsonb_array_elements(${stored}) ${alias}`);
    return `(SELECT json_agg(${row}) FROM (${query}) x WHERE ${stored} IS NOT NULL)`;
  }
  return `CASE WHEN ${stored} IS NOT NULL THEN ${jsonObject(subfieldEntries(plan, stored, field, selected))} END`;
}

function subfieldEntries(plan: PlanContext, stored: string, field: CatalogField, selected: SelectedField): JsonEntry[] {
  const type = objectTypeOf(selected.field as NonNullable<SelectedField['field']>);
  return selectedFields(plan, type, selected.nodes).flatMap((inner): JsonEntry[] => {
    if (inner.name === '__typename') return [{ key: inner.key, sql: literal(type.name) }];
    const source = inner.field?.extensions.objectos;
    if (source?.kind === 'embeddedPart') return [{ key: inner.key, sql: source.sql(stored, field, plan) }];
    const subfield = source?.kind === 'subfield' ? field.subfields.get(source.field) : undefined;
    if (!subfield) {
      needsResolver(plan, `${type.name}.${inner.name}`);
      return [];
    }
    return [{ key: inner.key, sql: subfieldSql(plan, stored, subfield, inner) }];
  });
}

const jsonScalars: ReadonlySet<string> = new Set(['Int', 'Float', 'Boolean', 'JSON', 'JSONObject']);

/** A member of stored JSON is shown as it is, unless the API shows its type as text or enum. */
function subfieldSql(plan: PlanContext, stored: string, subfield: CatalogField, selected: SelectedField): string {
  const key = literal(subfield.name);
  const [json, text] = [`(${stored} -> ${key})`, `(${stored} ->> ${key})`];
  const shape = subfield.type.graphql(subfield);
  switch (shape.kind) {
    case 'embedded':
      // A JSON null is no object.
      return embeddedSql(plan, `nullif(${json}, 'null'::jsonb)`, subfield, selected);
    case 'enum':
      return shape.list
        ? subfield.type.json(`(SELECT array_agg(e) FROM jsonb_array_elements_text(nullif(${json}, 'null'::jsonb)) e)`, subfield)
        : subfield.type.json(text, subfield);
    case 'scalar':
      return shape.list || jsonScalars.has(shape.scalar) ? json : text;
    case 'relation':
      return text;
  }
}
