import type { CatalogField } from '../catalog.ts';
import type { FieldReport } from '../field-type.ts';
import { recordKey } from './definition.ts';
import { below, refuse, shown } from './problem.ts';

/** The field types that hold files, with the kinds of media that each takes; none: all. */
export const fileKinds = {
  image: { description: 'An image by its address.', mediaTypes: ['image'] },
  file: { description: 'A file by its address.', mediaTypes: [] },
  avatar: { description: 'The picture of a person or thing.', mediaTypes: ['image'] },
  video: { description: 'A video by its address.', mediaTypes: ['video'] },
  audio: { description: 'A sound recording by its address.', mediaTypes: ['audio'] },
} as const satisfies Readonly<Record<string, { readonly description: string; readonly mediaTypes: readonly string[] }>>;

export type FileKind = keyof typeof fileKinds;

export function sizeProblem(size: string | number | undefined, field: CatalogField): ReturnType<typeof refuse> | undefined {
  if (size === undefined) return undefined;
  const bytes = Number(size);
  const { minSize, maxSize } = recordKey(field, 'fileAttachmentConfig');
  if (!Number.isSafeInteger(bytes) || bytes < 0) return below('size', refuse('OUT_OF_RANGE', `Expected a whole number of bytes, found ${shown(size)}.`));
  if (typeof minSize === 'number' && bytes < minSize) return below('size', refuse('TOO_SMALL', `Files have at least ${minSize} bytes, found ${bytes}.`));
  if (typeof maxSize === 'number' && bytes > maxSize) return below('size', refuse('TOO_LARGE', `Files have at most ${maxSize} bytes, found ${bytes}.`));
  return undefined;
}

/** Refuses images that are too small, too large or of another shape than `imageValidation` wants. */
export function imageProblem(width: number | undefined, height: number | undefined, field: CatalogField): ReturnType<typeof refuse> | undefined {
  const rules = imageRules(field);
  if (Object.values(rules).every((rule) => rule === undefined)) return undefined;
  if (width === undefined || height === undefined) return refuse('NOT_ALLOWED', 'Expected an image whose width and height can be told.');
  const { minWidth = 0, maxWidth = Infinity, minHeight = 0, maxHeight = Infinity, ratio } = rules;
  if (width < minWidth || height < minHeight) return refuse('TOO_SMALL', `Images have at least ${minWidth} × ${minHeight} pixels, found ${width} × ${height}.`);
  if (width > maxWidth || height > maxHeight) return refuse('TOO_LARGE', `Images have at most ${maxWidth} × ${maxHeight} pixels, found ${width} × ${height}.`);
  // One pixel more or less is rounding.
  if (ratio !== undefined && Math.abs(width - height * ratio) > Math.max(1, ratio)) return refuse('NOT_ALLOWED', `Images are ${ratio.toFixed(2)} times as wide as high, found ${width} × ${height}.`);
  return undefined;
}

interface ImageRules {
  readonly minWidth: number | undefined;
  readonly maxWidth: number | undefined;
  readonly minHeight: number | undefined;
  readonly maxHeight: number | undefined;
  /** Width by height. */
  readonly ratio: number | undefined;
}

function imageRules(field: CatalogField): ImageRules {
  const given = recordKey(field, 'fileAttachmentConfig')['imageValidation'];
  const rules = typeof given === 'object' && given !== null ? (given as Readonly<Record<string, unknown>>) : {};
  const pixels = (key: string): number | undefined => (typeof rules[key] === 'number' ? rules[key] : undefined);
  const { aspectRatio } = rules;
  const [wide = 1, high = 1] = typeof aspectRatio === 'string' ? aspectRatio.split(':').map(Number) : [];
  const ratio = typeof aspectRatio === 'number' ? aspectRatio : typeof aspectRatio === 'string' ? wide / high : undefined;
  return { minWidth: pixels('minWidth'), maxWidth: pixels('maxWidth'), minHeight: pixels('minHeight'), maxHeight: pixels('maxHeight'), ratio };
}

/** Refuses what the type of the field or its definition does not take; `name` in lower case. */
export function typeProblem(name: string, mediaType: string | undefined, field: CatalogField): ReturnType<typeof refuse> | undefined {
  return mediaProblem(mediaType, fileKinds[field.type.name as FileKind].mediaTypes) ?? allowedProblem(name, mediaType, field);
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

/** Rules of a definition that no file could satisfy. */
export function checkFileRules(field: CatalogField, report: FieldReport): void {
  const config = recordKey(field, 'fileAttachmentConfig');
  const { minSize, maxSize } = config;
  if (typeof minSize === 'number' && typeof maxSize === 'number' && minSize > maxSize) report('fileAttachmentConfig.minSize', `minSize ${minSize} is greater than maxSize ${maxSize}`);
  if (config['virusScanProvider'] !== undefined && config['virusScan'] !== true) report('fileAttachmentConfig.virusScanProvider', 'virusScanProvider needs virusScan: true');
  const blocked = new Set([...textsOf(config['blockedTypes']), ...textsOf(config['blockedMimeTypes'])]);
  const both = [...textsOf(config['allowedTypes']), ...textsOf(config['allowedMimeTypes'])].find((pattern) => blocked.has(pattern));
  if (both !== undefined) report('fileAttachmentConfig', `${both} is allowed and blocked`);
  if (config['allowMultiple'] === true && !field.multiple) report('fileAttachmentConfig.allowMultiple', 'allowMultiple contradicts the field, which holds one file', 'Write multiple: true on the field.');
  const { minWidth = 0, maxWidth = Infinity, minHeight = 0, maxHeight = Infinity, ratio } = imageRules(field);
  if (minWidth > maxWidth || minHeight > maxHeight) report('fileAttachmentConfig.imageValidation', `no image has at least ${minWidth} × ${minHeight} and at most ${maxWidth} × ${maxHeight} pixels`);
  if (ratio === 0 || ratio === Infinity || Number.isNaN(ratio)) report('fileAttachmentConfig.imageValidation.aspectRatio', 'a side of the ratio is zero');
  if (config['imageValidation'] !== undefined && !(fileKinds[field.type.name as FileKind].mediaTypes as readonly string[]).includes('image')) report('fileAttachmentConfig.imageValidation', `a ${field.type.name} need not be an image`, 'Use the type image or avatar.');
}
