import type { Catalog } from '../../../metadata/catalog.ts';
import { isMapping } from '../../../metadata/definitions/reader.ts';
import type { KindDocuments } from '../../../metadata/phase.ts';

/** Names of the workflow rules that wait for messages, as the plugin automation reads them; undefined without it. */
export function incomingRules(catalog: Catalog, documents: KindDocuments): ReadonlySet<string> | undefined {
  const files = documents.get('workflow');
  if (!files) return undefined;
  const written = [...files.map(({ value }) => value), ...[...catalog.objects.values()].map(({ definition }) => definition['workflows'])];
  return new Set(written.flat().flatMap((rule: unknown) => (isMapping(rule) && rule['triggerType'] === 'webhook' && rule['active'] !== false ? [String(rule['name'])] : [])));
}
