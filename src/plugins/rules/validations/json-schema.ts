import { Validator, type OutputUnit, type Schema } from '@cfworker/json-schema';
import { pointerSteps } from './json-pointer.ts';
import { schemaMistakes } from './schema-mistakes.ts';
import type { CompileCheck } from './rule.ts';

/** Places that one value is blamed for at most. */
const mostPlaces = 10;

/** Keywords that fail because something below them did. */
const containers: ReadonlySet<string> = new Set([
  'properties', 'patternProperties', 'additionalProperties', 'unevaluatedProperties', 'propertyNames', 'dependentSchemas', 'items', 'prefixItems', 'additionalItems',
  'unevaluatedItems', 'allOf', 'if', 'then', 'else', '$ref', '$dynamicRef', '$recursiveRef',
]);
/** Keywords whose branches say nothing by themselves. */
const choices: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'not', 'contains']);

/** The shape of a JSON value. A field without value is right. */
export const compileJsonSchema: CompileCheck = ({ definition: { field: name = '', schema }, report, field: fieldNamed }) => {
  const field = fieldNamed(name, ['field']);
  if (schema === undefined) return undefined;
  const mistakes = schemaMistakes(schema);
  for (const { path, message } of mistakes) report('error', ['schema', ...path], message);
  if (!field || mistakes.length > 0) return undefined;
  // It notes in the schema where its parts stand.
  const validator = new Validator(structuredClone(schema) as Schema | boolean, '2020-12', false);
  return {
    expressions: [],
    fields: [field.name],
    pure: true,
    run(subjects, _context, fail) {
      for (const subject of subjects) {
        const value = subject.change.record[field.name] ?? null;
        if (value === null) continue;
        const { valid, errors } = validator.validate(value);
        if (!valid) for (const at of placesOf(errors)) fail(subject, { field: field.name, at, code: 'SCHEMA_MISMATCH' });
      }
    },
  };
};

/** Where a value does not fit, innermost places only. */
function placesOf(errors: readonly OutputUnit[]): readonly (readonly (string | number)[])[] {
  const chosen = errors.filter(({ keyword }) => choices.has(keyword)).map(({ keywordLocation }) => `${keywordLocation}/`);
  const own = errors.filter(({ keyword, keywordLocation }) => !containers.has(keyword) && !chosen.some((choice) => keywordLocation.startsWith(choice)));
  const places = new Set((own.length > 0 ? own : errors).map(({ instanceLocation }) => instanceLocation));
  return [...places].slice(0, mostPlaces).map((place) => pointerSteps(place).map((step) => (/^\d+$/.test(step) ? Number(step) : step)));
}
