import type { Path } from '../../../metadata/source-document.ts';
import { pointerSteps } from './json-pointer.ts';

interface Mistake {
  readonly path: Path;
  readonly message: string;
}

const types: ReadonlySet<unknown> = new Set(['null', 'boolean', 'object', 'array', 'number', 'integer', 'string']);
const one: ReadonlySet<string> = new Set(['additionalProperties', 'unevaluatedProperties', 'propertyNames', 'items', 'additionalItems', 'unevaluatedItems', 'contains', 'not', 'if', 'then', 'else']);
const lists: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const maps: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);
const numbers: ReadonlySet<string> = new Set(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties', 'minContains', 'maxContains']);
const largestDepth = 64;

/** What in a JSON Schema could never work: the validator would pass over it, or stop at the first value. */
export function schemaMistakes(schema: unknown): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  const add = (path: Path, message: string) => mistakes.push({ path, message });
  const visit = (part: unknown, path: Path): void => {
    if (typeof part === 'boolean') return;
    if (!isMapping(part)) return void add(path, 'a schema is a mapping or true or false');
    if (path.length > largestDepth) return void add(path, 'the schema is nested too deeply');
    for (const [key, value] of Object.entries(part)) {
      const at = [...path, key];
      if (key === 'type') for (const type of Array.isArray(value) ? (value as readonly unknown[]) : [value]) if (!types.has(type)) add(at, `there is no type ${JSON.stringify(type)}; accepted: ${[...types].join(', ')}`);
      if (key === 'pattern' && !isRegExp(value)) add(at, 'the pattern is no regular expression');
      if (key === 'patternProperties' && isMapping(value)) for (const pattern of Object.keys(value)) if (!isRegExp(pattern)) add([...at, pattern], 'the pattern is no regular expression');
      if (key === '$ref' && !resolves(value, schema)) add(at, `${JSON.stringify(value)} leads nowhere; write a pointer into this schema such as #/$defs/address`);
      if (key === 'required' && !(Array.isArray(value) && value.every((name) => typeof name === 'string'))) add(at, 'required is a list of names');
      if (key === 'enum' && !Array.isArray(value)) add(at, 'enum is a list of values');
      if (numbers.has(key) && typeof value !== 'number') add(at, `${key} is a number`);
      if (one.has(key) && !Array.isArray(value)) visit(value, at);
      else if (one.has(key) || lists.has(key)) each(value, at, key);
      if (maps.has(key)) {
        if (isMapping(value)) for (const [name, inner] of Object.entries(value)) visit(inner, [...at, name]);
        else add(at, `${key} is a mapping of schemas`);
      }
    }
  };
  const each = (value: unknown, path: Path, key: string): void => {
    if (Array.isArray(value)) for (const [index, inner] of value.entries()) visit(inner, [...path, index]);
    else add(path, `${key} is a list of schemas`);
  };
  visit(schema, []);
  return mistakes;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRegExp(value: unknown): boolean {
  try {
    return typeof value === 'string' && new RegExp(value, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

function resolves(reference: unknown, schema: unknown): boolean {
  if (typeof reference !== 'string' || !reference.startsWith('#')) return false;
  let found = schema;
  for (const name of pointerSteps(reference)) {
    found = isMapping(found) && Object.hasOwn(found, name) ? found[name] : Array.isArray(found) ? (found as unknown[])[Number(name)] : undefined;
  }
  return reference === '#' || (reference.startsWith('#/') && found !== undefined);
}
