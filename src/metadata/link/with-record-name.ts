import type { FieldReader } from '../definitions/read-field.ts';
import type { ObjectDraft } from '../definitions/read-object.ts';
import { overlayPart, type Part } from '../part.ts';
import { isMapping, type Report } from '../report.ts';
import { text } from './link-fields.ts';

/** Gives an object that says how its records are named the field of the name, or brings the one that it has into line. */
export function withRecordName(draft: ObjectDraft, fields: FieldReader, report: Report): ObjectDraft {
  const { name, part } = draft;
  const recordName = part.value['recordName'];
  const type = isMapping(recordName) ? recordName['type'] : undefined;
  if (part.value['abstract'] === true || (type !== 'text' && type !== 'autonumber')) return draft;
  const fieldName = text(part.value['nameField']) ?? 'name';
  const made = fields.read(recordName, { document: part.document, path: [...part.path, 'recordName'] }, `${name}.${fieldName}`);
  if (!made) return draft;
  if (type === 'text') made.value['required'] = true;
  const own = draft.fields.get(fieldName);
  if (!own) draft.fields.set(fieldName, made);
  else if (agrees(own, made, `${name}.${fieldName}`, report)) overlayPart(own, made, Object.keys(made.value).filter((key) => key !== 'type'));
  return draft;
}

function agrees(own: Part, made: Part, subject: string, report: Report): boolean {
  const differing = Object.keys(made.value).find((key) => own.value[key] !== undefined && own.value[key] !== made.value[key]);
  if (differing === undefined) return true;
  const [given, wanted] = [JSON.stringify(own.value[differing]), JSON.stringify(made.value[differing])];
  report.error(own, [differing], subject, `"${differing}" is ${given}, and recordName makes it ${wanted}`, 'Keep one of them. Without the field, recordName defines it.');
  return false;
}
