import * as z from 'zod';
import type { CatalogField } from '../catalog.ts';
import type { Coerced, FieldReport, FieldType } from '../field-type.ts';
import { recordKey } from './definition.ts';
import { isUrl } from './formats.ts';
import { mediaTypeOf } from './media-types.ts';
import { accept, below, coerceList, refuse, shown } from './problem.ts';
import { readSubfields, sharedEmbeddedType } from './shared-embedded.ts';

const subfields = [
  { name: 'url', type: 'text', label: 'URL' },
  { name: 'name', type: 'text', label: 'File name' },
  { name: 'size', type: 'number', label: 'Size in bytes' },
  { name: 'mimeType', type: 'text', label: 'MIME type' },
] as const;

const spellings = new Map([['mime_type', 'mimeType'], ['type', 'mimeType'], ['filename', 'name']]);

const list = z.array(z.string()).optional();
const flag = z.boolean().optional();

const attachmentConfig = z
  .looseObject({
    minSize: z.int().min(0).optional(), maxSize: z.int().min(1).optional(),
    allowedTypes: list, blockedTypes: list, allowedMimeTypes: list, blockedMimeTypes: list,
    virusScan: flag, virusScanProvider: z.enum(['clamav', 'virustotal', 'metadefender', 'custom']).optional(), virusScanOnUpload: flag, quarantineOnThreat: flag,
    storageProvider: z.string().optional(), storageBucket: z.string().optional(), storagePrefix: z.string().optional(),
    imageValidation: z.looseObject({}).optional(),
    allowMultiple: flag, allowReplace: flag, allowDelete: flag, requireUpload: flag,
    extractMetadata: flag, extractText: flag, versioningEnabled: flag, maxVersions: z.int().min(1).optional(),
    publicRead: flag, presignedUrlExpiry: z.int().min(60).max(604_800).optional(),
  })
  .optional();

/** What only a service that holds the files themselves can do. */
const inert = [
  'virusScan', 'virusScanProvider', 'virusScanOnUpload', 'quarantineOnThreat', 'storageProvider', 'storageBucket', 'storagePrefix', 'imageValidation',
  'allowReplace', 'allowDelete', 'requireUpload', 'extractMetadata', 'extractText', 'versioningEnabled', 'maxVersions', 'publicRead', 'presignedUrlExpiry',
];

/** A file by its address: `{ url, name, size, mimeType }`, or a list of these when `multiple: true`. A bare URL is taken as `{ url }`. */
export function fileType(parts: { readonly name: string; readonly description: string; readonly mediaTypes?: readonly string[] }): FieldType {
  const { mediaTypes = [], ...rest } = parts;
  return sharedEmbeddedType({
    ...rest,
    typeName: 'File',
    plural: true,
    subfields,
    keys: { accept: z.union([z.string(), z.array(z.string())]).optional(), fileAttachmentConfig: attachmentConfig },
    inertKeys: inert.map((key) => `fileAttachmentConfig.${key}`),
    check: checkFile,
    coerce(value, field) {
      if (!field.multiple) return coerceFile(value, field, mediaTypes);
      const files = coerceList(value, (item) => coerceFile(item, field, mediaTypes));
      return 'problem' in files ? files : accept(`[${files.values.join(',')}]`);
    },
  });
}

function coerceFile(value: unknown, field: CatalogField, mediaTypes: readonly string[]): Coerced {
  const read = readSubfields(typeof value === 'string' ? { url: value.trim() } : value, subfields, spellings);
  if ('problem' in read) return read;
  const { url, name, size, mimeType } = read.object;
  if (typeof url !== 'string') return below('url', refuse('REQUIRED', 'A file needs a url.'));
  // Paths of the same site are addresses too; `//host` would leave it.
  if (!isUrl(url) && !/^\/(?!\/)[^\s\\]*$/.test(url)) return below('url', refuse('BAD_FORMAT', `Expected an absolute URL or a path that starts with one slash, found ${shown(url)}.`));
  const fileName = String(name ?? new URL(url, 'http://localhost').pathname).toLowerCase();
  const mediaType = typeof mimeType === 'string' ? mimeType.toLowerCase() : mediaTypeOf(fileName);
  return (
    sizeProblem(size, field) ??
    mimeTypeProblem(mimeType) ??
    mediaProblem(mediaType, mediaTypes) ??
    allowedProblem(fileName, mediaType, field) ??
    accept(JSON.stringify(read.object))
  );
}

