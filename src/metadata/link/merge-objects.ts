import type { ExtensionDraft, ObjectDraft } from '../definitions/read-object.ts';
import { suggest } from '../nearest.ts';
import { overlayPart } from '../part.ts';
import { describePlace } from '../report.ts';
import type { Report } from '../report.ts';
import { resolveReference } from './resolve-reference.ts';

/** One definition an object, by name; extensions laid over it by priority. Duplicates and extensions of nothing are refused. */
export function mergeObjects(drafts: readonly (ObjectDraft | ExtensionDraft)[], report: Report): readonly ObjectDraft[] {
  const objects = new Map<string, ObjectDraft>();
  const extensions: ExtensionDraft[] = [];
  for (const draft of drafts) {
    if ('priority' in draft) {
      extensions.push(draft);
      continue;
    }
    const first = objects.get(draft.name);
    if (first) {
      const hint = first.system ? `To add to it, write "extend: ${draft.name}" instead of "name".` : 'Rename one, or write "extend" instead of "name" in the one that adds to the other.';
      report.error(draft.part, ['name'], draft.name, `the object "${draft.name}" is defined already: ${describePlace(draft.name, first.part)}`, hint);
    } else objects.set(draft.name, draft);
  }
  extensions.sort((a, b) => a.priority - b.priority || compare(a.part.document.file, b.part.document.file));
  for (const extension of extensions) extend(objects, extension, report);
  return [...objects.values()].sort((a, b) => compare(a.name, b.name));
}

function extend(objects: ReadonlyMap<string, ObjectDraft>, extension: ExtensionDraft, report: Report): void {
  const target = resolveReference(extension.name, objects);
  const object = target === undefined ? undefined : objects.get(target);
  if (!object) {
    report.error(extension.part, ['extend'], extension.name, `there is no object "${extension.name}" to extend`, suggest(extension.name, [...objects.keys()]));
    return;
  }
  overlayPart(object.part, extension.part, Object.keys(extension.part.value).filter((key) => !['extend', 'priority', 'name'].includes(key)));
  overlayPart(object.enable, extension.enable);
  for (const [name, field] of extension.fields) {
    const base = object.fields.get(name);
    if (base) overlayPart(base, field);
    else object.fields.set(name, field);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
