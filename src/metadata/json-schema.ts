import * as z from 'zod';
import { fieldTypes as platformTypes } from './field-types/index.ts';
import type { Plugin } from '../kernel/plugin.ts';
import { fieldVocabulary } from './definitions/field.ts';
import { enableShape, extensionShape, objectShape } from './definitions/object.ts';
import { seedShape } from './definitions/seed-data.ts';
import type { FieldType } from './field-type.ts';
import { collectPhases } from './plugin-phases.ts';
import { Report } from './report.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface SchemaOptions {
  /** Plugins whose keys, field types and file kinds editors complete too. */
  readonly plugins?: readonly Plugin[];
  readonly fieldTypes?: ReadonlyMap<string, FieldType>;
}

/**
 * JSON Schemas for editors by file name (`object.schema.json`). A definition that starts with
 * `# yaml-language-server: $schema=<path>/object.schema.json` is completed and checked while it is written.
 * Keys in other spellings are accepted by the loader; the schemas offer the canonical ones and allow the rest.
 */
export function definitionSchemas({ plugins = [], fieldTypes = platformTypes }: SchemaOptions = {}): Readonly<Record<string, JsonSchema>> {
  const phases = collectPhases(plugins, fieldTypes, new Report());
  const field = fieldSchema(phases.fieldTypes, phases.fieldKeys);
  const enable = z.looseObject({ ...enableShape, ...Object.fromEntries(phases.enableKeys.map((key) => [key, z.boolean().optional()])) }).optional().describe('Capabilities.');
  const { extend, priority } = extensionShape;
  const object = print(z.looseObject({ ...objectShape, enable, ...phases.objectKeys, extend: extend.optional(), priority }), 'Object', 'A business object, or with `extend` an addition to one.');
  const extension = print(z.looseObject({ ...extensionShape, enable, ...phases.objectKeys }), 'Extension', 'Adds to an object that is defined elsewhere.');
  const seeds = print(z.union([z.looseObject(seedShape), z.array(z.record(z.string(), z.unknown()))]), 'Seed data', 'Records to be present.');
  const kinds = phases.kinds.map(({ suffix, description, schema }): [string, JsonSchema] => [`${suffix}.schema.json`, print(schema, suffix, description)]);
  return {
    'object.schema.json': { ...dialect, ...withFields(object, field) },
    'extension.schema.json': { ...dialect, ...withFields(extension, field) },
    'data.schema.json': { ...dialect, ...seeds },
    ...Object.fromEntries(kinds.map(([file, schema]) => [file, { ...dialect, ...schema }])),
  };
}

const dialect = { $schema: 'http://json-schema.org/draft-07/schema#' } as const;

function print(schema: z.ZodType, title: string, description: string): JsonSchema {
  const { $schema: _, ...printed } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;
  return { title, description, ...printed };
}

/** Common keys for every type, and the keys of a type where that type is named. A bare text is short for the type. */
function fieldSchema(types: ReadonlyMap<string, FieldType>, pluginKeys: z.ZodRawShape): JsonSchema {
  const names = [...types.keys()];
  // An extension changes single keys of a field, so that none is required here; the loader knows.
  const { required: _, ...common } = print(z.looseObject({ ...fieldVocabulary.shape, ...pluginKeys }), 'Field', 'A field of the object.');
  const shapes = common['properties'] as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const type = { description: 'Field type.', oneOf: [...types.values()].map(({ name, description }) => ({ const: name, description })) };
  const byType = [...types.values()].map((fieldType) => {
    const { title: _title, description: _description, type: _type, ...own } = print(z.looseObject(fieldType.keys), fieldType.name, fieldType.description);
    return { if: { properties: { type: { const: fieldType.name } }, required: ['type'] }, then: own };
  });
  const options = { ...shapes['options'], items: { anyOf: [{ type: 'string' }, shapes['options']?.['items']] } };
  const properties = { ...shapes, type, options, fields: fieldsSchema };
  return { anyOf: [{ type: 'string', enum: names, description: 'Short for a field of this type.' }, { ...common, properties, allOf: byType }] };
}

const fieldsSchema = {
  description: 'Fields by machine name.',
  anyOf: [
    { type: 'object', additionalProperties: { $ref: '#/definitions/field' } },
    { type: 'array', items: { $ref: '#/definitions/field' } },
  ],
};

function withFields(schema: JsonSchema, field: JsonSchema): JsonSchema {
  return { ...schema, properties: { ...(schema['properties'] as Record<string, unknown>), fields: fieldsSchema }, definitions: { field } };
}
