import type { SourceLocation } from './catalog.ts';
import type { Path, SourceDocument } from './source-document.ts';

/** Where a value was written. */
export interface Place {
  readonly document: SourceDocument;
  readonly path: Path;
}

/** A list put together from several places: `from` is the index of the first item that stands at `place`. */
export interface Segment extends Place {
  readonly from: number;
}

/**
 * A mapping of a definition under canonical keys, which still knows where each was written: under an alias, or in an
 * extension of the object.
 */
export interface Part extends Place {
  readonly value: Record<string, unknown>;
  /** Keys that are not written at `path` under their canonical name. */
  readonly moved: Map<string, readonly Segment[]>;
}

export function createPart(place: Place, value: Record<string, unknown>): Part {
  return { document: place.document, path: place.path, value, moved: new Map() };
}

/** Place of what stands at `path` of the canonical value. */
export function placeOf(part: Part, path: Path): Place {
  const [key, ...rest] = path;
  if (key === undefined) return part;
  const segments = part.moved.get(String(key));
  if (!segments) return { document: part.document, path: [...part.path, ...path] };
  const [index, ...inner] = rest;
  const segment = typeof index === 'number' ? segments.findLast(({ from }) => from <= index) : segments.at(-1);
  if (!segment) return part;
  const inside = typeof index === 'number' ? [index - segment.from, ...inner] : rest;
  return { document: segment.document, path: [...segment.path, ...inside] };
}

export function locate(place: Place): SourceLocation | undefined {
  return place.document.locate(place.path);
}

/** Lays the keys of `over` onto `part`: lists are joined, mappings and plain values are replaced. */
export function overlayPart(part: Part, over: Part, keys: readonly string[] = Object.keys(over.value)): void {
  for (const key of keys) {
    const [before, after] = [part.value[key], over.value[key]];
    const segments = segmentsOf(over, key);
    if (Array.isArray(before) && Array.isArray(after)) {
      const offset = before.length;
      part.moved.set(key, [...segmentsOf(part, key), ...segments.map((segment) => ({ ...segment, from: segment.from + offset }))]);
      part.value[key] = [...(before as unknown[]), ...(after as unknown[])];
    } else {
      part.moved.set(key, segments);
      part.value[key] = after;
    }
  }
}

function segmentsOf(part: Part, key: string): readonly Segment[] {
  return part.moved.get(key) ?? [{ document: part.document, path: [...part.path, key], from: 0 }];
}
