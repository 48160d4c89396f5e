import { isRecord } from '../../../metadata/field-types/definition.ts';
import { nearest } from '../../../metadata/nearest.ts';
import type { Path } from '../../../metadata/source-document.ts';
import type { ReportMachine } from './read-machines.ts';

/** A mapping of a definition and where it stands. */
export interface Written {
  readonly value: Readonly<Record<string, unknown>>;
  readonly path: Path;
}

/** The value of the first of these keys that is given: one key has several spellings. */
export function keyOf({ value, path }: Written, keys: readonly string[]): { readonly value: unknown; readonly path: Path } | undefined {
  const key = keys.find((name) => value[name] !== undefined && value[name] !== null);
  return key === undefined ? undefined : { value: value[key], path: [...path, key] };
}

/** Entries of a mapping by name, or of a list whose items carry their name. */
export function entriesOf(given: unknown, path: Path): readonly { readonly name: string | undefined; readonly value: unknown; readonly path: Path }[] {
  if (Array.isArray(given)) {
    return (given as readonly unknown[]).map((value, index) => {
      const name = isRecord(value) ? (value['name'] ?? value['id']) : value;
      return { name: typeof name === 'string' ? name : undefined, value, path: [...path, index] };
    });
  }
  return isRecord(given) ? Object.entries(given).map(([name, value]) => ({ name, value, path: [...path, name] })) : [];
}

export function checkKeys({ value, path }: Written, known: readonly string[], report: ReportMachine): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    report('warning', [...path, key], `unknown key "${key}"; nothing acts on it`, near === undefined ? undefined : `Did you mean "${near}"?`);
  }
}
