import type { CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import { recordKey } from '../../../metadata/field-types/definition.ts';
import { fileKinds } from '../../../metadata/field-types/file-rules.ts';

/** One entry of the stored value of a field: a file that the platform keeps, or the address of another. */
export interface FileValue {
  readonly id?: string;
  readonly url?: string;
  readonly name?: string;
  readonly mimeType?: string;
}

/** Stored fields that hold files. */
export function fileFields({ fields }: CatalogObject): readonly CatalogField[] {
  return [...fields.values()].filter(({ type, column }) => column !== undefined && Object.hasOwn(fileKinds, type.name));
}

export function filesIn(value: unknown): readonly FileValue[] {
  return value === null || value === undefined ? [] : ((Array.isArray(value) ? value : [value]) as readonly FileValue[]);
}

/** A setting of `fileAttachmentConfig`. */
export const setting = (field: CatalogField, key: 'allowReplace' | 'allowDelete' | 'publicRead' | 'presignedUrlExpiry'): unknown => recordKey(field, 'fileAttachmentConfig')[key];
