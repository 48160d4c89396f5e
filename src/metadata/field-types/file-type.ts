import * as z from 'zod';
import type { CatalogField } from '../catalog.ts';
import type { Coerced, FieldType } from '../field-type.ts';
import { recordKey } from './definition.ts';
import { checkFileRules, fileKinds, sizeProblem, typeProblem, type FileKind } from './file-rules.ts';
import { isUrl } from './formats.ts';
import { mediaTypeOf } from './media-types.ts';
import { accept, below, coerceList, refuse, shown } from './problem.ts';
import { readSubfields, sharedEmbeddedType } from './shared-embedded.ts';
import { coerceStored, isStoredFile } from './stored-file.ts';

const addressParts = [
  { name: 'url', type: 'text', label: 'URL' },
  { name: 'name', type: 'text', label: 'File name' },
  { name: 'size', type: 'number', label: 'Size in bytes' },
  { name: 'mimeType', type: 'text', label: 'MIME type' },
] as const;

/** What is known besides of files whose contents are kept. */
const storedParts = [
  { name: 'id', type: 'text', label: 'Id', readonly: true },
  { name: 'width', type: 'number', label: 'Width in pixels', readonly: true },
  { name: 'height', type: 'number', label: 'Height in pixels', readonly: true },
] as const;

const spellings = new Map([['mime_type', 'mimeType'], ['type', 'mimeType'], ['filename', 'name']]);

const list = z.array(z.string()).optional();
const flag = z.boolean().optional();
const pixels = z.int().min(1).optional();

const attachmentConfig = z
  .looseObject({
    minSize: z.int().min(0).optional(), maxSize: z.int().min(1).optional(),
    allowedTypes: list, blockedTypes: list, allowedMimeTypes: list, blockedMimeTypes: list,
    virusScan: flag, virusScanProvider: z.enum(['clamav', 'virustotal', 'metadefender', 'custom']).optional(), virusScanOnUpload: flag, quarantineOnThreat: flag,
    storageProvider: z.string().optional(), storageBucket: z.string().optional(), storagePrefix: z.string().optional(),
    imageValidation: z.looseObject({ minWidth: pixels, maxWidth: pixels, minHeight: pixels, maxHeight: pixels, aspectRatio: z.union([z.number().positive(), z.string().regex(/^\d+(\.\d+)?:\d+(\.\d+)?$/, 'a ratio such as 16:9 is expected')]).optional() }).optional(),
    allowMultiple: flag, allowReplace: flag, allowDelete: flag, requireUpload: flag,
    extractMetadata: flag, extractText: flag, versioningEnabled: flag, maxVersions: z.int().min(1).optional(),
    publicRead: flag, presignedUrlExpiry: z.int().min(60).max(604_800).optional(),
  })
  .optional();

/** What is done with images beyond looking at them is nobody's. */
const idleImageKeys = ['generateThumbnails', 'thumbnailSizes', 'preserveMetadata', 'autoRotate'].map((key) => `imageValidation.${key}`);

/** What nothing acts on. */
const inert = ['virusScan', 'virusScanProvider', 'virusScanOnUpload', 'quarantineOnThreat', 'storageProvider', 'storageBucket', 'storagePrefix', 'extractText', 'versioningEnabled', 'maxVersions'];

/** What takes the contents of files. */
const ofContents = ['imageValidation', 'allowReplace', 'allowDelete', 'requireUpload', 'extractMetadata', 'publicRead', 'presignedUrlExpiry'];

/**
 * A file by its address: `{ url, name, size, mimeType }`, or a list of these when `multiple: true`. A bare URL is taken as `{ url }`.
 * With `stored`, where a plugin keeps contents, it may be one of those too: `{ upload }` for one that comes with the operation,
 * `{ id }` for one that is there. Its stored form is `{ id, name, size, mimeType, width, height }`; of `{ id }` alone the
 * plugin fills in the others.
 */
export function fileType(name: FileKind, { stored = false }: { readonly stored?: boolean } = {}): FieldType {
  const one = (value: unknown, field: CatalogField): Coerced => {
    if (stored && isStoredFile(value)) return coerceStored(value, field);
    if (stored && recordKey(field, 'fileAttachmentConfig')['requireUpload'] === true) return refuse('NOT_ALLOWED', `${field.label} takes no addresses, only files that are uploaded.`);
    return coerceAddress(value, field);
  };
  return sharedEmbeddedType({
    name,
    description: fileKinds[name].description,
    typeName: 'File',
    plural: true,
    subfields: stored ? [...addressParts, ...storedParts] : addressParts,
    keys: { accept: z.union([z.string(), z.array(z.string())]).optional(), fileAttachmentConfig: attachmentConfig },
    inertKeys: [...inert, ...(stored ? idleImageKeys : ofContents)].map((key) => `fileAttachmentConfig.${key}`),
    check: checkFileRules,
    coerce(value, field) {
      if (!field.multiple) return one(value, field);
      const files = coerceList(value, (item) => one(item, field));
      return 'problem' in files ? files : accept(`[${files.values.join(',')}]`);
    },
  });
}

function coerceAddress(value: unknown, field: CatalogField): Coerced {
  const read = readSubfields(typeof value === 'string' ? { url: value.trim() } : value, addressParts, spellings);
  if ('problem' in read) return read;
  const { url, name, size, mimeType } = read.object;
  if (typeof url !== 'string') return below('url', refuse('REQUIRED', 'A file needs a url.'));
  // Paths of the same site are addresses too; `//host` would leave it.
  if (!isUrl(url) && !/^\/(?!\/)[^\s\\]*$/.test(url)) return below('url', refuse('BAD_FORMAT', `Expected an absolute URL or a path that starts with one slash, found ${shown(url)}.`));
  const fileName = String(name ?? new URL(url, 'http://localhost').pathname).toLowerCase();
  const mediaType = typeof mimeType === 'string' ? mimeType.toLowerCase() : mediaTypeOf(fileName);
  return sizeProblem(size, field) ?? mimeTypeProblem(mimeType) ?? typeProblem(fileName, mediaType, field) ?? accept(JSON.stringify(read.object));
}

function mimeTypeProblem(mimeType: string | number | undefined): ReturnType<typeof refuse> | undefined {
  if (typeof mimeType !== 'string' || /^[\w.+-]+\/[\w.+-]+(?:\s*;.*)?$/.test(mimeType)) return undefined;
  return below('mimeType', refuse('BAD_FORMAT', `Expected a MIME type such as image/png, found ${shown(mimeType)}.`));
}
