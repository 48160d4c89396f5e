import type { Image, Row } from './rows.ts';
import type { RunState } from './run-state.ts';

/** What a write statement answers per row. */
export type Answer = { readonly id: string; readonly written: boolean; readonly image?: Image; readonly returned?: string | null } & Readonly<Record<string, unknown>>;

/** Problems that the checks of a statement found; true when there are none. */
export function reportFlags(row: Row, answer: Answer, { problems }: Pick<RunState, 'problems'>): boolean {
  const { plan, root, path, kind } = row;
  const before = problems.size;
  for (const [flag, holds] of Object.entries(answer)) {
    if (holds !== false || flag === 'written') continue;
    const [name, fieldName] = flag.split(':');
    const field = fieldName === undefined ? undefined : plan.object.fields.get(fieldName);
    switch (name) {
      case 'visible':
        problems.add(root, { path, code: 'NOT_FOUND', message: `There is no ${plan.object.label} ${row.id}.` }, 'NOT_FOUND');
        return false;
      case 'edit':
        problems.add(root, { path, code: 'FORBIDDEN', message: `You may not ${kind} this ${plan.object.label}.` }, 'FORBIDDEN');
        break;
      case 'row':
        problems.add(root, { path, code: 'FORBIDDEN', message: `You may not ${kind} ${plan.object.pluralLabel} with these values.` }, 'FORBIDDEN');
        break;
      case 'version': {
        const current = answer['current'];
        const message = `${plan.object.label} changed since version ${row.ifVersion ?? '?'}; it is at version ${String(current)} now.`;
        problems.add(root, { path, code: 'CONFLICT', message }, 'CONFLICT', { id: row.id, currentVersion: current });
        break;
      }
      case 'field':
        if (field) problems.add(root, { path: [...path, field.graphqlName], code: 'FORBIDDEN', message: `You may not write ${field.label} of this ${plan.object.label}.` }, 'FORBIDDEN');
        break;
      case 'reference':
        if (field) problems.add(root, { path: [...path, field.graphqlName], code: 'NOT_FOUND', message: `There is no ${field.label} ${String(row.values[field.name])}.` });
        break;
    }
  }
  return problems.size === before;
}
