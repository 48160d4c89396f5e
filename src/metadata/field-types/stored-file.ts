import { validate as isUuid } from 'uuid';
import { Upload, type StoredFile } from '../../kernel/uploads.ts';
import type { CatalogField } from '../catalog.ts';
import type { Coerced, ValueProblem } from '../field-type.ts';
import { isRecord, recordKey } from './definition.ts';
import { imageProblem, sizeProblem, typeProblem } from './file-rules.ts';
import { accept, below, refuse, wrongType } from './problem.ts';
import { isStorableText } from './text-values.ts';

/** Whether a value names a file whose contents are kept: `{ upload }` or `{ id }`. */
export function isStoredFile(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && (isGiven(value['id']) || isGiven(value['upload']));
}

/** A file that came with the operation gets all its parts; of one that is named by its id, only the id and another name are known yet. */
export function coerceStored({ id, upload, name, ...others }: Readonly<Record<string, unknown>>, field: CatalogField): Coerced {
  const [other] = Object.entries(others).filter(([, value]) => isGiven(value));
  if (other) return below(other[0], refuse('NOT_ALLOWED', `Besides id or upload there is only a name; leave ${other[0]} out.`));
  // Nothing follows the files inside of other values.
  if (field.column === undefined) return refuse('NOT_ALLOWED', `${field.label} is a part of another value and takes files by their url only.`);
  if (isGiven(name)) {
    const problem = nameProblem(name);
    if (problem) return below('name', problem);
  }
  const given = typeof name === 'string' ? name : undefined;
  if (isGiven(id) && isGiven(upload)) return refuse('NOT_ALLOWED', 'Give either id or upload, not both.');
  if (isGiven(id)) {
    if (typeof id !== 'string' || !isUuid(id)) return below('id', refuse('BAD_FORMAT', 'The id of a file is a UUID.'));
    return accept(JSON.stringify({ id: id.toLowerCase(), ...(given !== undefined && { name: given }) }));
  }
  if (!(upload instanceof Upload)) return below('upload', wrongType('a file of a multipart request', upload));
  const read = storedValue(upload.file, given, field);
  return 'problem' in read ? read : accept(JSON.stringify(read.value));
}

/** What a field stores of a file, or why it does not take it. */
export function storedValue(file: StoredFile, name: string | undefined, field: CatalogField): { readonly value: Readonly<Record<string, unknown>> } | { readonly problem: ValueProblem } {
  const shownName = name ?? file.name;
  const problem =
    sizeProblem(file.size, field) ?? typeProblem(file.name.toLowerCase(), file.mimeType, field) ?? typeProblem(shownName.toLowerCase(), file.mimeType, field) ?? imageProblem(file.width, file.height, field);
  if (problem) return problem;
  const hasPixels = file.width !== undefined && recordKey(field, 'fileAttachmentConfig')['extractMetadata'] !== false;
  return { value: { id: file.id, name: shownName, size: file.size, mimeType: file.mimeType, ...(hasPixels && { width: file.width, height: file.height }) } };
}

function nameProblem(name: unknown): ReturnType<typeof refuse> | undefined {
  if (typeof name !== 'string') return wrongType('a text', name);
  if (name.trim() === '' || name.length > 255) return refuse('BAD_FORMAT', 'The name of a file has from 1 to 255 characters.');
  return isStorableText(name) && !/[/\\\u0000-\u001f\u007f]/.test(name) ? undefined : refuse('BAD_FORMAT', 'The name of a file holds no slashes and no control characters.');
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
