import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { definitionSchemas } from '../../src/metadata/json-schema.ts';

const schemas = definitionSchemas();
const ajv = new Ajv({ allErrors: true, strict: false });

const validators = new Map(Object.entries(schemas).map(([file, schema]) => [file, ajv.compile({ ...schema })]));

function errorsOf(file: string, value: unknown): readonly string[] {
  const validate = validators.get(file);
  if (!validate) throw new Error(`no schema ${file}`);
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}

describe('JSON Schemas for editors', () => {
  it('accept the definitions of the sample app', () => {
    const folder = resolve(import.meta.dirname, '../../schema');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(object|data)\.yml$/.test(file));
    expect(files.length).toBeGreaterThan(12);
    const found = files.flatMap((file) => errorsOf(file.includes('.object.') ? 'object.schema.json' : 'data.schema.json', parse(readFileSync(join(folder, file), 'utf8'))).map((error) => `${file} ${error}`));
    expect(found).toEqual([]);
  });

  it('refuse wrong values of objects, fields and the keys of a type', () => {
    expect(errorsOf('object.schema.json', { name: 'a', active: 'yes' })).toContain('/active must be boolean');
    expect(errorsOf('object.schema.json', { name: 'a', fields: { b: { type: 'txt' } } })).not.toEqual([]);
    expect(errorsOf('object.schema.json', { name: 'a', fields: { b: { type: 'text', maxLength: 'ten' } } })).toContain('/fields/b/maxLength must be integer');
    expect(errorsOf('object.schema.json', { name: 'a', fields: { b: { type: 'text', maxLength: 10 } } })).toEqual([]);
  });

  it('describe every key of objects and fields', () => {
    const object = schemas['object.schema.json'] as { properties: Record<string, { description?: string }>; definitions: { field: { anyOf: { properties?: Record<string, { description?: string }> }[] } } };
    const field = object.definitions.field.anyOf[1]?.properties ?? {};
    expect(Object.keys(field)).toContain('reference');
    const silent = [...Object.entries(object.properties), ...Object.entries(field)].filter(([, schema]) => schema.description === undefined).map(([key]) => key);
    expect(silent).toEqual([]);
  });

  it('hold the keys and kinds of plugins', () => {
    const withPlugin = definitionSchemas({
      plugins: [{
        name: 'rules', version: '1.0.0', description: 'Rules.',
        metadata: { objectKeys: { validations: z.array(z.string()).optional() }, kinds: [{ suffix: 'permission', description: 'A set of rights.', schema: z.object({ name: z.string() }) }] },
      }],
    });
    expect(Object.keys(withPlugin)).toContain('permission.schema.json');
    expect(withPlugin['object.schema.json']?.['properties']).toHaveProperty('validations');
  });
});
