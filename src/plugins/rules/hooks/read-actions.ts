import type { Catalog, CatalogObject } from '../../../metadata/catalog.ts';
import { findField } from '../../../metadata/expressions/names.ts';
import { isRecord } from '../../../metadata/field-types/definition.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { Path } from '../../../metadata/source-document.ts';
import { compileActions } from '../assignments/actions.ts';
import type { AssignmentSource } from '../assignments/assignment.ts';
import { compileCondition, expressionShape } from '../evaluation/compile.ts';
import type { WrittenHook } from './definition.ts';
import type { HookAction } from './hook.ts';
import { wordOf, type ReportHook } from './read-hooks.ts';

/** What a hook does: its `actions`, those of its body, or the lines `field = expression` of a body of language `expression`. */
export function readActions({ actions, body }: WrittenHook, object: CatalogObject, catalog: Catalog, report: ReportHook): readonly HookAction[] {
  const source: AssignmentSource = { object, catalog, mistake: (path, message, hint) => report('error', path, message, hint) };
  const own = actions === undefined ? [] : readList(actions, ['actions'], source);
  if (body === undefined) return own;
  const { language = 'expression', source: text, actions: inner } = typeof body === 'string' ? { source: body } : (body as { readonly language?: unknown; readonly source?: unknown; readonly actions?: unknown });
  if (language !== 'expression') {
    report('error', ['body', 'language'], `nothing runs hooks in ${String(language)}`, 'Write language: expression, or handler: the name of a function in TypeScript.');
    return own;
  }
  if (inner !== undefined) return [...own, ...readList(inner, ['body', 'actions'], source)];
  if (typeof text === 'string') return [...own, ...readLines(text, typeof body === 'string' ? ['body'] : ['body', 'source'], source)];
  report('error', ['body'], 'the body has no source', 'Write source: "total = price * quantity", one assignment a line.');
  return own;
}

function readList(given: unknown, path: Path, source: AssignmentSource): readonly HookAction[] {
  const list: readonly unknown[] = Array.isArray(given) ? (given as readonly unknown[]) : [given];
  return list.flatMap((action, index): HookAction[] => {
    const at = Array.isArray(given) ? [...path, index] : path;
    if (isRecord(action) && action['stop'] !== undefined) return readStop(action, at, source);
    return [{ kind: 'assign', assignments: compileActions(action, at, source) }];
  });
}

/** `{ stop: message }`, `{ stop: { message, field, when } }`. */
function readStop(action: Readonly<Record<string, unknown>>, path: Path, source: AssignmentSource): HookAction[] {
  const { object, catalog, mistake } = source;
  const message = wordOf(action['stop']);
  if (message === undefined || message === '') {
    mistake([...path, 'stop'], 'stop needs a message', 'Write stop: "Say what to do instead."');
    return [];
  }
  const [inside, at] = isRecord(action['stop']) ? [action['stop'], [...path, 'stop']] : [action, path];
  const named = inside['field'];
  const field = typeof named === 'string' ? findField(object, named) : undefined;
  if (named !== undefined && !field) mistake([...at, 'field'], `${object.name} has no field "${String(named)}"`, suggest(String(named), [...object.fields.keys()]));
  const key = inside['when'] === undefined ? 'condition' : 'when';
  const { data: given } = expressionShape.optional().safeParse(inside[key]);
  if (given === undefined && inside[key] !== undefined) mistake([...at, key], `"${key}" is no expression`, 'Write a condition: when: ISBLANK(reason).');
  const when = given === undefined ? undefined : compileCondition(given, { object, catalog }, (text, hint) => mistake([...at, key], text, hint));
  return [{ kind: 'stop', message, field: field?.name, when }];
}

function readLines(text: string, path: Path, source: AssignmentSource): readonly HookAction[] {
  const lines = text.split(/[\n;]/).map((line) => line.trim()).filter((line) => line !== '');
  return lines.flatMap((line): HookAction[] => {
    const [, field, expression] = /^(?:record\.)?([a-z_][a-z0-9_]*)\s*:?=(?!=)\s*(.+)$/i.exec(line) ?? [];
    if (field !== undefined && expression !== undefined) return [{ kind: 'assign', assignments: compileActions({ assign: { [field]: { expression } } }, path, { ...source, mistake: (_at, message, hint) => source.mistake(path, message, hint) }) }];
    source.mistake(path, `"${line}" assigns nothing`, 'Write one assignment a line: total = price * quantity.');
    return [];
  });
}
