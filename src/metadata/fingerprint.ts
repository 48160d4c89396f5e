import { createHash } from 'node:crypto';
import type { Catalog } from './catalog.ts';

/** Hash of what the Catalog says. Where it was written, and in which file, makes no difference. */
export function fingerprint(content: Omit<Catalog, 'fingerprint'>): string {
  const hash = createHash('sha256');
  for (const object of content.objects.values()) hash.update(JSON.stringify(object, plain));
  hash.update(JSON.stringify(content.links));
  return hash.digest('hex').slice(0, 32);
}

function plain(key: string, value: unknown): unknown {
  if (key === 'source') return undefined;
  if (key === 'type' && typeof value === 'object' && value !== null && 'name' in value) return value.name;
  if (value instanceof Map) return [...(value as ReadonlyMap<unknown, unknown>)];
  return value instanceof Set ? [...(value as ReadonlySet<unknown>)] : value;
}