function sizeProblem(size: string | number | undefined, field: CatalogField): ReturnType<typeof refuse> | undefined {
  if (size === undefined) return undefined;
  const bytes = Number(size);
  const { minSize, maxSize } = recordKey(field, 'fileAttachmentConfig');
  if (!Number.isSafeInteger(bytes) || bytes < 0) return below('size', refuse('OUT_OF_RANGE', `Expected a whole number of bytes, found ${shown(size)}.`));
  if (typeof minSize === 'number' && bytes < minSize) return below('size', refuse('TOO_SMALL', `Files have at least ${minSize} bytes, found ${bytes}.`));
  if (typeof maxSize === 'number' && bytes > maxSize) return below('size', refuse('TOO_LARGE', `Files have at most ${maxSize} bytes, found ${bytes}.`));
  return undefined;
}

function mimeTypeProblem(mimeType: string | number | undefined): ReturnType<typeof refuse> | undefined {
  if (typeof mimeType !== 'string' || /^[\w.+-]+\/[\w.+-]+(?:\s*;.*)?$/.test(mimeType)) return undefined;
  return below('mimeType', refuse('BAD_FORMAT', `Expected a MIME type such as image/png, found ${shown(mimeType)}.`));
}

function mediaProblem(mediaType: string | undefined, mediaTypes: readonly string[]): ReturnType<typeof refuse> | undefined {
  if (mediaType === undefined || mediaTypes.length === 0 || mediaTypes.some((media) => mediaType.startsWith(`${media}/`))) return undefined;
  return refuse('NOT_ALLOWED', `Expected a file of ${mediaTypes.join(' or ')}, found ${shown(mediaType)}.`);
}

/** `.pdf`, `pdf`, `image/*` or `image/png` against the name and MIME type of a file. */
function matches(pattern: string, name: string, mimeType: string | undefined): boolean {
  const wanted = pattern.trim().toLowerCase();
  if (wanted === '*' || wanted === '*/*') return true;
  if (wanted.endsWith('/*')) return mimeType?.startsWith(wanted.slice(0, -1)) ?? false;
  if (wanted.includes('/')) return mimeType?.split(';')[0]?.trim() === wanted;
  return name.endsWith(wanted.startsWith('.') ? wanted : `.${wanted}`);
}

function allowedProblem(name: string, mimeType: string | undefined, field: CatalogField): ReturnType<typeof refuse> | undefined {
  const config = recordKey(field, 'fileAttachmentConfig');
  const fits = (patterns: readonly string[]) => patterns.some((pattern) => matches(pattern, name, mimeType));
  for (const patterns of [acceptOf(field), textsOf(config['allowedTypes']), textsOf(config['allowedMimeTypes'])]) {
    if (patterns.length > 0 && !fits(patterns)) return refuse('NOT_ALLOWED', `Accepted are ${patterns.join(', ')}; this is ${shown(mimeType ?? name)}.`);
  }
  const blocked = [...textsOf(config['blockedTypes']), ...textsOf(config['blockedMimeTypes'])];
  return fits(blocked) ? refuse('NOT_ALLOWED', `Files such as ${shown(mimeType ?? name)} are not accepted.`) : undefined;
}

function acceptOf(field: CatalogField): readonly string[] {
  const value = field.definition['accept'];
  return typeof value === 'string' ? value.split(',').map((pattern) => pattern.trim()).filter((pattern) => pattern !== '') : textsOf(value);
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function checkFile(field: CatalogField, report: FieldReport): void {
  const config = recordKey(field, 'fileAttachmentConfig');
  const { minSize, maxSize } = config;
  if (typeof minSize === 'number' && typeof maxSize === 'number' && minSize > maxSize) report('fileAttachmentConfig.minSize', `minSize ${minSize} is greater than maxSize ${maxSize}`);
  if (config['virusScanProvider'] !== undefined && config['virusScan'] !== true) report('fileAttachmentConfig.virusScanProvider', 'virusScanProvider needs virusScan: true');
  const blocked = new Set([...textsOf(config['blockedTypes']), ...textsOf(config['blockedMimeTypes'])]);
  const both = [...textsOf(config['allowedTypes']), ...textsOf(config['allowedMimeTypes'])].find((pattern) => blocked.has(pattern));
  if (both !== undefined) report('fileAttachmentConfig', `${both} is allowed and blocked`);
  if (config['allowMultiple'] === true && !field.multiple) report('fileAttachmentConfig.allowMultiple', 'allowMultiple contradicts the field, which holds one file', 'Write multiple: true on the field.');
}
