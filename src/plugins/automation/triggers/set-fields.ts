import type { CatalogField } from '../../../metadata/catalog.ts';
import { ObjectosError } from '../../../errors.ts';
import type { Change, MutationContext } from '../../../resolvers/write/phase.ts';
import { fires, subjectOf } from '../fires.ts';
import type { Rule } from '../rule.ts';
import { startedTopic } from '../started.ts';
import type { EnvironmentOf } from '../sight.ts';

/** Rules with field updates that a change started, so that what else they do agrees with it. */
export type Decided = WeakMap<Change, ReadonlySet<Rule>>;

/** Field updates that are a part of the write: each rule sees what those before it have set. */
export function setFields(rules: readonly Rule[], changes: readonly Change[], environmentOf: EnvironmentOf, decided: Decided, context: MutationContext): void {
  for (const change of changes) {
    const started = new Set<Rule>();
    for (const rule of rules) {
      const environment = environmentOf(subjectOf(change));
      if (!fires(rule, change, environment)) continue;
      started.add(rule);
      for (const action of rule.actions) {
        if (action.type !== 'field_update') continue;
        for (const [name, value] of action.values) {
          const field = rule.object?.fields.get(name);
          if (field) change.values[name] = storedValue(field, value.of(environment), rule);
        }
      }
      if (rule.actions.every(({ type }) => type === 'field_update')) context.tell(startedTopic, { rule: rule.name, status: 'COMPLETED', run: null });
    }
    decided.set(change, started);
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
