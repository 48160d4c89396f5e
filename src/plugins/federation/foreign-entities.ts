import type { SchemaExtension } from '../../builder/phase.ts';
import type { OutputFields } from '../../builder/spec.ts';
import { outputType } from '../../builder/value-types.ts';
import { StartupError } from '../../errors.ts';
import type { CatalogField, CatalogObject } from '../../metadata/catalog.ts';
import { foreignFieldName, keyTypeOf } from '../../metadata/foreign-key.ts';
import { fieldSql } from '../../resolvers/filter/to-sql.ts';
import { cellSql } from '../../resolvers/read/cells.ts';
import type { PlannedField } from '../../resolvers/read/planned.ts';
import { objectTypeOf, selectedFields, type SelectedField } from '../../resolvers/read/selection.ts';
import { literal } from '../../resolvers/sql/identifier.ts';
import { jsonObject, type JsonEntry } from '../../resolvers/sql/json.ts';
import { foreignEntityOf, providedFields, type ForeignEntity } from './definition.ts';

export interface ForeignReference {
  readonly object: CatalogObject;
  readonly field: CatalogField;
  readonly entity: ForeignEntity;
  /** Field of the record that leads to the entity: `product`. */
  readonly name: string;
}

/** Fields whose values are keys of entities of other subgraphs. */
export function foreignReferences(objects: Iterable<CatalogObject>): readonly ForeignReference[] {
  return [...objects].flatMap((object) =>
    [...object.fields.values()].flatMap((field) => {
      const entity = foreignEntityOf(field);
      return entity && object.methods.size > 0 && !field.internal ? [{ object, field, entity, name: foreignFieldName(field, entity) }] : [];
    }),
  );
}

/** A type with nothing but the key for each entity of another subgraph, and fields that lead to it. */
export function extendWithForeignEntities({ catalog, addType, addFields }: SchemaExtension): void {
  const declared = new Map<string, ForeignEntity>();
  const references = foreignReferences(catalog.objects.values());
  for (const { object, field, entity, name } of references) {
    const known = declared.get(entity.type);
    if (known && (known.key !== entity.key || keyTypeOf(known) !== keyTypeOf(entity))) {
      throw new StartupError(`${object.name}.${field.name} refers to ${entity.type} by ${entity.key}, and another field by ${known.key}. Refer to an entity by one key everywhere.`);
    }
    if (!known) {
      declared.set(entity.type, entity);
      addType(entity.type, { kind: 'object', role: 'shared', description: `An entity of the subgraph ${entity.subgraph}.`, fields: () => ({ ...keyField(entity), ...copiedFields(references, entity) }) });
    }
    addFields(object.names.type, {
      [name]: { type: entity.type, description: `${field.label}, which the subgraph ${entity.subgraph} has.`, source: { kind: 'planned', sql: (place) => stubSql(place, object, field, entity) } },
    });
  }
}

function keyField(entity: ForeignEntity): OutputFields {
  return { [entity.key]: { type: `${keyTypeOf(entity)}!`, source: { kind: 'part', part: entity.key } } };
}

/** Fields of the entity that some path provides; null where another path leads to it. */
function copiedFields(references: readonly ForeignReference[], { type, subgraph }: ForeignEntity): OutputFields {
  const copies = references.filter(({ entity }) => entity.type === type).flatMap(({ object, entity }) => providedFields(entity).flatMap(({ name, copy }) => {
    const held = object.fields.get(copy);
    return held ? [[name, held] as const] : [];
  }));
  return Object.fromEntries(copies.map(([name, held]) => [name, { type: outputType('', held), description: `Of the subgraph ${subgraph}; a copy where one is kept here.`, source: { kind: 'part', part: name } as const }]));
}

/** The key as an object, with the copies that are kept of its fields; null where there is none, and hidden where the key is. */
function stubSql({ plan, scope, selected, path }: PlannedField, object: CatalogObject, field: CatalogField, entity: ForeignEntity): string {
  const stored = fieldSql(field, scope);
  const key = keyTypeOf(entity) === 'Int' ? stored : `${stored}::text`;
  const type = objectTypeOf(selected.field as NonNullable<typeof selected.field>);
  const partSql = (part: SelectedField): string => {
    if (part.name === '__typename') return literal(type.name);
    if (part.name === entity.key) return key;
    const copy = object.fields.get(providedFields(entity).find(({ name }) => name === part.name)?.copy ?? '');
    return copy ? cellSql(plan, scope, copy, [...path, part.key], () => copy.type.json(fieldSql(copy, scope), copy)) : 'NULL';
  };
  const entries = selectedFields(plan, type, selected.nodes).map((part): JsonEntry => ({ key: part.key, sql: partSql(part) }));
  return cellSql(plan, scope, field, path, () => `CASE WHEN ${stored} IS NOT NULL THEN ${jsonObject(entries)} END`);
}
