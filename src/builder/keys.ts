import type { CatalogField, CatalogKey } from '../metadata/catalog.ts';
import { compoundKeyTypeName } from '../metadata/naming.ts';
import type { Api, ApiObject } from './api.ts';
import type { InputField, InputFields } from './spec.ts';
import { inputType } from './value-types.ts';

/** Keys whose fields the API shows. */
export function keysOf({ object, fields }: ApiObject): readonly CatalogKey[] {
  const shown = new Set(fields.map((field) => field.name));
  return object.keys.filter((key) => key.fields.every((field) => shown.has(field)));
}

/** `AccountKey`, the inputs of its compound keys, and `AccountKeyName` when there is more than the id. */
export function declareKeys(api: Api, self: ApiObject): void {
  const { registry } = api;
  const { type, owner, object } = self;
  const keys = keysOf(self);
  registry.declare(type.key, owner, () => ({
    kind: 'input',
    oneOf: true,
    description: `What identifies one ${object.label}.`,
    fields: () => keyFields(self, keys),
  }));
  for (const key of keys) {
    if (key.fields.length === 1) continue;
    registry.declare(compoundKeyTypeName(type.type, key.name), owner, () => ({
      kind: 'input',
      description: `The fields that together identify one ${object.label}.`,
      fields: () => Object.fromEntries(key.fields.map((name) => partOf(self, name)).map((field) => [field.graphqlName, keyPart(self, field)])),
    }));
  }
  if (keys.length > 1) {
    registry.declare(type.keyName, owner, () => ({
      kind: 'enum',
      description: `Unique keys of ${object.label}.`,
      values: Object.fromEntries(keys.map((key) => [key.enumName, { description: key.fields.map((name) => partOf(self, name).label).join(', '), stands: key.name }])),
    }));
  }
}

function keyFields(self: ApiObject, keys: readonly CatalogKey[]): InputFields {
  const result: Record<string, InputField> = {};
  for (const key of keys) {
    const [first] = key.fields;
    const source = { kind: 'key', key: key.name } as const;
    if (first === undefined) continue;
    result[key.name] = key.fields.length > 1 ? { type: compoundKeyTypeName(self.type.type, key.name), source } : { type: inputType(self.type.type, partOf(self, first)), source };
  }
  return result;
}

function keyPart(self: ApiObject, field: CatalogField): InputField {
  return { type: `${inputType(self.type.type, field)}!`, description: field.label, source: { kind: 'field', field: field.name } };
}

function partOf({ object }: ApiObject, name: string): CatalogField {
  const field = object.fields.get(name);
  if (field === undefined) throw new Error(`The key field ${object.name}.${name} is not in the catalog.`);
  return field;
}
