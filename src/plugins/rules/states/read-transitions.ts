import type { CatalogField } from '../../../metadata/catalog.ts';
import type { CheckedExpression } from '../../../metadata/expressions/checked.ts';
import type { ExpressionSource } from '../../../metadata/expressions/expression.ts';
import { isRecord } from '../../../metadata/field-types/definition.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { Path } from '../../../metadata/source-document.ts';
import { compileActions } from '../assignments/actions.ts';
import { compileCondition } from '../evaluation/compile.ts';
import { labelOf, type Transition } from './machine.ts';
import type { MachineSource } from './read-machines.ts';
import { checkKeys, keyOf, type Written } from './written.ts';

interface Place {
  readonly value: unknown;
  readonly path: Path;
}

/** `{ EVENT: target | { target, cond, actions } | [...] }`, or a list of `{ event, to, guard, actions }`. */
export function readTransitions(given: Place | undefined, field: CatalogField, states: ReadonlySet<string>, source: MachineSource, always = false): readonly Transition[] {
  if (!given) return [];
  const { value, path } = given;
  if (always) return items({ value, path }).map((item) => readTransition('', item, field, states, source)).filter((found) => found !== undefined);
  if (Array.isArray(value)) {
    return (value as readonly unknown[]).flatMap((item, index) => {
      const at = [...path, index];
      const event = isRecord(item) ? (item['event'] ?? item['on'] ?? item['name'] ?? item['to'] ?? item['target']) : item;
      return readTransition(String(event), { value: item, path: at }, field, states, source) ?? [];
    });
  }
  if (!isRecord(value)) {
    source.report('error', path, 'transitions are a mapping of events to states, or a list');
    return [];
  }
  return Object.entries(value).flatMap(([event, targets]) => items({ value: targets, path: [...path, event] }).flatMap((item) => readTransition(event, item, field, states, source) ?? []));
}

function items({ value, path }: Place): readonly Place[] {
  return Array.isArray(value) ? (value as readonly unknown[]).map((item, index) => ({ value: item, path: [...path, index] })) : [{ value, path }];
}

const transitionKeys = ['event', 'on', 'name', 'to', 'target', 'label', 'description', 'cond', 'guard', 'guards', 'condition', 'actions', 'action', 'meta'] as const;

function readTransition(event: string, { value, path }: Place, field: CatalogField, states: ReadonlySet<string>, source: MachineSource): Transition | undefined {
  const { report } = source;
  const written: Written = { value: isRecord(value) ? value : { target: value }, path };
  if (isRecord(value)) checkKeys(written, transitionKeys, report);
  const to = keyOf(written, ['target', 'to']);
  const target = to === undefined ? undefined : [...states].find((state) => state.toLowerCase() === String(to.value).toLowerCase());
  if (to !== undefined && target === undefined) {
    report('error', isRecord(value) ? to.path : path, `no state is called "${String(to.value)}"`, suggest(String(to.value), [...states]));
    return undefined;
  }
  const guards = keyOf(written, ['cond', 'guard', 'guards', 'condition']);
  const actions = keyOf(written, ['actions', 'action']);
  const label = [written.value['label'], isRecord(written.value['meta']) ? written.value['meta']['label'] : undefined].find((text) => typeof text === 'string');
  return {
    event, target,
    guards: guards ? readGuards(guards, source) : [],
    assignments: actions ? compileActions(actions.value, actions.path, { ...source, mistake: (at, message, hint) => report('error', at, message, hint) }) : [],
    label: label ?? (target === undefined ? event : labelOf(field, target)),
  };
}

const standard = 'A guard is an expression over record, previous and current_user, or one of always, never, { type: field_equals, params: { field, value } } and greater_than.';

function readGuards(given: Place, source: MachineSource): readonly CheckedExpression[] {
  return items(given).flatMap((item) => {
    const text = guardText(item, source);
    if (text === undefined) return [];
    const mistake = (message: string, hint?: string): void => source.report('error', item.path, message, [hint, standard].filter((part) => part !== undefined).join('\n    '));
    return compileCondition(text, source, mistake) ?? [];
  });
}

function guardText({ value, path }: Place, { report }: MachineSource): ExpressionSource | undefined {
  if (value === true || value === 'always') return 'true';
  if (value === false || value === 'never') return 'false';
  if (typeof value === 'string') return value;
  if (!isRecord(value)) {
    report('error', path, 'this is no guard', standard);
    return undefined;
  }
  const source = value['expression'] ?? value['source'];
  if (typeof source === 'string') return { source, dialect: typeof value['dialect'] === 'string' ? value['dialect'] : undefined };
  const type = value['type'] ?? value['guard'] ?? value['name'];
  const params = isRecord(value['params']) ? value['params'] : value;
  switch (type) {
    case 'always': return 'true';
    case 'never': return 'false';
    case 'field_equals':
    case 'greater_than':
      if (typeof params['field'] === 'string' && params['value'] !== undefined) return `record.${params['field']} ${type === 'field_equals' ? '==' : '>'} ${JSON.stringify(params['value'])}`;
      report('error', path, `the guard ${type} needs field and value`, standard);
      return undefined;
    default:
      report('error', path, `there is no guard "${String(type)}"`, standard);
      return undefined;
  }
}
