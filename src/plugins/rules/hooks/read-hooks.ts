import type { Catalog, CatalogObject } from '../../../metadata/catalog.ts';
import type { Severity } from '../../../metadata/diagnostic.ts';
import { isRecord } from '../../../metadata/field-types/definition.ts';
import { resolveReference } from '../../../metadata/link/resolve-reference.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { CatalogReport, KindDocument } from '../../../metadata/phase.ts';
import type { Path } from '../../../metadata/source-document.ts';
import { hookEventNamed, hookEventNames, type HookEvent } from '../../../resolvers/write/hooks.ts';
import { compileCondition } from '../evaluation/compile.ts';
import type { WrittenHook } from './definition.ts';
import type { Hook } from './hook.ts';
import { readActions } from './read-actions.ts';

/** Reports at a place of the hook. */
export type ReportHook = (severity: Severity, path: Path, message: string, hint?: string) => void;

/** Hooks of all objects by object in their order, from `hooks` of definitions and from `*.hook.yml` files. */
export function readHooks(catalog: Catalog, report: CatalogReport, documents: readonly KindDocument[]): ReadonlyMap<string, readonly Hook[]> {
  const found = new Map<string, Hook[]>();
  const add = (hook: WrittenHook, objects: readonly CatalogObject[], at: ReportHook): void => {
    for (const object of objects) {
      const read = readHook(hook, object, catalog, at);
      if (read) found.set(object.name, [...(found.get(object.name) ?? []), read]);
    }
  };
  for (const object of catalog.objects.values()) {
    const given = object.definition['hooks'];
    for (const [index, hook] of (Array.isArray(given) ? (given as readonly WrittenHook[]) : []).entries()) {
      const at: ReportHook = (severity, path, message, hint) => report(severity, object.name, ['hooks', index, ...path], message, hint);
      add(hook, hook.object === undefined ? [object] : objectsOf(hook.object, catalog, at), at);
    }
  }
  for (const { value, report: at } of documents) {
    const hook = value as WrittenHook;
    const place: ReportHook = (severity, path, message, hint) => at(severity, path, hook.name, message, hint);
    add(hook, objectsOf(hook.object ?? [], catalog, place), place);
  }
  for (const hooks of found.values()) hooks.sort((left, right) => left.priority - right.priority);
  return found;
}

function objectsOf(given: string | readonly string[], catalog: Catalog, report: ReportHook): readonly CatalogObject[] {
  return [given].flat().flatMap((name, index) => {
    if (name === '*') return [...catalog.objects.values()].filter(({ system }) => !system);
    const object = catalog.objects.get(resolveReference(name, catalog.objects) ?? '');
    if (!object) report('error', typeof given === 'string' ? ['object'] : ['object', index], `there is no object "${name}"`, suggest(name, [...catalog.objects.keys()]));
    return object ? [object] : [];
  });
}

const known: ReadonlySet<string> = new Set(['name', 'label', 'description', 'object', 'events', 'condition', 'priority', 'onError', 'active', 'async', 'retryPolicy', 'timeout', 'actions', 'body', 'handler']);

function readHook(hook: WrittenHook, object: CatalogObject, catalog: Catalog, report: ReportHook): Hook | undefined {
  const { name, condition, priority = 100, onError = 'abort', active = true, handler } = hook;
  for (const key of Object.keys(hook)) if (!known.has(key)) report('warning', [key], `unknown key "${key}"; nothing acts on it`);
  if (hook.async === true) report('error', ['async'], 'a hook runs within its write', 'Leave async out, or write an automation: it runs when the write is committed, and is tried again.');
  for (const key of ['retryPolicy', 'timeout'] as const) if (hook[key] !== undefined) report('error', [key], `"${key}" has no meaning within a write`, 'Remove it.');
  const events = hook.events.flatMap((event, index) => readEvent(event, object, ['events', index], report) ?? []);
  const actions = readActions(hook, object, catalog, report);
  const after = events.filter((event) => event.startsWith('after'));
  if (actions.length > 0 && after.length > 0) report('error', ['events'], `${after.join(', ')}: the record is written already`, 'Assign and stop in before events; use a handler or an automation afterwards.');
  if (actions.some(({ kind }) => kind === 'assign') && events.includes('beforeDelete')) report('error', ['events'], 'a record that is deleted takes no values', 'Only stop: message works in beforeDelete.');
  if (actions.length === 0 && handler === undefined) report('error', [], `the hook ${name} does nothing`, 'Write actions: [{ assign: { field: value } }, { stop: message }], or handler: name.');
  if (actions.length > 0 && handler !== undefined) report('error', ['handler'], 'a hook has either actions or a handler', 'Make two hooks of it.');
  const checked = condition === undefined ? undefined : compileCondition(condition, { object, catalog }, (message, hint) => report('error', ['condition'], message, hint));
  return active ? { name, events: new Set(events), condition: checked, priority, onError, actions, handler } : undefined;
}

function readEvent(given: string, object: CatalogObject, path: Path, report: ReportHook): HookEvent | undefined {
  const [name = '', scoped] = given.replace(/^data\./, '').split(':');
  if (scoped !== undefined && resolveReference(scoped, { has: (other) => other === object.name }) === undefined) return undefined;
  const event = hookEventNamed(name);
  if (!event) {
    const reads = /(find|count|aggregate)/i.test(name);
    report('error', path, reads ? `no hook runs when records are read: "${given}"` : `there is no event "${given}"`, reads ? 'Rights and masks decide what is read.' : suggest(name, hookEventNames));
  }
  return event;
}

/** The words of a written mapping, for readers of actions. */
export function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : isRecord(value) && typeof value['message'] === 'string' ? value['message'] : undefined;
}
