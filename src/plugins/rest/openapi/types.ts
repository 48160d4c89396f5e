import { getNullableType, isEnumType, isInputObjectType, isListType, isNonNullType, isObjectType, isScalarType, type GraphQLType } from 'graphql';

/** JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/** How records of another type stand within one: by their schema, or by name alone. */
export type RelatedRecord = (type: string) => JsonSchema;

/** For pages that follow every reference: all objects are related, and so each would show the whole document. */
export const byName: RelatedRecord = (type) => ({ type: 'object', title: type });

const scalars: Readonly<Record<string, JsonSchema>> = {
  ID: { type: 'string' },
  String: { type: 'string' },
  Int: { type: 'integer', format: 'int32' },
  Float: { type: 'number', format: 'double' },
  Boolean: { type: 'boolean' },
  Decimal: { type: 'string', format: 'decimal', description: 'Exact decimal number as a string.' },
  BigInt: { type: 'string', format: 'int64', description: 'Whole number as a string.' },
  Date: { type: 'string', format: 'date' },
  DateTime: { type: 'string', format: 'date-time' },
  Time: { type: 'string', description: 'Time of day, HH:MM[:SS[.fff]].' },
  JSON: {},
  JSONObject: { type: 'object', additionalProperties: true },
  Email: { type: 'string' },
  URL: { type: 'string' },
  PhoneNumber: { type: 'string' },
};

/** The schema of values of a type. What a record shows may be null whatever the type says: rights can hide it. */
export function schemaOf(type: GraphQLType, direction: 'in' | 'out'): JsonSchema {
  if (isNonNullType(type)) return valueSchema(type.ofType, direction);
  return nullable(valueSchema(type, direction));
}

function valueSchema(given: GraphQLType, direction: 'in' | 'out'): JsonSchema {
  const type = getNullableType(given);
  if (isListType(type)) return { type: 'array', items: schemaOf(type.ofType as GraphQLType, direction) };
  if (isScalarType(type)) return scalars[type.name] ?? {};
  if (isEnumType(type)) return { type: 'string', enum: type.getValues().map(({ name }) => name) };
  if (isObjectType(type) || isInputObjectType(type)) {
    const fields = Object.values<{ readonly name: string; readonly type: GraphQLType; readonly description?: string | null | undefined }>(type.getFields()).filter((field) => !(direction === 'in' && String(field.type).startsWith('Upload')));
    const required = direction === 'in' ? fields.filter((field) => isNonNullType(field.type)).map(({ name }) => name) : [];
    return { type: 'object', properties: Object.fromEntries(fields.map((field) => [field.name, described(schemaOf(field.type, direction), field.description)])), ...(required.length > 0 && { required }), ...(direction === 'in' && { additionalProperties: false }) };
  }
  return {};
}

function nullable(schema: JsonSchema): JsonSchema {
  const { type, enum: values } = schema;
  if (typeof type !== 'string') return schema;
  return { ...schema, type: [type, 'null'], ...(Array.isArray(values) && { enum: [...(values as readonly unknown[]), null] }) };
}

export function described(schema: JsonSchema, description: string | null | undefined): JsonSchema {
  return description ? { ...schema, description } : schema;
}
