import type { CatalogField } from '../metadata/catalog.ts';
import { allows, allowsSome, relationsOf, type Api, type ApiObject, type FieldFace } from './api.ts';
import { describeField } from './descriptions.ts';
import type { InputField, InputFields } from './spec.ts';
import { inputType } from './value-types.ts';
import { isWritable } from './views/rights.ts';

function writableFields({ faces }: ApiObject): readonly FieldFace[] {
  return faces.filter(isWritable);
}

/** Whether records of the object can be changed at all through the API. */
export function isUpdatable(api: Api, self: ApiObject): boolean {
  return allows(self, 'update') && (writableFields(self).length > 0 || Object.keys(relationFields(api, self)).length > 0);
}

/** Inputs of create and update, and those that nest writes of this object below others. */
export function declareInputs(api: Api, self: ApiObject): void {
  const { registry } = api;
  const { type, owner, object } = self;
  const update = isUpdatable(api, self);
  if (allows(self, 'create') || allows(self, 'upsert')) {
    registry.declare(type.createInput, owner, () => ({ kind: 'input', description: `Values of a new ${object.label}.`, fields: () => createFields(api, self) }));
  }
  if (update) {
    registry.declare(type.updateInput, owner, () => ({
      kind: 'input',
      description: `New values of ${object.label}: null clears a value, an absent entry leaves it.`,
      fields: () => updateFields(api, self),
    }));
    registry.declare(type.updateRow, owner, () => ({
      kind: 'input',
      fields: () => ({
        id: { type: 'ID!' },
        ifVersion: { type: 'Int', description: 'Refuses the row when the record has another version.' },
        input: { type: `${type.updateInput}!` },
      }),
    }));
  }
  if (allows(self, 'upsert')) {
    registry.declare(type.upsertRow, owner, () => ({
      kind: 'input',
      fields: () => ({ ...keyName(api, self), input: { type: `${type.createInput}!` } }),
    }));
  }
  declareNested(api, self, update);
}

/** `by` of upserts, where there is another key than the id. */
export function keyName({ registry }: Api, { type }: ApiObject): InputFields {
  return registry.has(type.keyName) ? { by: { type: type.keyName, description: 'The key that tells whether the record exists; the id when absent.' } } : {};
}

function declareNested({ registry }: Api, self: ApiObject, update: boolean): void {
  const { type, owner, object } = self;
  const create = allows(self, 'create');
  const upsert = allows(self, 'upsert');
  const remove = allows(self, 'delete');
  registry.declare(type.toOneInput, owner, () => ({
    kind: 'input',
    description: `Writes the related ${object.label} along with its parent.`,
    fields: (): InputFields => ({
      ...(create && { create: { type: type.createInput, description: 'Makes a new one.' } }),
      connect: { type: type.key, description: 'Takes an existing one.' },
      disconnect: { type: 'Boolean', description: 'Clears the relation; the record stays.' },
      ...(update && { update: { type: type.updateInput, description: 'Changes the one that is connected.' } }),
      ...(upsert && { upsert: { type: type.createInput, description: 'Changes the one that is connected, or makes a new one.' } }),
      ...(remove && { delete: { type: 'Boolean', description: 'Deletes the one that is connected.' } }),
    }),
  }));
  registry.declare(type.toManyInput, owner, () => ({
    kind: 'input',
    description: `Writes related ${object.pluralLabel} along with their parent.`,
    fields: (): InputFields => ({
      ...(create && { create: { type: `[${type.createInput}!]`, description: 'Makes new ones.' } }),
      connect: { type: `[${type.key}!]`, description: 'Takes existing ones.' },
      disconnect: { type: `[${type.key}!]`, description: 'Takes these out of the relation; the records stay.' },
      ...(update && { update: { type: `[${type.updateRow}!]`, description: 'Changes connected ones.' } }),
      ...(upsert && { upsert: { type: `[${type.upsertRow}!]`, description: 'Changes those whose key exists, makes the others.' } }),
      ...(remove && { delete: { type: `[${type.key}!]`, description: 'Deletes connected ones.' } }),
      set: { type: `[${type.key}!]`, description: 'Makes exactly these the connected ones.' },
    }),
  }));
}

function createFields(api: Api, self: ApiObject): InputFields {
  return {
    id: { type: 'ID', description: 'A UUID of the client; made by the server when absent.', source: { kind: 'field', field: 'id' } },
    ...valueFields(self, isRequiredOnCreate),
    ...relationFields(api, self),
  };
}

function updateFields(api: Api, self: ApiObject): InputFields {
  return { ...valueFields(self, () => false), ...relationFields(api, self) };
}

/** A lookup may be set by nesting instead, and a field by a former name, so they stay optional; the write path checks that one of both is given. */
function isRequiredOnCreate(field: CatalogField): boolean {
  return field.required && field.aliases.length === 0 && field.defaultValue === undefined && field.definition['defaultExpression'] === undefined && field.reference === undefined;
}

function valueFields(self: ApiObject, isRequired: (field: CatalogField) => boolean): InputFields {
  const result: Record<string, InputField> = {};
  for (const field of writableFields(self)) {
    result[field.graphqlName] = {
      type: `${inputType(self.type.type, field)}${isRequired(field) ? '!' : ''}`,
      description: describeField(field),
      deprecated: isRequired(field) ? undefined : field.deprecated,
      source: { kind: 'field', field: field.name },
    };
  }
  return result;
}

function relationFields(api: Api, self: ApiObject): InputFields {
  const writable = new Set(writableFields(self).map((field) => field.name));
  const result: Record<string, InputField> = {};
  for (const { relation, target, name, deprecated } of relationsOf(api, self)) {
    if (relation.kind === 'one' && !writable.has(relation.field)) continue;
    if (relation.kind !== 'one' && !isWritableFrom(relation, self, target)) continue;
    result[name] = {
      type: relation.kind === 'one' ? target.type.toOneInput : target.type.toManyInput,
      description: relation.label,
      deprecated,
      source: { kind: 'relation', relation: relation.name },
    };
  }
  return result;
}

/** The field that makes a to-many relation lives on the other object, or on either side of a link. Where the API does not write the other object, it does not do so from here either. */
function isWritableFrom(relation: Extract<ReturnType<typeof relationsOf>[number]['relation'], { readonly kind: 'many' | 'link' }>, self: ApiObject, target: ApiObject): boolean {
  const [holder, name] = relation.kind === 'many' ? [target, relation.targetField] : [relation.from === 'source' ? self : target, relation.link.field];
  return (holder === self || allowsSome(holder, 'create', 'update', 'upsert', 'delete')) && writableFields(holder).some((field) => field.name === name);
}
