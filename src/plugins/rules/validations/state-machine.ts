import type { CatalogField } from '../../../metadata/catalog.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { CompileCheck, RuleSource } from './rule.ts';

/** Which values a field may begin with, and change to from each. A value that `transitions` does not list is final. */
export const compileStateMachine: CompileCheck = (source) => {
  const { definition: { field: name = '', transitions = {}, initialStates }, report } = source;
  const field = source.field(name, ['field']);
  if (!field) return undefined;
  if (field.options.length === 0 || field.multiple) {
    report('error', ['field'], `${field.name} is no field with one of several options`, 'A state machine is about a select.');
    return undefined;
  }
  const allowed = new Map<string, ReadonlySet<unknown>>();
  for (const [from, to] of Object.entries(transitions)) {
    const state = stateNamed(field, from, ['transitions', from], source);
    const next = (typeof to === 'string' ? [to] : to).map((target, index) => stateNamed(field, target, typeof to === 'string' ? ['transitions', from] : ['transitions', from, index], source));
    if (state !== undefined) allowed.set(state, new Set(next));
  }
  const initial = initialStates && new Set<unknown>(initialStates.map((state, index) => stateNamed(field, state, ['initialStates', index], source)));
  if (initial && typeof field.defaultValue === 'string' && !initial.has(field.defaultValue)) {
    report('error', ['initialStates'], `new records begin with ${field.defaultValue}, the default of ${field.name}, which is no initial state`, 'Add it, or change the default.');
  }
  const finding = { field: field.name, code: 'NOT_A_TRANSITION' };
  return {
    expressions: [],
    pure: true,
    run(subjects, _context, fail) {
      for (const subject of subjects) {
        const { previous, record } = subject.change;
        const [before, after] = [previous?.[field.name] ?? null, record[field.name] ?? null];
        if (before === after) continue;
        if (before === null ? initial?.has(after) === false : allowed.get(before as string)?.has(after) !== true) fail(subject, finding);
      }
    },
  };
};

function stateNamed(field: CatalogField, given: string, path: readonly (string | number)[], { report }: RuleSource): string | undefined {
  const found = field.options.find(({ value }) => value === given) ?? field.options.find(({ value }) => value.toLowerCase() === given.toLowerCase());
  if (!found) report('error', path, `${field.name} has no option ${JSON.stringify(given)}`, suggest(given, field.options.map(({ value }) => value)));
  return found?.value;
}
