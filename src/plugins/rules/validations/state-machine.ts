import type { CatalogField } from '../../../metadata/catalog.ts';
import { suggest } from '../../../metadata/nearest.ts';
import { refusedStep, type StateSteps } from '../states/refused-step.ts';
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
  const following = new Map<string, readonly string[]>(field.options.map(({ value }) => [value, []]));
  for (const [from, to] of Object.entries(transitions)) {
    const state = stateNamed(field, from, ['transitions', from], source);
    const next = (typeof to === 'string' ? [to] : to).map((target, index) => stateNamed(field, target, typeof to === 'string' ? ['transitions', from] : ['transitions', from, index], source));
    if (state !== undefined) following.set(state, next.filter((target) => target !== undefined));
  }
  const initial = initialStates?.flatMap((state, index) => stateNamed(field, state, ['initialStates', index], source) ?? []);
  if (initial && typeof field.defaultValue === 'string' && !initial.includes(field.defaultValue)) {
    report('error', ['initialStates'], `new records begin with ${field.defaultValue}, the default of ${field.name}, which is no initial state`, 'Add it, or change the default.');
  }
  const steps: StateSteps = { field, initial, next: (state) => following.get(state), isFinal: (state) => following.get(state)?.length === 0 };
  const finding = { field: field.name, code: 'NOT_A_TRANSITION' };
  return {
    expressions: [],
    fields: [field.name],
    pure: true,
    run(subjects, { caller }, fail) {
      const imported = caller.kind === 'system';
      for (const subject of subjects) {
        const { previous, record } = subject.change;
        const [before, after] = [previous?.[field.name] ?? undefined, record[field.name] ?? undefined] as [string | undefined, string | undefined];
        if (before !== after && refusedStep(steps, before, after, imported) !== undefined) fail(subject, finding);
      }
    },
  };
};

function stateNamed(field: CatalogField, given: string, path: readonly (string | number)[], { report }: RuleSource): string | undefined {
  const found = field.options.find(({ value }) => value === given) ?? field.options.find(({ value }) => value.toLowerCase() === given.toLowerCase());
  if (!found) report('error', path, `${field.name} has no option ${JSON.stringify(given)}`, suggest(given, field.options.map(({ value }) => value)));
  return found?.value;
}
