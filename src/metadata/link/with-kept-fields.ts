import type { FieldReader } from '../definitions/read-field.ts';
import type { ObjectDraft } from '../definitions/read-object.ts';
import type { CollectedPhases } from '../plugin-phases.ts';
import type { Report } from '../report.ts';
import { inlineDocument } from '../source-document.ts';
import { writtenObject } from './written-object.ts';

/** Gives an object the fields that plugins keep on it. */
export function withKeptFields(draft: ObjectDraft, plugins: CollectedPhases['keptFields'], fields: FieldReader, report: Report): ObjectDraft {
  for (const { origin, of } of plugins) {
    for (const [name, definition] of Object.entries(of(writtenObject(draft)))) {
      const own = draft.fields.get(name);
      if (own) report.error(own, [], `${draft.name}.${name}`, `${origin} keeps values of its own in a field of this name`, 'Choose another name.');
      const read = own ? undefined : fields.read(definition, { document: inlineDocument(origin, definition), path: [] }, `${draft.name}.${name}`);
      if (read) draft.fields.set(name, read);
    }
  }
  return draft;
}
