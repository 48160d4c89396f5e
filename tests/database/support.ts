import type { Catalog } from '../../src/metadata/catalog.ts';
import { loadCatalog } from '../../src/metadata/load-catalog.ts';

type Definition = Readonly<Record<string, unknown>>;

/** Objects by name, each with its fields and, under `_`, the keys of the object itself. */
export async function catalogOf(objects: Readonly<Record<string, Readonly<Record<string, Definition>>>>): Promise<Catalog> {
  const definitions = Object.entries(objects).map(([name, { _, ...fields }]) => ({ name, fields, ..._ }));
  return (await loadCatalog({ definitions })).catalog;
}

export const sql = (text: string, ...values: unknown[]) => ({ text, values });
