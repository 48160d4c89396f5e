import type { CatalogField } from '../../metadata/catalog.ts';
import { ObjectosError } from '../../errors.ts';
import type { Change, MutationContext } from '../../resolvers/write/phase.ts';
import { environmentOf, fires, type Surroundings } from './fires.ts';
import type { Rule } from './rule.ts';

/** Field updates that are a part of the write: each rule sees what those before it have set. Needs no queries. */
export function setFields(rules: readonly Rule[], changes: readonly Change[], context: MutationContext, surroundings: Surroundings): void {
  for (const change of changes) {
    for (const rule of rules) {
      const environment = environmentOf(change, context, surroundings);
      if (rule.object.name !== change.object || !fires(rule, change, environment)) continue;
      for (const action of rule.actions) {
        if (action.type !== 'field_update') continue;
        for (const [name, value] of action.values) {
          const field = rule.object.fields.get(name);
          if (field) change.values[name] = storedValue(field, value.of(environment), rule);
        }
      }
    }
  }
}

function storedValue(field: CatalogField, value: unknown, { name }: Rule): unknown {
  if (value === null || value === undefined) return null;
  const option = field.options.find((candidate) => candidate.value === value) ?? field.options.find((candidate) => candidate.value.toLowerCase() === String(value).toLowerCase());
  const coerced = field.type.coerce(option?.value ?? value, field);
  if ('problem' in coerced) throw new ObjectosError('VALIDATION_FAILED', `The rule "${name}" sets ${field.label} to a value that it cannot have: ${coerced.problem.message}`);
  const stored = coerced.value;
  const json = /^jsonb?$/.test(field.type.column(field)?.castType ?? '');
  return json && typeof stored === 'string' ? (JSON.parse(stored) as unknown) : stored;
}
